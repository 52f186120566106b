"""Whom a list is to mail itself: channels of people as the delivery of its members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mappings.addresses import folded
from moodle_bridge.model.list_members import DeliveryMode, DeliveryStatus, ListMember
from moodle_bridge.model.people import Person

_THEIRS = frozenset({DeliveryStatus.ENABLED, DeliveryStatus.BY_USER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants of the list.

    `delivers` is whether the list is to mail to them. `word` tells one choice from a
    later one that says the same. `chosen` is false for who never chose and has what
    their pair gives to all.
    """

    person: Person
    delivers: bool
    word: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryChange:
    """One member whose delivery is to be set, and why the list is to do so.

    `status` None means that only the word is to be noted: it is so already.
    """

    member: ListMember
    wish: Wish
    status: DeliveryStatus | None
    mode: DeliveryMode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone:
    """A member whose delivery differs from their channel and stays as it is."""

    member: ListMember
    person: Person
    reason: str


def delivery_changes(
    members: Sequence[ListMember],
    wishes: Mapping[str, Wish],
    noted: Mapping[str, str],
) -> Iterator[DeliveryChange | LeftAlone]:
    """Give what is to be set so that the list mails to whom it is to mail.

    `wishes` and `noted` are by folded address; `noted` holds the word of the wish that
    was carried out last. Each wish is carried out once: who then sets something else
    at the list itself has said a later word, which stands. What the list switched off
    because of bounces, or its moderator did, is nobody's wish and stays as well.
    """
    for member in members:
        wish = wishes.get(folded(member.address))
        if wish is None:
            continue
        wanted = DeliveryStatus.ENABLED if wish.delivers else DeliveryStatus.BY_USER
        before = noted.get(folded(member.address))
        if before == wish.word or (
            before is None and wish.delivers and not wish.chosen
        ):
            continue
        if member.status not in _THEIRS:
            if wish.delivers:
                yield LeftAlone(
                    member=member, person=wish.person, reason=member.status.value
                )
            continue
        regular = member.mode is DeliveryMode.REGULAR
        mode = None if regular or not wish.delivers else DeliveryMode.REGULAR
        status = None if member.status is wanted and mode is None else wanted
        yield DeliveryChange(member=member, wish=wish, status=status, mode=mode)
