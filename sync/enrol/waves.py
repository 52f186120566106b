"""The order in which the steps of a plan are carried out, and in what portions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from mappings.enrolment.plan import Step, StepKind

MOST_TOGETHER = 400
"""So many steps are one effect: as many as the client puts in one request."""

_ORDER: tuple[tuple[StepKind, ...], ...] = (
    (StepKind.CREATE_GROUP,),
    (StepKind.CREATE_USER,),
    (StepKind.CHANGE_USER,),
    (StepKind.ENROL, StepKind.REACTIVATE, StepKind.SUSPEND),
    (StepKind.ADD_TO_COHORT, StepKind.REMOVE_FROM_COHORT),
    (StepKind.REMOVE_FROM_GROUP, StepKind.ADD_TO_GROUP),
    (StepKind.SUBSCRIBE, StepKind.UNSUBSCRIBE),
    (StepKind.SET_CHANNEL,),
    (StepKind.WELCOME, StepKind.TELL_REFUSED),
)
LOCAL = frozenset({StepKind.SET_CHANNEL, StepKind.WELCOME, StepKind.TELL_REFUSED})
"""What is done in the ledger alone; a mail is written down there and sent later."""


def waves(steps: Iterable[Step]) -> list[tuple[Step, ...]]:
    """Return the steps in waves: all of one are done before the next begins.

    An account is there before it is enrolled, and enrolled before it is put into a
    group or told so. Waves without steps are left out.
    """
    steps = tuple(steps)
    found = (tuple(step for step in steps if step.kind in kinds) for kinds in _ORDER)
    return [wave for wave in found if wave]


def portions(steps: Sequence[Step]) -> Iterator[tuple[Step, ...]]:
    """Yield the steps of a wave in portions of one kind, each one effect."""
    by_kind = sorted(steps, key=lambda step: list(StepKind).index(step.kind))
    for _, group in groupby(by_kind, key=lambda step: step.kind):
        same = tuple(group)
        for start in range(0, len(same), MOST_TOGETHER):
            yield same[start : start + MOST_TOGETHER]


def split_place(target: str, courses: Iterable[str]) -> tuple[str, str]:
    """Return the course and the group that a group's target names.

    `courses` are those that are known, for there may be a slash in a name.
    """
    known = [course for course in courses if target.startswith(f"{course}/")]
    if known:
        course = max(known, key=len)
        return course, target.removeprefix(f"{course}/")
    course, _, group = target.partition("/")
    return course, group
