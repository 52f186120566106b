"""Who is a member of what: the same for cohorts and for groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from moodle_bridge.errors import RemoteError
from moodle_bridge.moodle.outcomes import (
    ItemOutcome,
    StoredDifferently,
    already,
    refused,
    unverified,
)

Members = Mapping[int, frozenset[int]]
"""The user ids in each cohort or group; one that could not be read is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A user in a cohort or in a group; `of` is the id of the cohort or group."""

    of: int
    user_id: int


Write = Callable[[Sequence[Membership]], Sequence[ItemOutcome[Membership]]]
Outcomes = tuple[ItemOutcome[Membership], ...]


def added(items: Sequence[Membership], before: Members, write: Write) -> Outcomes:
    """Write those that are no members yet; the others are ALREADY."""
    return _written(items, lambda item: item.user_id in before.get(item.of, ()), write)


def deleted(
    items: Sequence[Membership],
    before: Members,
    write: Write,
    after: Callable[[], Members],
) -> Outcomes:
    """Write those that are members, and look whether they are gone.

    Moodle says nothing of whom it left in: who is still a member afterwards is
    REFUSED with code `stillmember`.
    """
    outcomes = _written(
        items,
        lambda item: item.of in before and item.user_id not in before[item.of],
        write,
    )
    if not any(one.is_so for one in outcomes):
        return outcomes
    try:
        left = after()
    except RemoteError:
        left = {}
    return tuple(_looked_after(one, left) for one in outcomes)


def _looked_after(
    one: ItemOutcome[Membership], left: Members
) -> ItemOutcome[Membership]:
    if one.item.of not in left:
        return unverified(one)
    if not one.is_so or one.item.user_id not in left[one.item.of]:
        return one
    return refused(
        one.item,
        "stillmember",
        f"user {one.item.user_id} is still a member of {one.item.of}",
        "Something else keeps it there (an enrolment, a plug-in); look in Moodle.",
    )


def verified(outcomes: Sequence[ItemOutcome[Membership]], now: Members) -> Outcomes:
    """Return the outcomes of an addition, with a word where one is no member now."""
    return tuple(
        replace(
            one,
            stored_differently=(
                StoredDifferently(field="member", asked="yes", stored=None),
            ),
        )
        if one.is_so and one.item.user_id not in now.get(one.item.of, ())
        else one
        for one in outcomes
    )


def _written(
    items: Sequence[Membership],
    is_so: Callable[[Membership], bool],
    write: Write,
) -> Outcomes:
    so = {index for index, item in enumerate(items) if is_so(item)}
    waiting = [index for index in range(len(items)) if index not in so]
    outcomes = {index: already(items[index]) for index in so}
    written = write([items[index] for index in waiting])
    outcomes.update(zip(waiting, written, strict=True))
    return tuple(outcomes[index] for index in range(len(items)))
