"""The order in which the steps of a plan are carried out, and in what portions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby

from mappings.enrolment.plan import Step, StepKind

MOST_TOGETHER = 1000
"""So many steps are one effect; the client makes a few requests of them."""

MOST_SINGLY = 200
"""So many are one effect where each step is a request of its own, or a mail."""

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
_ON_LISTS = (StepKind.SUBSCRIBE, StepKind.UNSUBSCRIBE)
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


def portions(
    steps: Sequence[Step], singly: Collection[StepKind] = ()
) -> Iterator[tuple[Step, ...]]:
    """Yield the steps of a wave in portions of one kind, each one effect.

    Steps of the kinds in `singly`, and those on lists, go one by one, and are fewer.
    """
    by_kind = sorted(steps, key=lambda step: list(StepKind).index(step.kind))
    for _, group in groupby(by_kind, key=lambda step: step.kind):
        same = tuple(group)
        few = same[0].kind in {*_ON_LISTS, *singly}
        most = MOST_SINGLY if few else MOST_TOGETHER
        for start in range(0, len(same), most):
            yield same[start : start + most]


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
