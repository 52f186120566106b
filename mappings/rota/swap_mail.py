"""The mails about a swap: who can take a watch, who does, and when nobody can."""

from __future__ import annotations

import hmac
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mappings.identity import plus_address, reply_reference
from mappings.letter import MailSite
from mappings.moments import moment_text
from mappings.one_line import cut, one_line
from mappings.own_mail import own_mail
from mappings.phrases import phrase
from moodle_bridge.model.mail import OutgoingMail
from moodle_bridge.model.rota import Facilitator, Layer

_SIGNED_FOR_SWAP = b"moodle-bridge swap 1\0"
_KEY_BYTES = 20
_REASON_LONGEST = 300


class SwapNews(StrEnum):
    """What is told of a swap."""

    ASKED = "asked"
    TAKEN = "taken"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"
    LATE = "late"
    UNCLEAR = "unclear"


_ANSWERED = {SwapNews.ASKED, SwapNews.UNCLEAR}


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapMail:
    """What a mail about a swap says, and to whom.

    `giver` is whose watch it is, `taker` who takes it, None while nobody does.
    `reason` are the words of who asked. `several` says that others were asked too.
    """

    news: SwapNews
    layer: Layer
    reader: Facilitator
    giver: Facilitator
    taker: Facilitator | None = None
    reason: str = ""
    several: bool = False


def swap_key(secret: bytes, layer_key: str, person: str) -> str:
    """Return the key by which a person answers about a swap; nobody can guess it."""
    told = _SIGNED_FOR_SWAP + f"{person}:{layer_key}".encode()
    signature = hmac.digest(secret, told, "sha256")[:_KEY_BYTES]
    return b32encode(signature).decode().lower()


def swap_to_mail(
    said: SwapMail,
    *,
    date: datetime,
    list_name: str,
    site: MailSite,
    answer_key: str,
    key: str,
) -> OutgoingMail:
    """Return the mail, in the language and the zone of its reader.

    `answer_key` is of `swap_key`, `key` the receipt key. The same arguments give the
    same mail. Raises ValueError for a reader without an address.
    """
    reader = said.reader
    if reader.address is None:
        raise ValueError(f"no address of {reader.key} is known")
    language = reader.language
    values = {
        "name": one_line(said.giver.name),
        "taker": one_line(said.taker.name) if said.taker else "",
        "start": moment_text(language, said.layer.start, reader.zone),
        "end": moment_text(language, said.layer.end, reader.zone),
    }
    answered = said.news in _ANSWERED
    subject = SwapNews.REFUSED if said.news is SwapNews.EXPIRED else said.news
    paragraphs = [
        phrase(language, "question_greeting", name=one_line(reader.name)),
        phrase(language, f"swap_{said.news.value}", **values),
        *(_how(said, language, values) if answered else ()),
        one_line(list_name),
        phrase(language, "notice_automatic"),
    ]
    return own_mail(
        to=reader.address,
        subject=phrase(language, f"swap_{subject.value}_subject", **values),
        text="\n\n".join(paragraphs),
        date=date,
        name=list_name,
        site=site,
        key=key,
        auto="auto-generated",
        reply_to=plus_address(site.bridge_address, answer_key) if answered else None,
        references=[reply_reference(answer_key, domain=site.domain)]
        if answered
        else (),
    )


def _how(said: SwapMail, language: str, values: dict[str, str]) -> list[str]:
    lines = []
    if said.reason:
        reason = cut(one_line(said.reason), _REASON_LONGEST)
        lines.append(phrase(language, "swap_reason", reason=reason))
    if said.several:
        lines.append(phrase(language, "swap_several"))
    return [
        *lines,
        phrase(language, "swap_how"),
        phrase(language, "swap_yes"),
        phrase(language, "swap_no"),
        phrase(language, "swap_nothing", **values),
    ]
