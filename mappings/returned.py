"""What of a mail of ours a report brings back: the proof that we did send it."""

from __future__ import annotations

import re

from mappings.bridge_header import BRIDGE_HEADER, bridge_header
from mappings.mail_reading import ReadMail

_LOOKED_AT = 400_000
_FIELD = re.compile(
    rf"(?im)^[> \t]{{0,4}}{BRIDGE_HEADER}[ \t]*:[ \t]*"
    r"([^\n]*(?:\n[> \t]{0,4}[ \t][^\n]*)*)"
)
_MOST = 5


def receipts_returned(mail: ReadMail, *, site_tag: str) -> tuple[str, ...]:
    """Return the receipt keys of our mails that a report encloses or quotes.

    Only who had the mail can know its key. Whether it is one of ours, and to whom it
    went, the ledger knows.
    """
    pieces = [
        *(part.text for part in mail.machine_parts),
        *(
            file.content[:_LOOKED_AT].decode("latin-1")
            for file in mail.files
            if file.media_type.startswith("message/")
        ),
        mail.text,
    ]
    found: dict[str, None] = {}
    for piece in pieces:
        plain = piece[:_LOOKED_AT].replace("\r\n", "\n")
        for value in _FIELD.findall(plain)[:_MOST]:
            mark = bridge_header(" ".join(value.replace("\n", " ").split()))
            if mark is not None and mark.site == site_tag:
                found[mark.key] = None
    return tuple(found)[:_MOST]
