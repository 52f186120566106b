"""Looks at the certificate by which the site shows that it is itself."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from moodle_bridge.runtime import from_unix
from sync.cli.checks.finding import Finding, missing, ok, warning

_HTTPS = 443
SOON = 14
"""Days before its end at which a certificate should have been renewed."""


def look_at_certificate(
    url: str, *, now: datetime, seconds: float, trusted: str | None = None
) -> Iterator[Finding]:
    """Say whether the way to the site is closed to others, and for how long.

    `seconds` is how long to wait for the site; `trusted` a file of certificates to
    trust, None for those that requests to the site trust.
    """
    parts = urlsplit(url)
    if parts.scheme != "https":
        yield ok("TLS", "plain http, which never leaves this machine")
        return
    try:
        ends = _end(parts.hostname or "", parts.port or _HTTPS, seconds, trusted)
    except ssl.SSLCertVerificationError as error:
        yield missing(
            "TLS",
            f"the site's certificate does not hold: {error.verify_message}",
            "Ask the host to mend the certificate; the token is not sent before.",
        )
        return
    except OSError as error:
        # Behind a proxy this is usual; whether the site answers is seen elsewhere.
        yield warning(
            "TLS",
            f"the certificate could not be looked at ({type(error).__name__})",
            "Look in a browser until when it holds, if the site answers otherwise.",
        )
        return
    days = (ends - now).days
    seen = f"the certificate holds until {ends:%Y-%m-%d}, {days} days from now"
    if days < SOON:
        yield warning("TLS", seen, "Ask the host whether it is renewed by itself.")
    else:
        yield ok("TLS", seen)


def _end(host: str, port: int, seconds: float, trusted: str | None) -> datetime:
    context = ssl.create_default_context(cafile=trusted or DEFAULT_CA_BUNDLE_PATH)
    with (
        socket.create_connection((host, port), timeout=seconds) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        told = secured.getpeercert() or {}
    return from_unix(int(ssl.cert_time_to_seconds(str(told["notAfter"]))))
