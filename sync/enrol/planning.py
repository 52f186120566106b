"""Makes a plan of enrolment: reads the forms, looks at what is there, compares."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from mappings.enrolment.assembling import (
    Assembled,
    CourseAim,
    FormAim,
    Person,
    assembled,
    duplicate,
    in_order,
    superseded,
)
from mappings.enrolment.duplicates import Sorted, told_apart
from mappings.enrolment.grouping import GroupBy
from mappings.enrolment.limits import Excess, Limits, beyond, shrunk
from mappings.enrolment.people import Decision, KnownPerson, Verdict, Wanted
from mappings.enrolment.plan import EnrolmentPlan, Held, LeftAlone, Step, StepKind
from mappings.enrolment.planned import entry_name
from mappings.intake.problems import Severity
from moodle_bridge.errors import GuardTripped
from sync.enrol.elsewhere import Elsewhere, elsewhere_of
from sync.enrol.identities import Identities, Owners, Randomness
from sync.enrol.naming import Sighted, named
from sync.enrol.places import IntakePlace, place_of
from sync.enrol.refusals import refusal_steps
from sync.enrol.world import PlaceNow, World
from sync.intake import IntakeRead, limits_of, read_intake

if TYPE_CHECKING:
    from moodle_bridge.model.applicants import Applicant
    from sync.bridge import Bridge
    from sync.ledger import Transaction
    from sync.ledger.entries import EntryChanges
    from sync.settings.intake import IntakeSettings

_TAKING_PART = frozenset({StepKind.ENROL.value, StepKind.REACTIVATE.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPlanned:
    """What one form came to: what changed in it, and the limits that it goes beyond."""

    intake: IntakeSettings
    changes: EntryChanges
    warnings: int
    people: int
    steps: tuple[Step, ...]

    def beyond(self, limits: Limits) -> tuple[Excess, ...]:
        """Return the limits that the steps go beyond."""
        return beyond(self.steps, self.people, limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan that was made and is not saved yet, and what it came from.

    `excesses` say of each form, by name, which limits of its own the plan goes beyond:
    such a plan is shown, and not carried out.
    """

    plan: EnrolmentPlan
    forms: tuple[FormPlanned, ...]
    excesses: tuple[tuple[str, Excess], ...]
    _found: Mapping[str, Assembled] = field(repr=False)
    _usernames: Mapping[str, str] = field(repr=False)

    def save(self, transaction: Transaction, *, made_by: str) -> None:
        """Keep the plan, with the usernames and accounts that it is about.

        ValueError for a name that was applied.
        """
        people = transaction.participants
        creates = {
            step.person for step in self.plan.steps if step.kind is StepKind.CREATE_USER
        }
        people.meant(
            {one: self._usernames[one] for one in creates if one in self._usernames}
        )
        for found in self._found.values():
            for person, match in found.matches.items():
                # What a decision or our own idnumber in Moodle says, the ledger is to
                # know from now on.
                if match.account is not None and match.how in {"decision", "idnumber"}:
                    people.has_account(
                        person,
                        user_id=match.account.user_id,
                        username=match.account.username,
                        owned=match.owned,
                        idnumber=match.account.idnumber,
                    )
        transaction.plans.save(self.plan, made_by=made_by)


@dataclass(slots=True, kw_only=True)
class _Form:
    """A form on its way into a plan."""

    read: IntakeRead
    place: IntakePlace
    changes: EntryChanges
    sorted: Sorted
    owners: Owners
    decisions: Mapping[str, Decision]
    refusals: tuple[Step, ...]

    @property
    def settings(self) -> IntakeSettings:
        return self.read.settings

    def counting(self) -> Iterator[tuple[Applicant, str]]:
        for one in self.sorted.counting:
            owner = self.owners.ids.get(one.entry)
            if owner is not None:
                yield one, owner


