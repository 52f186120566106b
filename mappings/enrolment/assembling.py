"""All people of one form, put together to what a plan is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mappings.enrolment.grouping import GroupBy, grouping_of, name_there
from mappings.enrolment.matching import Match, Unmatched, match
from mappings.enrolment.people import (
    Accounts,
    Decision,
    KnownPerson,
    Standing,
    Verdict,
    Wanted,
)
from mappings.enrolment.plan import Held, LeftAlone, Step, StepKind
from mappings.enrolment.planned import PersonPlan, entry_name, held_of
from mappings.enrolment.planning import person_plan
from moodle_bridge.model.applicants import Applicant

StandingOf = Callable[[str, int | None, Iterable[str]], Standing]
"""How an account (None: one to be made) with some addresses stands in a course."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseAim:
    """A course of a form: what is wanted there, and its groups, name and idnumber.

    `language` is that of the course, in which groups are named; None if not known.
    """

    wanted: Wanted
    groups: tuple[tuple[str, str], ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormAim:
    """What a form is for: its courses, one at least, and by what people are grouped."""

    courses: tuple[CourseAim, ...]
    groups_by: GroupBy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of a form whose entry counts, with what is known of them.

    `speaks` is false where a later entry in another form says how their account is to
    be. `stays_in` are courses that they do not leave when they withdraw here, because
    another form wants them there; `stays_on_list` and `stays_in_cohort` likewise.
    """

    applicant: Applicant
    known: KnownPerson
    username: str
    decision: Decision | None = None
    speaks: bool = True
    stays_in: frozenset[str] = frozenset()
    stays_on_list: bool = False
    stays_in_cohort: bool = False


@dataclass(slots=True, kw_only=True)
class Assembled:
    """What becomes of the people of one form.

    `matches` says by the bridge's own id whose account was found.
    """

    steps: list[Step] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    left_alone: list[LeftAlone] = field(default_factory=list)
    matches: dict[str, Match] = field(default_factory=dict)


def assembled(
    people: Iterable[Person], aim: FormAim, accounts: Accounts, standing: StandingOf
) -> Assembled:
    """Return what becomes of people.

    Two people for whom the same account is found are both held.
    """
    everybody = list(people)
    found = Assembled()
    matched = {one.known.id: _matched(one, accounts) for one in everybody}
    double = _double(matched)
    for one in everybody:
        mine = matched[one.known.id]
        if mine is None:
            found.left_alone.append(_left(one, "was refused by decision"))
        elif isinstance(mine, Unmatched):
            if one.applicant.withdrawn and mine.code in _NOBODYS:
                found.left_alone.append(_left(one, "withdrew, and was never here"))
            else:
                found.held.append(_unmatched(one, mine))
        elif mine.account is not None and mine.account.user_id in double:
            found.held.append(_shared(one, mine))
        else:
            found.matches[one.known.id] = mine
            planned = _planned(one, mine, aim, accounts, standing)
            found.steps += planned.steps
            found.held += planned.held
            found.left_alone += planned.left_alone
    return found


def in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return the steps in the order in which they are done, each key once.

    Groups before those who are put into them, accounts before enrolments, mails last.
    What several forms want of one person is one step; who was first in it stays.
    """
    listed: dict[str, Step] = {}
    for step in steps:
        listed.setdefault(step.key, step)
    return tuple(sorted(listed.values(), key=lambda step: _ORDER.index(step.kind)))


def superseded(applicant: Applicant, known: str, by: str) -> LeftAlone:
    """Return that another entry of the same form counts in the place of this one."""
    counts = entry_name(applicant.source, by)
    return LeftAlone(
        person=known, shown=applicant.fullname, why=f"entry {counts} counts instead"
    )


def duplicate(group: Sequence[Applicant]) -> tuple[Held, ...]:
    """Return that entries may be of one person, each held with the others named."""
    names = {one.entry: entry_name(one.source, one.entry) for one in group}
    return tuple(
        held_of(
            one,
            code="duplicate",
            what=f"{len(group)} entries seem to be of one person",
            advice="Which counts? `moodle-bridge enrol decide ENTRY --same-as"
            f" {next(names[each.entry] for each in group if each is not one)}` for each"
            " that does not; or --new where it is somebody else.",
            candidates=tuple(_shown(each) for each in group if each is not one),
        )
        for one in group
    )


def namesake(one: Applicant, others: Sequence[Applicant]) -> Held:
    """Return that others of the form have the name, and may be the same person."""
    other = entry_name(others[0].source, others[0].entry)
    return held_of(
        one,
        code="namesake",
        what="somebody of the same name has another address in the form",
        advice="If it is the same person: `moodle-bridge enrol decide ENTRY --same-as"
        f" {other}` for the entry that does not count; if not:"
        " `moodle-bridge enrol decide ENTRY --new`.",
        candidates=tuple(map(_shown, others)),
    )


_ORDER = (
    StepKind.CREATE_GROUP,
    StepKind.CREATE_USER,
    StepKind.CHANGE_USER,
    StepKind.ENROL,
    StepKind.REACTIVATE,
    StepKind.SUSPEND,
    StepKind.ADD_TO_COHORT,
    StepKind.REMOVE_FROM_COHORT,
    StepKind.REMOVE_FROM_GROUP,
    StepKind.ADD_TO_GROUP,
    StepKind.SUBSCRIBE,
    StepKind.UNSUBSCRIBE,
    StepKind.SET_CHANNEL,
    StepKind.WELCOME,
    StepKind.TELL_REFUSED,
)
# Why nobody is found who, having withdrawn, need not be found.
_NOBODYS = frozenset({"adopt", "cannot-see", "address-taken"})


def _shown(one: Applicant) -> dict[str, object]:
    return {
        "entry": f"{one.source}:{one.entry}",
        "row": one.row,
        "name": one.fullname,
        "address": one.email,
        "sent": _moment(one),
    }


def _moment(one: Applicant) -> str | None:
    sent = one.edited or one.submitted
    return None if sent is None else sent.isoformat()


def _matched(one: Person, accounts: Accounts) -> Match | Unmatched | None:
    if one.decision is not None and one.decision.verdict is Verdict.REFUSE:
        return None
    return match(one.applicant, one.known, accounts, one.decision)


def _double(matched: Mapping[str, Match | Unmatched | None]) -> frozenset[int]:
    whose: dict[int, int] = {}
    for one in matched.values():
        if isinstance(one, Match) and one.account is not None:
            number = one.account.user_id
            whose[number] = whose.get(number, 0) + 1
    return frozenset(number for number, count in whose.items() if count > 1)


def _planned(
    one: Person, mine: Match, aim: FormAim, accounts: Accounts, standing: StandingOf
) -> PersonPlan:
    account = mine.account
    user_id = account.user_id if account else None
    addresses = [
        address
        for address in (
            one.applicant.email,
            one.applicant.second_email,
            one.known.email,
            account.email if account else None,
        )
        if address
    ]
    places = [
        (
            _wanted(one, course, aim.groups_by),
            standing(course.wanted.course, user_id, addresses),
        )
        for course in aim.courses
    ]
    return person_plan(
        replace(one.applicant, group=None),
        one.known,
        mine,
        places[0][1],
        places[0][0],
        username=one.username,
        decision=one.decision,
        further=places[1:],
        speaks=one.speaks,
        address_taken=any(
            other.user_id != user_id
            for other in accounts.by_address(one.applicant.email)
        ),
        told=accounts.told,
    )


def _wanted(one: Person, aim: CourseAim, groups_by: GroupBy | None) -> Wanted:
    wanted = replace(
        aim.wanted,
        leave_course=aim.wanted.course not in one.stays_in,
        leave_list=not one.stays_on_list,
        leave_cohort=aim.wanted.leave_cohort and not one.stays_in_cohort,
    )
    grouping = (
        grouping_of(one.applicant, groups_by, language=aim.language)
        if groups_by is not None
        else None
    )
    if grouping is None:
        return wanted
    return replace(
        wanted,
        group=name_there(grouping, aim.groups) or grouping.name,
        group_idnumber=grouping.idnumber,
    )


def _left(one: Person, why: str) -> LeftAlone:
    return LeftAlone(person=one.known.id, shown=one.applicant.fullname, why=why)


def _unmatched(one: Person, why: Unmatched) -> Held:
    return held_of(
        one.applicant,
        code=why.code,
        what=why.what,
        advice=why.advice,
        candidates=why.candidates,
    )


def _shared(one: Person, mine: Match) -> Held:
    return held_of(
        one.applicant,
        code="same-account",
        what="two people of the form would have the same account",
        advice="Decide whose it is: take back a decision with `moodle-bridge enrol"
        " decide ENTRY --new`, or --same-as the other entry.",
        candidates=(mine.account.shown(),) if mine.account else (),
    )
