"""Which post a mail answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from mappings.identity import ReplyKey
from mappings.mail_reading import ReadMail


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
    raise NotImplementedError
