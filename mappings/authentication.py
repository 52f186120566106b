"""What our own mail server found out about a sender (RFC 8601)."""

from __future__ import annotations

import re

from mappings.mail_headers import Headers

_QUOTED = re.compile(r'"[^"]*"')
_COMMENT = re.compile(r"\([^()]*\)")
_COMMENTS_DEEPEST = 5
_DMARC = re.compile(r"\s*dmarc(?:\s*/\s*\d+)?\s*=\s*(\w+)", re.IGNORECASE)


def authentication_failure(headers: Headers, authserv_id: str) -> str | None:
    """Return which check the mail failed, None when none did or none was made.

    Only the uppermost Authentication-Results that bears this id is read: our server
    puts its own above whatever the mail brought along, and results of other servers,
    or written by the sender, prove nothing. DMARC decides: SPF and DKIM alone fail
    for every mail that went through a list. Read leniently, because a result that
    does not keep to the grammar must not pass for none.
    """
    wanted = authserv_id.strip().lower()
    for value in headers.all("authentication-results"):
        first, *results = _bare(value).split(";")
        if first.strip().partition(" ")[0].lower() != wanted:
            continue
        told = [found[1].lower() for r in results if (found := _DMARC.match(r))]
        return "dmarc=fail" if "fail" in told else None
    return None


def _bare(value: str) -> str:
    value = _QUOTED.sub(" ", value)
    for _ in range(_COMMENTS_DEEPEST):
        value = _COMMENT.sub(" ", value)
    return value.strip()
