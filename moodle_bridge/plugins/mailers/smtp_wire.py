"""A mail as it goes over an SMTP connection, and what that asks of the server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from moodle_bridge.errors import Permanent
from moodle_bridge.model.mail import OutgoingMail
from moodle_bridge.plugins.mailers.smtp_replies import item_of
from moodle_bridge.redact import address_masked

_LINE_END = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"(?m)^\.")
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f<>]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What a mail needs and a server lacks; `code` is the reply it would give."""

    what: str
    advice: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a mail asks of a server.

    `size` is in bytes on the wire. `utf8` asks for SMTPUTF8 (RFC 6531), because an
    address or a header is not ASCII; `eight_bit` for 8BITMIME (RFC 6152), because
    some byte of the content is not.
    """

    size: int
    utf8: bool
    eight_bit: bool

    def missing_from(self, features: Mapping[str, str]) -> Missing | None:
        """Return what a server with these EHLO features lacks; None = nothing."""
        if self.utf8 and "smtputf8" not in features:
            return Missing(
                what="it has an address or a header that is not ASCII, and the server"
                " does not offer SMTPUTF8",
                advice="Use an ASCII address for this person, or another server.",
                code="553",
            )
        if self.eight_bit and not self.utf8 and "8bitmime" not in features:
            return Missing(
                what="it has 8-bit content and the server does not offer 8BITMIME",
                advice="Use another server; nearly all offer it.",
                code="554",
            )
        limit = features.get("size", "")
        if limit.isdecimal() and 0 < int(limit) < self.size:
            return Missing(
                what=f"it has {self.size} bytes and the server takes {limit} at most",
                advice="Lower the limit for attachments, or ask the mail host for more"
                " room.",
                code="552",
            )
        return None

    def options(self, features: Mapping[str, str]) -> list[str]:
        """Return the parameters of MAIL FROM for a server with these features."""
        wanted = []
        if "size" in features:
            wanted.append(f"SIZE={self.size}")
        if self.eight_bit and "8bitmime" in features:
            wanted.append("BODY=8BITMIME")
        if self.utf8:
            wanted.append("SMTPUTF8")
        return wanted


def needs_of(mail: OutgoingMail, content: bytes) -> Needs:
    """Return what a mail, with its content in wire form, asks of a server.

    Raises Permanent for an address that could be read as more than an address, and
    for a mail without recipients.
    """
    if not mail.recipients:
        raise Permanent(
            "it has no recipients",
            item=item_of(mail),
            advice="This is a fault in the bridge; please report it.",
        )
    for address in (mail.sender, *mail.recipients):
        if _NOT_IN_ADDRESS.search(address):
            raise Permanent(
                f"{address_masked(address)!r} is not an address",
                item=item_of(mail),
                code="553",
                advice="Correct the address where it comes from (Moodle, bridge.toml).",
            )
    header, _, _ = content.partition(b"\r\n\r\n")
    return Needs(
        size=len(content),
        utf8=not (
            header.isascii()
            and all(each.isascii() for each in (mail.sender, *mail.recipients))
        ),
        eight_bit=not content.isascii(),
    )


def wire_form(content: bytes) -> bytes:
    """Return the content with CRLF line ends only, the last line ended.

    A lone CR or LF is read differently from server to server; one who writes it can
    hide a second mail in the first (SMTP smuggling).
    """
    content = _LINE_END.sub(b"\r\n", content)
    return content if content.endswith(b"\r\n") else content + b"\r\n"


def dots_stuffed(content: bytes) -> bytes:
    """Return the content with leading dots doubled (RFC 5321 section 4.5.2)."""
    return _LEADING_DOT.sub(b"..", content)