class Planning:
    """Makes plans for a bridge. `randomness` goes into the ids of new people."""

    def __init__(
        self, bridge: Bridge, *, randomness: Randomness = secrets.token_bytes
    ) -> None:
        self._bridge = bridge
        self._randomness = randomness
        self._world = World(bridge.moodle, bridge.ledger)

    def plan(self, intakes: Sequence[IntakeSettings], *, name: str) -> Planned:
        """Return what these forms ask for now. Nothing outside the ledger is changed.

        The ledger learns the entries and whose they are. Raises ConfigError when
        something that bridge.toml names is not there, GuardTripped when a form is
        empty or much smaller than it was, RemoteError when somebody does not answer.
        """
        bridge = self._bridge
        places = {one.name: place_of(bridge, one) for one in intakes}
        reads = [read_intake(bridge, one) for one in intakes]
        with bridge.ledger.writing() as transaction:
            for read in reads:
                _refuse_shrunk(transaction, read)
            forms = self._forms(transaction, reads, places)
        with bridge.ledger.reading() as transaction:
            known = self._known(transaction, forms)
            elsewhere = elsewhere_of(
                transaction, bridge.settings.intakes, places=places
            )
            whose = transaction.participants.usernames()
        forgotten = {one for one, person in known.items() if person is None}
        present = {one: person for one, person in known.items() if person is not None}
        naming = named(
            [
                Sighted(
                    applicant=one,
                    known=present[owner],
                    decision=form.decisions.get(one.entry),
                    policy=form.settings.username,
                )
                for form in forms
                for one, owner in form.counting()
                if owner in present
            ],
            self._world,
            whose,
        )
        found: dict[str, Assembled] = {}
        for form in forms:
            now = self._world.place(form.place)
            found[form.settings.name] = assembled(
                _people(form, present, naming.usernames, elsewhere),
                _aim(form, now),
                naming.accounts,
                now.standing,
            )
        return self._planned(
            forms, found, naming.usernames, name=name, forgotten=forgotten
        )

    def _forms(
        self,
        transaction: Transaction,
        reads: Sequence[IntakeRead],
        places: Mapping[str, IntakePlace],
    ) -> list[_Form]:
        identities = Identities(transaction, self._randomness)
        forms: list[_Form] = []
        for read in reads:
            name = read.settings.name
            changes = read.remember(transaction)
            decisions = transaction.decisions.of(name)
            here = {
                entry: _within(decision, name) for entry, decision in decisions.items()
            }
            apart = told_apart(
                read.applicants,
                policy=read.settings.duplicates,
                decisions={entry: one for entry, one in here.items() if one},
            )
            owners = identities.of(name, apart.counting, decisions)
            transaction.entries.belong_to(
                name,
                {
                    entry: owners.ids[by]
                    for entry, by in apart.superseded.items()
                    if by in owners.ids
                },
            )
            forms.append(
                _Form(
                    read=read,
                    place=places[name],
                    changes=changes,
                    sorted=apart,
                    owners=owners,
                    decisions=decisions,
                    refusals=refusal_steps(transaction, read),
                )
            )
        return forms

    def _known(
        self, transaction: Transaction, forms: Sequence[_Form]
    ) -> dict[str, KnownPerson | None]:
        """Return who the owners are; None for who is to be forgotten."""
        ids = [owner for form in forms for _, owner in form.counting()]
        done: dict[str, set[str]] = {}
        latest: dict[str, datetime] = {}
        for deed in transaction.deeds.of_people(ids):
            done.setdefault(deed.participant_id, set()).add(
                f"{deed.kind}:{deed.target}"
            )
            if deed.kind in _TAKING_PART:
                latest[deed.participant_id] = deed.done_at
        spent = {
            (one.source, one.entry): one.at
            for one in transaction.decisions.all()
            if one.decision.verdict is Verdict.REACTIVATE
        }
        for form in forms:
            # A decision to let somebody take part again holds once, not for ever.
            form.decisions = {
                entry: decision
                for entry, decision in form.decisions.items()
                if not _is_spent(
                    spent.get((form.settings.name, entry)),
                    latest.get(form.owners.ids.get(entry, "")),
                )
            }
        people = transaction.participants.of(ids)
        return {
            one: None
            if person.forgotten_at is not None
            else replace(person.person, done=frozenset(done.get(one, ())))
            for one, person in people.items()
        }

    def _planned(
        self,
        forms: Sequence[_Form],
        found: Mapping[str, Assembled],
        usernames: Mapping[str, str],
        *,
        name: str,
        forgotten: set[str],
    ) -> Planned:
        made: dict[str, str] = {}
        planned: list[FormPlanned] = []
        steps: list[Step] = []
        for form in forms:
            own = found[form.settings.name]
            mine = (*own.steps, *form.refusals)
            steps += mine
            planned.append(
                FormPlanned(
                    intake=form.settings,
                    changes=form.changes,
                    warnings=sum(
                        one.severity is Severity.WARNING for one in form.read.problems
                    ),
                    people=len(form.sorted.counting),
                    steps=mine,
                )
            )
            made.update((step.key, form.settings.name) for step in mine)
        plan = EnrolmentPlan(
            name=name,
            made_at=self._bridge.clock(),
            site=self._bridge.settings.moodle.url,
            sources=tuple(form.read.mark for form in forms),
            steps=in_order(steps),
            held=tuple(
                one
                for form in forms
                for one in (*_held(form), *found[form.settings.name].held)
            ),
            left_alone=tuple(
                one
                for form in forms
                for one in (
                    *found[form.settings.name].left_alone,
                    *_left_alone(form, forgotten),
                )
            ),
        )
        return Planned(
            plan=plan,
            forms=tuple(planned),
            excesses=tuple(
                (one.intake.name, excess)
                for one in planned
                for excess in one.beyond(limits_of(one.intake.limits))
            ),
            _found=found,
            _usernames=usernames,
        )


def _refuse_shrunk(transaction: Transaction, read: IntakeRead) -> None:
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


def _within(decision: Decision, source: str) -> Decision | None:
    """Return a decision as it counts among the entries of one form.

    An entry that is the same as one of another form counts all the same.
    """
    other = decision.other_entry
    if decision.verdict is not Verdict.SAME_AS or other is None:
        return decision
    form, _, key = other.partition(":")
    return replace(decision, other_entry=key) if form == source else None


def _is_spent(decided: datetime | None, taken_part: datetime | None) -> bool:
    return decided is not None and taken_part is not None and decided <= taken_part


def _people(
    form: _Form,
    known: Mapping[str, KnownPerson],
    usernames: Mapping[str, str],
    elsewhere: Elsewhere,
) -> Iterator[Person]:
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


def _aim(form: _Form, now: PlaceNow) -> FormAim:
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


def _held(form: _Form) -> Iterator[Held]:
    yield from _problems(form)
    for group in form.sorted.unclear:
        yield from duplicate(group)
    yield from form.owners.held


def _problems(form: _Form) -> Iterator[Held]:
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


def _left_alone(form: _Form, forgotten: Iterable[str]) -> Iterator[LeftAlone]:
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
