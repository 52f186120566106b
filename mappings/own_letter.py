"""The mails that the bridge writes on its own account, to one person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from mappings.bridge_header import BRIDGE_HEADER, BridgeHeader, bridge_header_value
from mappings.header_lines import (
    address_field,
    date_field,
    header_field,
    ids_field,
    text_field,
)
from mappings.identity import notice_message_id
from mappings.letter import MailSite
from mappings.mime_parts import text_part
from mappings.one_line import cut, one_line
from moodle_bridge.model.mail import OutgoingMail

_LINK = re.compile(r"(?i)\b(?:[a-z]{2,8}://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)+/\S*")
_LOOKED_AT = 4000


def own_letter(
    *,
    site: MailSite,
    key: str,
    to: str,
    name: str,
    list_name: str,
    subject: str,
    paragraphs: Sequence[str],
    date: datetime,
    reply_to: str | None = None,
    references: Sequence[str] = (),
) -> OutgoingMail:
    """Return a mail of the bridge itself, auto-generated, with a null return path.

    `key` is its receipt key, from which its Message-ID is made: the same key gives
    the same mail. `reply_to` is where an answer goes, None where none is wanted.
    """
    own_id = notice_message_id(key, site_tag=site.site_tag, domain=site.domain)
    mark = BridgeHeader(site=site.site_tag, post_id=None, key=key, hops=0)
    fields = [
        date_field(date),
        address_field("From", site.bridge_address, list_name),
        address_field("To", to, name),
        address_field("Reply-To", reply_to) if reply_to else None,
        text_field("Subject", subject),
        header_field("Message-ID", own_id),
        ids_field("References", list(references)) if references else None,
        header_field("Auto-Submitted", "auto-generated"),
        header_field(BRIDGE_HEADER, bridge_header_value(mark)),
        header_field("X-Auto-Response-Suppress", "All"),
    ]
    written = [line for line in fields if line is not None]
    content = "\r\n".join([*written, "MIME-Version: 1.0", ""]).encode()
    return OutgoingMail(
        key=key,
        message_id=own_id,
        sender="",
        recipients=(to,),
        content=content + text_part("\n\n".join(paragraphs)),
    )


def harmless(text: str, longest: int) -> str:
    """Return a stranger's words on one line, short and without links.

    Whoever forges a sender is not to have links sent about by us.
    """
    return cut(one_line(_LINK.sub("…", text[:_LOOKED_AT])), longest) or "…"


def quoted(text: str, *, lines: int, longest: int) -> str:
    """Return the first lines of a stranger's mail as a quote, harmless."""
    found = [line for line in text[:_LOOKED_AT].splitlines() if line.strip()]
    shown = [f"> {harmless(line, longest)}" for line in found[:lines]]
    return "\n".join(shown) or "> …"
