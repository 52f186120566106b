"""The keys in a mail that the bridge once gave to one person alone."""

from __future__ import annotations

import hmac
from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass

from mappings.identity import (
    key_of_address,
    key_of_reference,
    read_issue_key,
    read_reply_key,
)
from mappings.mail_reading import ReadMail
from mappings.parentage import ReplyRoute

_SIGNED_FOR_QUESTION = b"moodle-bridge question 1\0"
_QUESTION_BYTES = 20
_IDS_MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalKey:
    """Whose key it is. `in_address` is false for one that stands in References.

    What stands in References goes along to everybody who is answered as well, so that
    only a key in an address shows who writes.
    """

    user_id: int
    in_address: bool


def personal_keys(
    mail: ReadMail, route: ReplyRoute, envelope_recipient: str | None
) -> tuple[PersonalKey, ...]:
    """Return whose reply keys, or keys of digests, a mail carries; addresses first."""
    found = []
    for text, in_address in _key_texts(mail, route, envelope_recipient):
        key = read_reply_key(route.secret, text) or read_issue_key(route.secret, text)
        if key is not None:
            found.append(PersonalKey(user_id=key.user_id, in_address=in_address))
    return tuple(dict.fromkeys(found))


def key_texts(
    mail: ReadMail, route: ReplyRoute, envelope_recipient: str | None
) -> tuple[str, ...]:
    """Return everything that looks like a key of ours, whatever it is for."""
    found = (text for text, _ in _key_texts(mail, route, envelope_recipient))
    return tuple(dict.fromkeys(found))


def question_key(secret: bytes, mail_key: str, user_id: int) -> str:
    """Return the key by which a question to a person about a mail is answered.

    The same question always has the same key, and nobody can guess it.
    """
    told = _SIGNED_FOR_QUESTION + f"{user_id}:{mail_key}".encode()
    signature = hmac.digest(secret, told, "sha256")[:_QUESTION_BYTES]
    return b32encode(signature).decode().lower()


def _key_texts(
    mail: ReadMail, route: ReplyRoute, envelope_recipient: str | None
) -> Iterator[tuple[str, bool]]:
    recipients = (
        *((envelope_recipient,) if envelope_recipient else ()),
        *mail.delivered_to,
        *(one.address for one in (*mail.to, *mail.cc)),
    )
    for address in recipients:
        text = key_of_address(address, route.address)
        if text:
            yield text, True
    for message_id in reversed((*mail.references, *mail.in_reply_to)[-_IDS_MOST:]):
        text = key_of_reference(message_id, domain=route.domain)
        if text:
            yield text, False
