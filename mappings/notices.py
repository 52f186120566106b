"""The one polite mail to somebody whose mail was not posted."""

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
    is_address,
    text_field,
)
from mappings.identity import key_of_address, notice_message_id
from mappings.letter import MOST_REFERENCES, MailSite
from mappings.mime_parts import text_part
from mappings.one_line import cut, one_line
from mappings.phrases import phrase
from mappings.subjects import plain_subject
from moodle_bridge.model.mail import OutgoingMail

ANSWERED_REASONS = frozenset(
    {
        "unknown-sender",
        "too-big",
        "empty",
        "locked",
        "refused",
        "which-question",
        "rota-mail",
    }
)
"""The reasons that get an answer. All others get none: an automatic mail or a bounce
must not be answered, and where authentication failed the answer would reach somebody
who wrote nothing."""

_SUBJECT_LIMIT = 120
_LOOKED_AT = 1000
_LINK = re.compile(r"(?i)\b(?:[a-z]{2,8}://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)+/\S*")
_NOT_ANSWERED = ("mailer-daemon", "postmaster", "no-reply", "noreply", "donotreply")


def notice_to_mail(
    *,
    reason: str,
    to: str,
    subject: str,
    message_id: str | None,
    references: Sequence[str] = (),
    language: str | None,
    date: datetime,
    list_name: str,
    site: MailSite,
    key: str,
) -> OutgoingMail | None:
    """Return the mail that says why a mail was not posted; None: none is to be sent.

    `reason` is that of the Rejection. `to`, `subject`, `message_id` and `references`
    are those of the mail that is answered; `to` is its envelope sender (RFC 3834 4),
    or From where that is not known. `language` as `guess_language` found it. `date`
    is when the mail came in. `list_name` is what the sender knows the list by. The
    same mail gives the same notice, under the same Message-ID.

    None for a reason that is not answered (`ANSWERED_REASONS`), for an address that
    is none, belongs to a machine, or is the bridge's own. Quotes nothing but the
    subject. Whether somebody got a notice today already is for the caller to know.
    """
    if reason not in ANSWERED_REASONS or not _may_be_answered(to, site):
        return None
    plain = _quotable(subject)
    own_id = notice_message_id(reason, key, site_tag=site.site_tag, domain=site.domain)
    theirs = [message_id] if message_id else []
    mark = BridgeHeader(site=site.site_tag, post_id=None, key=key, hops=0)
    fields = [
        date_field(date),
        address_field("From", site.bridge_address, list_name),
        address_field("To", to),
        text_field("Subject", phrase(language, "notice_subject", subject=plain)),
        header_field("Message-ID", own_id),
        ids_field("In-Reply-To", theirs),
        ids_field("References", [*references[1 - MOST_REFERENCES :], *theirs]),
        header_field("Auto-Submitted", "auto-replied"),
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
        content=content + text_part(_text(reason, plain, language, list_name)),
    )


def _quotable(subject: str) -> str:
    # Whoever forges a sender is not to have links sent about by us.
    plain = _LINK.sub("…", plain_subject(subject[:_LOOKED_AT]))
    return cut(one_line(plain), _SUBJECT_LIMIT) or "…"


def _text(reason: str, subject: str, language: str | None, list_name: str) -> str:
    return "\n\n".join(
        [
            phrase(language, "notice_greeting"),
            f"> {subject}",
            phrase(language, f"notice_{reason}"),
            one_line(list_name),
            phrase(language, "notice_automatic"),
        ]
    )


def _may_be_answered(to: str, site: MailSite) -> bool:
    if not is_address(to):
        return False
    local, _, _ = to.lower().rpartition("@")
    if local in _NOT_ANSWERED or local.endswith(("-bounces", "-request", "-owner")):
        return False
    ours = site.bridge_address
    return to.lower() != ours.lower() and key_of_address(to, ours) is None
