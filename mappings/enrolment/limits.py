"""Limits that stop a plan before it does something absurd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mappings.enrolment.plan import Step, StepKind

_FEW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that one plan may do; None for no limit.

    `most` is by kind of step. `percent` is by kind as well, of the people that the
    form has; it does not hold where the steps are five or fewer. `email_changes` is
    for address changes among the changes of accounts. `shrink_percent` is by how much
    a form may have become smaller since it was last read.
    """

    most: Mapping[StepKind, int] = field(default_factory=dict)
    percent: Mapping[StepKind, int] = field(default_factory=dict)
    email_changes: int | None = None
    shrink_percent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """A limit that a plan goes beyond; `key` is the setting that would allow it."""

    what: str
    key: str


def beyond(steps: Iterable[Step], people: int, limits: Limits) -> tuple[Excess, ...]:
    """Return every limit that the steps go beyond; `people` is how many the form has."""
    return tuple(_beyond(tuple(steps), people, limits))


def shrunk(before: int | None, now: int, limits: Limits) -> Excess | None:
    """Return what is wrong when a form has lost entries; None when all is well.

    `before` is how many counted when it was last read, None when it never was. An
    empty form that was not empty is always wrong.
    """
    if not before or now >= before:
        return None
    lost = before - now
    allowed = limits.shrink_percent
    if now == 0 or (allowed is not None and lost * 100 > allowed * before):
        return Excess(
            what=f"the form has {now} entries, and had {before} when it was last read",
            key="shrink_percent",
        )
    return None


def _beyond(steps: tuple[Step, ...], people: int, limits: Limits) -> Iterator[Excess]:
    counts = Counter(step.kind for step in steps)
    for kind, number in counts.items():
        most = limits.most.get(kind)
        if most is not None and number > most:
            yield Excess(
                what=f"{number} x {kind}, and the limit is {most}", key=str(kind)
            )
        share = limits.percent.get(kind)
        if share is not None and number > _FEW and number * 100 > share * people:
            yield Excess(
                what=f"{number} x {kind} of {people} people, and the limit is {share} %",
                key=f"{kind} percent",
            )
    emails = sum(
        step.kind is StepKind.CHANGE_USER and "email" in step.sets for step in steps
    )
    if limits.email_changes is not None and emails > limits.email_changes:
        yield Excess(
            what=f"{emails} addresses would change, and the limit is"
            f" {limits.email_changes}",
            key="email_changes",
        )
