"""Addresses of web pages that may stand in a mail: absolute, and without a token."""

from __future__ import annotations

import re
from urllib.parse import (
    parse_qsl,
    quote,
    unquote,
    urlencode,
    urljoin,
    urlsplit,
    urlunsplit,
)

_SCHEMES = frozenset({"http", "https", "mailto", "tel", "ftp"})
_TOKENS = frozenset(
    {
        "token",
        "wstoken",
        "privatetoken",
        "privatekey",
        "userprivateaccesskey",
        "sesskey",
    }
)
_KEY_IN_PATH = "/tokenpluginfile.php/"
_WEB_SERVICE_FILE = "/webservice/pluginfile.php/"
_SAFE = "!#$%&'()*+,-./:;=?@[]_~"
_LONGEST = 1800

_TOKEN_IN_PATH = re.compile(r"(/tokenpluginfile\.php/)[^/\s\"'<>]+", re.IGNORECASE)
_TOKEN_IN_QUERY = re.compile(
    rf"([?&;](?:{'|'.join(sorted(_TOKENS))})=)[^&\s\"'<>#;]+", re.IGNORECASE
)


def safe_link(url: str, *, base_url: str = "") -> str | None:
    """Return an address fit for a mail, None when it is none.

    Relative addresses are taken from `base_url`, the address of the site; an anchor
    alone, a script and `data:` are none. On the site itself, and everywhere when
    `base_url` is empty, parameters that hold a token are left out, an address of
    `tokenpluginfile.php` (a key in the path) is refused, and a file that only web
    services can fetch gets the address that works in a browser. ASCII without spaces
    or angle brackets, at most 1800 characters.
    """
    text = "".join(url.split())
    if not text or text.startswith("#"):
        return None
    try:
        base = f"{base_url.rstrip('/')}/" if base_url else ""
        parts = urlsplit(urljoin(base, text) if base else text)
        scheme = parts.scheme.lower()
        host = parts.hostname or ""
    except ValueError:
        return None
    if scheme not in _SCHEMES or (scheme in {"http", "https", "ftp"} and not host):
        return None
    path, query = parts.path, parts.query
    if _is_of_site(host, base_url):
        if _KEY_IN_PATH in path.lower():
            return None
        path = path.replace(_WEB_SERVICE_FILE, "/pluginfile.php/")
        query = _without_tokens(query)
    whole = urlunsplit((scheme, parts.netloc, path, query, parts.fragment))
    written = quote(whole.encode("utf-8", "replace"), safe=_SAFE)
    return written if len(written) <= _LONGEST else None


def tokens_masked(text: str, *, base_url: str = "") -> str:
    """Return a text with the tokens in its addresses of the site masked.

    For what somebody pasted. Addresses of other sites stay: a share link is meant to
    be shared.
    """
    if "token" not in text.lower() and "key" not in text.lower():
        return text

    def mask(found: re.Match[str]) -> str:
        if not _is_of_site(found[1] or "", base_url):
            return found[0]
        masked = _TOKEN_IN_PATH.sub(r"\1***", found[0])
        return _TOKEN_IN_QUERY.sub(r"\1***", masked)

    return re.sub(r"(?i)https?://([^/\s:?#]+)[^\s<>\"']*", mask, text)


def file_name(url: str) -> str:
    """Return the last part of the path of an address; empty when there is none."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    return unquote(path.rpartition("/")[2], errors="replace")


def _is_of_site(host: str, base_url: str) -> bool:
    if not base_url:
        return True
    return host.lower() == (urlsplit(base_url).hostname or "").lower()


def _without_tokens(query: str) -> str:
    if not any(token in query.lower() for token in ("token", "key")):
        return query
    kept = [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True)
        if name.lower() not in _TOKENS
    ]
    return urlencode(kept)
