"""One form on its way into a plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from mappings.enrolment.assembling import (
    CourseAim,
    FormAim,
    Person,
    duplicate,
    superseded,
)
from mappings.enrolment.duplicates import Sorted
from mappings.enrolment.grouping import GroupBy
from mappings.enrolment.limits import shrunk
from mappings.enrolment.people import Decision, KnownPerson, Verdict, Wanted
from mappings.enrolment.plan import Held, LeftAlone, Step
from mappings.enrolment.planned import entry_name
from mappings.intake.problems import Severity
from moodle_bridge.errors import GuardTripped
from sync.intake import IntakeRead, limits_of

if TYPE_CHECKING:
    from moodle_bridge.model.applicants import Applicant
    from sync.enrol.elsewhere import Elsewhere
    from sync.enrol.identities import Owners
    from sync.enrol.places import IntakePlace
    from sync.enrol.world import PlaceNow
    from sync.ledger import Transaction
    from sync.ledger.entries import EntryChanges
    from sync.settings.intake import IntakeSettings


@dataclass(slots=True, kw_only=True)
class Form:
    """What is known of a form before people are looked up.

    `owners` says whose each entry is, `decisions` what was decided about them. `silent`
    are people of whom a later entry in another form says how their account is to be.
    """

    read: IntakeRead
    place: IntakePlace
    changes: EntryChanges
    sorted: Sorted
    owners: Owners
    decisions: Mapping[str, Decision]
    refusals: tuple[Step, ...]
    silent: set[str] = field(default_factory=set)

    @property
    def settings(self) -> IntakeSettings:
        """What bridge.toml says of the form."""
        return self.read.settings

    def counting(self) -> Iterator[tuple[Applicant, str]]:
        """Yield the people whose entries count, each with the bridge's own id."""
        for one in self.sorted.counting:
            owner = self.owners.ids.get(one.entry)
            if owner is not None:
                yield one, owner


def refuse_shrunk(transaction: Transaction, read: IntakeRead) -> None:
    """Raise GuardTripped when a form is empty, or smaller than it may be."""
    before = transaction.entries.counting(read.settings.name)
    limits = limits_of(read.settings.limits)
    excess = shrunk(before, read.mark.entries, limits)
    if excess is None:
        return
    item = f"[[intake]] {read.settings.name}"
    if read.mark.entries == 0:
        raise GuardTripped(
            excess.what,
            item=item,
            advice="An empty form removes nobody, and is most often a mistake: look at"
            " the form. Nothing was read.",
        )
    raise GuardTripped(
        excess.what,
        item=f"{item} → limits.{excess.key}",
        advice="Look whether the form is whole. If it is, raise this limit for once,"
        " and plan again. Who is missing from a form is never removed.",
    )


def within(decision: Decision, source: str) -> Decision | None:
    """Return a decision as it counts among the entries of one form.

    An entry that is the same as one of another form counts all the same.
    """
    other = decision.other_entry
    if decision.verdict is not Verdict.SAME_AS or other is None:
        return decision
    form, _, key = other.partition(":")
    return replace(decision, other_entry=key) if form == source else None


def is_spent(decided: datetime | None, taken_part: datetime | None) -> bool:
    """Say whether a decision was followed by what it was for."""
    return decided is not None and taken_part is not None and decided <= taken_part


def people_of(
    form: Form,
    known: Mapping[str, KnownPerson],
    usernames: Mapping[str, str],
    elsewhere: Elsewhere,
) -> Iterator[Person]:
    """Yield the people of a form as they go into a plan; the forgotten are left out."""
    for one, owner in form.counting():
        person = known.get(owner)
        if person is None:
            continue
        others = elsewhere.of(owner, one, form.settings)
        yield Person(
            applicant=one,
            known=person,
            username=usernames[owner],
            decision=form.decisions.get(one.entry),
            speaks=others.speaks,
            stays_in=others.stays_in,
            stays_on_list=others.stays_on_list,
            stays_in_cohort=others.stays_in_cohort,
        )


def aim_of(form: Form, now: PlaceNow) -> FormAim:
    """Return what a form is for, with the groups that its courses have now."""
    settings, place = form.settings, form.place
    return FormAim(
        courses=tuple(
            CourseAim(
                wanted=Wanted(
                    source=settings.name,
                    course=course.shortname,
                    role=settings.role,
                    cohort=settings.cohort,
                    existing_groups=frozenset(
                        group.name for group in now.courses[course.shortname].groups
                    ),
                    create_groups=settings.create_groups,
                    list_address=place.list_address,
                    subscribes=settings.list == "subscribe",
                    welcome=settings.welcome,
                    leave_cohort=settings.leave_cohort,
                ),
                groups=tuple(
                    (group.name, group.idnumber)
                    for group in now.courses[course.shortname].groups
                ),
                language=course.language,
            )
            for course in place.courses
        ),
        groups_by=GroupBy(settings.groups_by) if settings.groups_by else None,
    )


def held_of_form(form: Form) -> Iterator[Held]:
    """Yield the entries that are held before anybody is looked up."""
    yield from _problems(form)
    for group in form.sorted.unclear:
        yield from duplicate(group)
    yield from form.owners.held


def _problems(form: Form) -> Iterator[Held]:
    language = form.settings.language
    for row in form.read.rows:
        decision = form.decisions.get(row.entry.key)
        refused = decision is not None and decision.verdict is Verdict.REFUSE
        if row.applicant is not None or refused:
            continue
        errors = [one for one in row.problems if one.severity is Severity.ERROR]
        draft = row.draft
        yield Held(
            source=form.settings.name,
            entry=row.entry.key,
            row=row.entry.row,
            shown=(draft.fullname or draft.email) if draft else "",
            code="problems",
            what="; ".join(one.what(language) for one in errors),
            advice=" ".join(dict.fromkeys(one.advice(language) for one in errors)),
        )


def left_alone_of(form: Form, forgotten: Iterable[str]) -> Iterator[LeftAlone]:
    """Yield the entries for which nothing is done before anybody is looked up."""
    by_key = {one.entry: one for one in form.read.applicants}
    for entry, by in form.sorted.superseded.items():
        if entry in by_key:
            yield superseded(by_key[entry], form.owners.ids.get(by, ""), by)
    gone = set(forgotten)
    for one, owner in form.counting():
        if owner in gone:
            yield LeftAlone(
                person=owner,
                shown=entry_name(one.source, one.entry),
                why="was forgotten, as they wished",
            )
    for row in form.read.rows:
        decision = form.decisions.get(row.entry.key)
        if (
            row.applicant is None
            and decision is not None
            and decision.verdict is Verdict.REFUSE
        ):
            yield LeftAlone(
                person="",
                shown=entry_name(form.settings.name, row.entry.key),
                why="was refused by decision",
            )
