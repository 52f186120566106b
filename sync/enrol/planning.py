"""Makes a plan of enrolment: reads the forms, looks at what is there, compares."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from mappings.enrolment.assembling import (
    Assembled,
    assembled,
    in_order,
    namesake,
)
from mappings.enrolment.duplicates import namesakes, told_apart
from mappings.enrolment.limits import Excess, Limits, beyond
from mappings.enrolment.people import Decision, KnownPerson, Verdict
from mappings.enrolment.plan import EnrolmentPlan, Step, StepKind
from mappings.intake.problems import Severity
from sync.enrol.consent import with_consent_taken_back
from sync.enrol.elsewhere import elsewhere_of
from sync.enrol.form_planning import (
    Form,
    aim_of,
    held_of_form,
    is_spent,
    left_alone_of,
    people_of,
    refuse_shrunk,
    within,
)
from sync.enrol.identities import Identities, Owners, Randomness
from sync.enrol.lacking import Lacking, lacking_functions
from sync.enrol.naming import Sighted, named
from sync.enrol.places import IntakePlace, place_of
from sync.enrol.refusals import refusal_steps
from sync.enrol.world import World
from sync.intake import IntakeRead, limits_of, read_intake, with_forgotten_keys
from sync.ledger.forgotten import hashed

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
    such a plan is shown, and not carried out. `lacking` are functions that it calls and
    the token's service does not hold.
    """

    plan: EnrolmentPlan
    forms: tuple[FormPlanned, ...]
    excesses: tuple[tuple[str, Excess], ...]
    lacking: tuple[Lacking, ...]
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
            reads = [
                with_forgotten_keys(
                    read,
                    transaction.entries.forgotten_keys(read.settings.name),
                    lambda key: hashed(bridge.secret, key),
                )
                for read in reads
            ]
            for read in reads:
                refuse_shrunk(transaction, read)
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
            people = list(people_of(form, present, naming.usernames, elsewhere))
            form.silent = {one.known.id for one in people if not one.speaks}
            found[form.settings.name] = assembled(
                people,
                aim_of(form, now),
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
    ) -> list[Form]:
        identities = Identities(transaction, self._randomness)
        forms: list[Form] = []
        for fresh in reads:
            name = fresh.settings.name
            changes = fresh.remember(transaction)
            read = with_consent_taken_back(transaction, fresh)
            decisions = transaction.decisions.of(name)
            here = {
                entry: within(decision, name) for entry, decision in decisions.items()
            }
            apart = told_apart(
                read.applicants,
                policy=read.settings.duplicates,
                decisions={entry: one for entry, one in here.items() if one},
            )
            owners = identities.of(name, apart.counting, decisions)
            _hold_namesakes(transaction, apart.counting, owners, decisions)
            transaction.entries.belong_to(
                name,
                {
                    entry: owners.ids[by]
                    for entry, by in apart.superseded.items()
                    if by in owners.ids
                },
            )
            forms.append(
                Form(
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
        self, transaction: Transaction, forms: Sequence[Form]
    ) -> dict[str, KnownPerson | None]:
        """Return who the owners are; None for who is to be forgotten."""
        ids = [owner for form in forms for _, owner in form.counting()]
        done: dict[str, set[str]] = {}
        latest: dict[str, datetime] = {}
        touched: dict[str, datetime] = {}
        for deed in transaction.deeds.of_people(ids, undone=True):
            if deed.undone_at is None:
                done.setdefault(deed.participant_id, set()).add(
                    f"{deed.kind}:{deed.target}"
                )
            if deed.kind in _TAKING_PART:
                latest[deed.participant_id] = deed.done_at
            touched[deed.participant_id] = max(
                deed.done_at, touched.get(deed.participant_id, deed.done_at)
            )
        # To let somebody take part again holds once, and so does whose an account is:
        # from then on the ledger knows it, and the entry may become another's.
        followed = {Verdict.REACTIVATE: latest, Verdict.ADOPT: touched}
        spent = {
            (one.source, one.entry): (one.at, followed[one.decision.verdict])
            for one in transaction.decisions.all()
            if one.decision.verdict in followed
        }
        for form in forms:
            form.decisions = {
                entry: decision
                for entry, decision in form.decisions.items()
                if not _is_followed(
                    spent.get((form.settings.name, entry)),
                    form.owners.ids.get(entry, ""),
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
        forms: Sequence[Form],
        found: Mapping[str, Assembled],
        usernames: Mapping[str, str],
        *,
        name: str,
        forgotten: set[str],
    ) -> Planned:
        planned: list[FormPlanned] = []
        steps: list[Step] = []
        for form in forms:
            own = found[form.settings.name]
            mine = (*own.steps, *form.refusals)
            # Of two forms that would make one account, the later entry says how.
            steps += [step for step in mine if step.person not in form.silent]
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
        for form in forms:
            steps += [
                step
                for step in found[form.settings.name].steps
                if step.person in form.silent
            ]
        plan = EnrolmentPlan(
            name=name,
            made_at=self._bridge.clock(),
            site=self._bridge.settings.moodle.url,
            sources=tuple(form.read.mark for form in forms),
            steps=in_order(steps),
            held=tuple(
                one
                for form in forms
                for one in (*held_of_form(form), *found[form.settings.name].held)
            ),
            left_alone=tuple(
                one
                for form in forms
                for one in (
                    *found[form.settings.name].left_alone,
                    *left_alone_of(form, forgotten),
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
            lacking=lacking_functions(self._bridge.moodle, plan.steps),
            _found=found,
            _usernames=usernames,
        )


def _hold_namesakes(
    transaction: Transaction,
    applicants: Sequence[Applicant],
    owners: Owners,
    decisions: Mapping[str, Decision],
) -> None:
    people = transaction.participants.of(set(owners.ids.values()))
    settled = {
        entry
        for entry, owner in owners.ids.items()
        if people[owner].person.user_id is not None
    }
    there = [one for one in applicants if one.entry in owners.ids]
    found = namesakes(there, settled=settled, decisions=decisions)
    for one in there:
        if one.entry in found:
            del owners.ids[one.entry]
            owners.held.append(namesake(one, found[one.entry]))


def _is_followed(
    decided: tuple[datetime, Mapping[str, datetime]] | None, owner: str
) -> bool:
    if decided is None:
        return False
    at, deeds = decided
    return is_spent(at, deeds.get(owner))
