"""Addresses of one Moodle site: its own, and those of its files."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import unquote, urlsplit, urlunsplit

from moodle_bridge.errors import ConfigError

REST_SERVER = "/webservice/rest/server.php"
SOAP_SERVER = "/webservice/soap/server.php"
UPLOAD_SCRIPT = "/webservice/upload.php"
_FILES = ("/webservice/pluginfile.php/", "/pluginfile.php/")
_PORTS = {"http": 80, "https": 443}


def site_address(written: str) -> str:
    """Return the address of a site without a slash at its end; a sub-path is kept.

    Raises ConfigError for what is no address, holds a login or a query, or is plain
    http to anywhere but this machine: the token would be readable on the way.
    """
    address = written.strip().rstrip("/")
    advice = "Write it as people open the site, such as https://moodle.example.org"
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise ConfigError(
            "is no web address", item="[moodle].url", advice=advice
        ) from None
    if parts.scheme not in _PORTS or not host:
        raise ConfigError("is no web address", item="[moodle].url", advice=advice)
    if parts.username is not None or parts.query or parts.fragment:
        raise ConfigError(
            "must be the bare address of the site, without a login or a query",
            item="[moodle].url",
            advice=advice,
        )
    if parts.scheme == "http" and not _is_this_machine(host):
        raise ConfigError(
            "is plain http, over which anybody on the way could read the token",
            item="[moodle].url",
            advice="Write https:// and ask the host for a certificate if it has none.",
        )
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))


def download_address(url: str, site_url: str) -> str | None:
    """Return where a token can fetch a file of this site, without a token in it.

    `url` is a pluginfile address as Moodle gave it; None when it is not of this site,
    not a file, or leads out of the place where files are.
    """
    try:
        parts, site = urlsplit(url), urlsplit(site_url)
        same = _origin(parts.scheme, parts.hostname, parts.port) == _origin(
            site.scheme, site.hostname, site.port
        )
    except ValueError:
        return None
    if not same or parts.username is not None:
        return None
    path = parts.path
    if not path.startswith(site.path):
        return None
    path = path.removeprefix(site.path)
    script = next((start for start in _FILES if path.startswith(start)), None)
    if script is None or _climbs(path):
        return None
    # Asking for a download makes Moodle name the file in a header, by which a file is
    # told from an error.
    return site_url + _FILES[0] + path.removeprefix(script) + "?forcedownload=1"


def reader_addresses(message: str, site_url: str) -> str:
    """Return HTML in which files have the address that opens for who is logged in.

    Over web services Moodle writes the address that only a token opens.
    """
    return message.replace(site_url + _FILES[0], site_url + _FILES[1])


def _climbs(path: str) -> bool:
    segments = unquote(path).replace("\\", "/").split("/")
    return ".." in segments or "\x00" in path


def _origin(scheme: str, host: str | None, port: int | None) -> tuple[str, str, int]:
    return scheme, host or "", port or _PORTS.get(scheme, 0)


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
