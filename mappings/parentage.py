"""Which post a mail answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from mappings.identity import (
    ReplyKey,
    key_of_address,
    key_of_reference,
    read_reply_key,
)
from mappings.mail_reading import ReadMail
from mappings.subjects import plain_subject, same_subject

_IDS_MOST = 50


class ParentClue(StrEnum):
    """By what the parent was found, the surest first."""

    REPLY_KEY = "reply-key"
    IN_REPLY_TO = "in-reply-to"
    REFERENCES = "references"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRef:
    """A post that a Message-ID stands for; `subject` is None when not known."""

    post_id: int
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """The post that a mail answers.

    `key` is the reply key that named it, so that the caller can compare its person
    with the author; None when it was found otherwise.
    """

    post_id: int
    how: ParentClue
    key: ReplyKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parentage:
    """The parent, None for a new discussion, and why, in words for an admin."""

    parent: Parent | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRoute:
    """Where reply keys may stand: in an address of `address`, in an id of `domain`.

    `secret` is what the keys were signed with, at least 16 bytes.
    """

    address: str
    domain: str
    secret: bytes


def find_parent(
    mail: ReadMail,
    lookup: Callable[[str], LinkRef | None],
    *,
    route: ReplyRoute | None = None,
    envelope_recipient: str | None = None,
) -> Parentage:
    """Return the post that a mail answers.

    In order: a reply key (in a recipient's address, then in References), the nearest
    In-Reply-To that is known, then the nearest of References that is known and has
    the same subject; people take an old mail to begin something new, and then keep
    its References. `lookup` gets a Message-ID with its angle brackets and returns
    None when it stands for no post. `route` is None where no reply keys are given.
    """
    if route:
        for key, where in _keys(mail, route, envelope_recipient):
            parent = Parent(post_id=key.post_id, how=ParentClue.REPLY_KEY, key=key)
            return Parentage(
                parent=parent,
                reason=f"a reply key in {where} names post {key.post_id}",
            )
    for message_id in reversed(mail.in_reply_to[-_IDS_MOST:]):
        link = lookup(message_id)
        if link:
            return Parentage(
                parent=Parent(post_id=link.post_id, how=ParentClue.IN_REPLY_TO),
                reason=f"In-Reply-To {message_id} is post {link.post_id}",
            )
    return _by_references(mail, lookup)


def _by_references(
    mail: ReadMail, lookup: Callable[[str], LinkRef | None]
) -> Parentage:
    other = None
    for message_id in reversed(mail.references[-_IDS_MOST:]):
        if message_id in mail.in_reply_to:
            continue
        link = lookup(message_id)
        if link is None:
            continue
        if link.subject is None or _continues(mail.subject, link.subject):
            return Parentage(
                parent=Parent(post_id=link.post_id, how=ParentClue.REFERENCES),
                reason=f"References {message_id} is post {link.post_id}",
            )
        other = other or link
    if other:
        return Parentage(
            parent=None,
            reason=f"References name post {other.post_id}, but the subject is another"
            " one: a new discussion",
        )
    if mail.in_reply_to or mail.references:
        return Parentage(
            parent=None,
            reason="it answers a mail that stands for no post: a new discussion",
        )
    return Parentage(parent=None, reason="it answers no mail: a new discussion")


def _continues(subject: str, known: str) -> bool:
    # Who answers and takes the subject away altogether begins nothing new.
    return not plain_subject(subject) or same_subject(subject, known)


def _keys(
    mail: ReadMail, route: ReplyRoute, envelope_recipient: str | None
) -> Iterator[tuple[ReplyKey, str]]:
    recipients = (
        *((envelope_recipient,) if envelope_recipient else ()),
        *mail.delivered_to,
        *(one.address for one in (*mail.to, *mail.cc)),
    )
    for address in recipients:
        text = key_of_address(address, route.address)
        key = read_reply_key(route.secret, text) if text else None
        if key:
            yield key, "the recipient's address"
    for message_id in reversed((*mail.references, *mail.in_reply_to)):
        text = key_of_reference(message_id, domain=route.domain)
        key = read_reply_key(route.secret, text) if text else None
        if key:
            yield key, "References"
