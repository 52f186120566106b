"""Who answers whom: among peers, around facilitators, or nobody."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

FRONT_RUN = timedelta(days=10)
"""How long after the beginning of a course front-runners show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """`answers` posts of `person` stand directly below posts of `other`.

    `first_at` is when the first of them was written.
    """

    person: int
    other: int
    answers: int
    first_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """How the talk of a course is woven.

    `peer_share` is the share of answers to participants that other participants gave;
    None when there was no answer. `star` is how far the talk is a star around
    facilitators: Freeman's (1978) degree centralisation of who talks with whom,
    counted for the facilitators; 1 when all goes through one, None for fewer than
    three people. `isolates` are participants with whom nobody talks.
    """

    peer_share: float | None
    star: float | None
    isolates: frozenset[int]


def exchange(
    answered: Iterable[Answered],
    participants: Collection[int],
    facilitators: Collection[int],
) -> Exchange:
    """Return how the talk is woven; people who are neither do not count."""
    people = set(participants) | set(facilitators)
    partners: dict[int, set[int]] = defaultdict(set)
    by_peers = by_facilitators = 0
    for one in answered:
        if one.person == one.other or not {one.person, one.other} <= people:
            continue
        partners[one.person].add(one.other)
        partners[one.other].add(one.person)
        if one.other in participants:
            if one.person in facilitators:
                by_facilitators += one.answers
            else:
                by_peers += one.answers
    total = by_peers + by_facilitators
    return Exchange(
        peer_share=by_peers / total if total else None,
        star=_star(partners, people, facilitators),
        isolates=frozenset(one for one in participants if not partners.get(one)),
    )


def front_runners(
    answered: Iterable[Answered],
    participants: Collection[int],
    began: datetime,
    *,
    least: int = 2,
) -> tuple[tuple[int, int], ...]:
    """Return who helped whom early: (person, distinct peers answered), most first.

    Only answers to other participants within `FRONT_RUN` of the beginning count, and
    each peer once: it is not the number of posts. Those with fewer than `least` peers
    are not front-runners.
    """
    helped: Counter[int] = Counter()
    seen: set[tuple[int, int]] = set()
    for one in answered:
        early = began <= one.first_at < began + FRONT_RUN
        peers = one.person in participants and one.other in participants
        if early and peers and one.person != one.other:
            if (one.person, one.other) not in seen:
                helped[one.person] += 1
            seen.add((one.person, one.other))
    found = [(person, count) for person, count in helped.items() if count >= least]
    return tuple(sorted(found, key=lambda pair: (-pair[1], pair[0])))


def _star(
    partners: dict[int, set[int]], people: set[int], facilitators: Collection[int]
) -> float | None:
    number = len(people)
    if number < 3:  # noqa: PLR2004 (a star has a middle and two points)
        return None
    degrees = {person: len(partners.get(person, ())) for person in people}
    highest = max((degrees[one] for one in facilitators if one in degrees), default=0)
    spread = sum(max(highest - degree, 0) for degree in degrees.values())
    return spread / ((number - 1) * (number - 2))
