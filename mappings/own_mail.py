"""A mail that the bridge writes of itself: plain text, known again when it comes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from mappings.bridge_header import BRIDGE_HEADER, BridgeHeader, bridge_header_value
from mappings.header_lines import (
    address_field,
    date_field,
    header_field,
    ids_field,
    text_field,
)
from mappings.identity import notice_message_id
from mappings.letter import MOST_REFERENCES, MailSite
from mappings.mime_parts import file_part, multipart, text_part
from moodle_bridge.model.mail import MailFile, OutgoingMail


def own_mail(
    *,
    to: str,
    subject: str,
    text: str,
    date: datetime,
    name: str,
    site: MailSite,
    key: str,
    auto: Literal["auto-replied", "auto-generated"] | None,
    answers: str | None = None,
    references: Sequence[str] = (),
    reply_to: str | None = None,
    sender: str = "",
    files: Sequence[MailFile] = (),
) -> OutgoingMail:
    """Return a mail from the bridge's address, under the name given.

    `key` is the receipt by which its copy is known when it comes back; the same key
    makes the same Message-ID. `auto` is Auto-Submitted (RFC 3834), None for the words
    of a person. `answers` is the Message-ID that it answers, `references` what that
    one stands after. `sender` is the envelope sender; empty, so that nobody answers a
    program, unless something is given. `files` are attached. Raises ValueError for an
    address that is none.
    """
    own_id = notice_message_id(key, site_tag=site.site_tag, domain=site.domain)
    theirs = [answers] if answers else []
    mark = BridgeHeader(site=site.site_tag, post_id=None, key=key, hops=0)
    fields = [
        date_field(date),
        address_field("From", site.bridge_address, name),
        address_field("To", to),
        address_field("Reply-To", reply_to) if reply_to else None,
        text_field("Subject", subject),
        header_field("Message-ID", own_id),
        ids_field("In-Reply-To", theirs),
        ids_field("References", [*references[1 - MOST_REFERENCES :], *theirs]),
        header_field("Auto-Submitted", auto) if auto else None,
        header_field(BRIDGE_HEADER, bridge_header_value(mark)),
        header_field("X-Auto-Response-Suppress", "All"),
    ]
    written = [line for line in fields if line is not None]
    body = text_part(text)
    if files:
        body = multipart("mixed", [body, *map(file_part, files)], own_id)
    head = "\r\n".join([*written, "MIME-Version: 1.0", ""]).encode()
    return OutgoingMail(
        key=key,
        message_id=own_id,
        sender=sender,
        recipients=(to,),
        content=head + body,
    )
