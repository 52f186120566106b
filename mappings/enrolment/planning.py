"""What is to be done for one person, given what is wanted and what is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mappings.enrolment.matching import Match
from mappings.enrolment.people import (
    Decision,
    KnownPerson,
    Owned,
    SeenAccount,
    Standing,
    Verdict,
    Wanted,
    folded,
)
from mappings.enrolment.plan import Held, LeftAlone, Step, StepKind
from moodle_bridge.model.applicants import Applicant
from moodle_bridge.model.channels import Channel

SHARED = ""
"""The person of a step that is for everybody: a group that is made."""


@dataclass(slots=True, kw_only=True)
class PersonPlan:
    """The steps for one person, and what is held or left alone of them."""

    steps: list[Step] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    left_alone: list[LeftAlone] = field(default_factory=list)


def person_plan(
    applicant: Applicant,
    known: KnownPerson,
    match: Match,
    standing: Standing,
    wanted: Wanted,
    *,
    username: str,
    decision: Decision | None = None,
) -> PersonPlan:
    """Return what is to be done for one person.

    `username` is what a new account is to be called. `standing` is that of the matched
    account; for a new one its defaults. Fields that an admin changed in Moodle since
    the bridge set them are left alone; where the form changed as well, the field is
    held. Nobody is removed or suspended unless they withdrew, and nobody is
    re-activated without a decision.
    """
    plan = PersonPlan()
    person = _Person(applicant, known, match, standing, wanted, username, decision)
    if applicant.withdrawn:
        person.withdraw(plan)
    else:
        person.account(plan)
        person.enrolment(plan)
        person.cohort(plan)
        person.groups(plan)
        person.mailing_list(plan)
        person.welcome(plan)
    if not plan.steps and not plan.held:
        why = "withdrew, and takes part in nothing" if applicant.withdrawn else "as is"
        plan.left_alone.append(
            LeftAlone(person=known.id, shown=applicant.fullname, why=why)
        )
    return plan


def wanted_fields(applicant: Applicant) -> dict[str, str]:
    """Return the fields that an account is to have; what was not answered is not there."""
    fields = {
        "first_name": applicant.first_name,
        "last_name": applicant.last_name,
        "email": applicant.email,
        "phone": applicant.phone,
        "organisation": applicant.organisation,
        "country": applicant.country,
        "language": applicant.language,
        "timezone": applicant.timezone,
    }
    custom = {f"custom:{name}": one for name, one in applicant.custom_fields.items()}
    return {name: value for name, value in (fields | custom).items() if value}


@dataclass(frozen=True, slots=True)
class _Person:
    applicant: Applicant
    known: KnownPerson
    match: Match
    standing: Standing
    wanted: Wanted
    username: str
    decision: Decision | None

    def step(
        self,
        kind: StepKind,
        target: str,
        *,
        expects: Mapping[str, Any] | None = None,
        sets: Mapping[str, Any] | None = None,
        after: tuple[str, ...] = (),
    ) -> Step:
        account = self.match.account
        needs = after
        if account is None and kind is not StepKind.CREATE_USER:
            made = f"{StepKind.CREATE_USER}:{self.known.id}:{self.username}"
            needs = (made, *after)
        return Step(
            key=f"{kind}:{self.known.id}:{target}",
            kind=kind,
            person=self.known.id,
            shown=self.applicant.fullname,
            target=target,
            expects={
                **({"user_id": account.user_id} if account else {}),
                **(expects or {}),
            },
            sets=sets or {},
            after=needs,
        )

    def account(self, plan: PersonPlan) -> None:
        fields = wanted_fields(self.applicant)
        account = self.match.account
        if account is None:
            plan.steps.append(
                self.step(
                    StepKind.CREATE_USER,
                    self.username,
                    expects={"username": None, "email": None},
                    sets={"username": self.username, **fields},
                )
            )
            return
        changes = dict(self._changes(plan, account, fields))
        if changes:
            plan.steps.append(
                self.step(
                    StepKind.CHANGE_USER,
                    account.username,
                    expects={name: _has(account, name) for name in changes},
                    sets=changes,
                )
            )

    def _changes(
        self, plan: PersonPlan, account: SeenAccount, fields: Mapping[str, str]
    ) -> Iterator[tuple[str, str]]:
        for name, value in fields.items():
            has = _has(account, name)
            if _same(name, has, value):
                continue
            applied = self.known.applied.get(name)
            ours = self.match.owned is Owned.CREATED
            if applied is None and (ours or not has):
                yield name, value
            elif applied is None or _same(name, applied, value):
                # Theirs before the bridge came, or changed by an admin since.
                continue
            elif _same(name, has, applied):
                yield name, value
            else:
                plan.held.append(
                    self.held(
                        f"conflict:{name}",
                        f"{name}: the form says {value!r} now, the bridge had set"
                        f" {applied!r}, and in Moodle it was changed to {has!r}",
                        "Change it in Moodle to what is right; the form is then asked"
                        " no more.",
                    )
                )

    def enrolment(self, plan: PersonPlan) -> None:
        seen, course = self.standing.enrolment, self.wanted.course
        if seen is None:
            plan.steps.append(
                self.step(
                    StepKind.ENROL,
                    course,
                    expects={"enrolment": None},
                    sets={"role": self.wanted.role},
                )
            )
        elif not seen.active:
            dates = {
                "starts": seen.starts.isoformat() if seen.starts else None,
                "ends": seen.ends.isoformat() if seen.ends else None,
            }
            if self.decision and self.decision.verdict is Verdict.REACTIVATE:
                plan.steps.append(
                    self.step(
                        StepKind.REACTIVATE,
                        course,
                        expects={"enrolment": "suspended", **dates},
                        sets={"enrolment": "active", "role": self.wanted.role, **dates},
                    )
                )
            else:
                plan.held.append(
                    self.held(
                        "suspended-enrolment",
                        f"their enrolment in {course} is suspended",
                        "If they are to take part again: `moodle-bridge enrol decide"
                        " ENTRY --reactivate`.",
                    )
                )

    def cohort(self, plan: PersonPlan) -> None:
        if self.wanted.cohort and self.standing.in_cohort is not True:
            plan.steps.append(
                self.step(
                    StepKind.ADD_TO_COHORT,
                    self.wanted.cohort,
                    expects={"in_cohort": False},
                    sets={"in_cohort": True},
                )
            )

    def groups(self, plan: PersonPlan) -> None:
        group, course = self.applicant.group, self.wanted.course
        former = self.known.groups.get(course, ())
        for name in former:
            if group and name != group and name in self.standing.groups:
                plan.steps.append(
                    self.step(
                        StepKind.REMOVE_FROM_GROUP,
                        f"{course}/{name}",
                        expects={"in_group": True},
                        sets={"in_group": False},
                    )
                )
        if not group or group in self.standing.groups:
            return
        exists = group in self.wanted.existing_groups
        if not exists and not self.wanted.create_groups:
            plan.held.append(
                self.held(
                    f"no-group:{group}",
                    f"there is no group {group!r} in {course}",
                    "Make the group in Moodle, or set create_groups = true.",
                )
            )
            return
        made = f"{StepKind.CREATE_GROUP}:{SHARED}:{course}/{group}"
        if not exists:
            plan.steps.append(
                Step(
                    key=made,
                    kind=StepKind.CREATE_GROUP,
                    person=SHARED,
                    shown=group,
                    target=f"{course}/{group}",
                    expects={"group": None},
                    sets={"group": group},
                )
            )
        enrolling = (
            (f"{StepKind.ENROL}:{self.known.id}:{course}",)
            if self.standing.enrolment is None
            else ()
        )
        plan.steps.append(
            self.step(
                StepKind.ADD_TO_GROUP,
                f"{course}/{group}",
                expects={"in_group": False},
                sets={"in_group": True},
                after=(*enrolling, *(() if exists else (made,))),
            )
        )

    def mailing_list(self, plan: PersonPlan) -> None:
        wanted, standing = self.wanted, self.standing
        joins = wanted.subscribes and wanted.list_address is not None
        if joins and standing.list_member is False:
            plan.steps.append(
                self.step(
                    StepKind.SUBSCRIBE,
                    wanted.list_address or "",
                    expects={"list_member": False},
                    sets={"list_member": True, "email": self.applicant.email},
                )
            )
        channel = self.applicant.channel
        # What somebody chose themselves, by mail, is theirs to change.
        if channel is None or standing.channel_chosen_by not in {"", "form"}:
            return
        if standing.channel is None or _channel(channel) != _channel(standing.channel):
            before = _channel(standing.channel) if standing.channel else None
            plan.steps.append(
                self.step(
                    StepKind.SET_CHANNEL,
                    str(channel.kind),
                    expects={"channel": before},
                    sets={"channel": _channel(channel)},
                )
            )

    def welcome(self, plan: PersonPlan) -> None:
        new = self.standing.enrolment is None
        if self.wanted.welcome and new and self.known.welcomed_at is None:
            plan.steps.append(
                self.step(
                    StepKind.WELCOME,
                    self.applicant.email,
                    sets={"welcomed": True},
                    after=(f"{StepKind.ENROL}:{self.known.id}:{self.wanted.course}",),
                )
            )

    def withdraw(self, plan: PersonPlan) -> None:
        standing, wanted = self.standing, self.wanted
        if self.match.account is None:
            return
        if standing.enrolment is not None and standing.enrolment.active:
            dates = {
                "starts": standing.enrolment.starts.isoformat()
                if standing.enrolment.starts
                else None,
                "ends": standing.enrolment.ends.isoformat()
                if standing.enrolment.ends
                else None,
            }
            plan.steps.append(
                self.step(
                    StepKind.SUSPEND,
                    wanted.course,
                    expects={"enrolment": "active", **dates},
                    sets={"enrolment": "suspended", "role": wanted.role, **dates},
                )
            )
        if wanted.list_address and standing.list_member:
            plan.steps.append(
                self.step(
                    StepKind.UNSUBSCRIBE,
                    wanted.list_address,
                    expects={"list_member": True},
                    sets={"list_member": False, "email": self.match.account.email},
                )
            )
        if wanted.cohort and standing.in_cohort:
            if wanted.leave_cohort:
                plan.steps.append(
                    self.step(
                        StepKind.REMOVE_FROM_COHORT,
                        wanted.cohort,
                        expects={"in_cohort": True},
                        sets={"in_cohort": False},
                    )
                )
            else:
                plan.left_alone.append(
                    LeftAlone(
                        person=self.known.id,
                        shown=self.applicant.fullname,
                        why=f"stays in cohort {wanted.cohort}: taking them out may end"
                        " enrolments and lose grades (cohort_sync_is_harmless)",
                    )
                )

    def held(self, code: str, what: str, advice: str) -> Held:
        account = self.match.account
        return Held(
            source=self.applicant.source,
            entry=self.applicant.entry,
            row=self.applicant.row,
            shown=self.applicant.fullname,
            code=code,
            what=what,
            advice=advice.replace("ENTRY", self.applicant.entry),
            candidates=(account.shown(),) if account else (),
        )


def _has(account: SeenAccount, name: str) -> str:
    return account.email if name == "email" else account.fields.get(name, "")


def _same(name: str, one: str, other: str) -> bool:
    if name == "email":
        return folded(one) == folded(other)
    return " ".join(one.split()) == " ".join(other.split())


def _channel(channel: Channel) -> dict[str, Any]:
    """Return what of a channel a form can say."""
    return {
        "kind": str(channel.kind),
        "every": str(channel.every),
        "weekday": channel.weekday,
        "at": channel.at.strftime("%H:%M"),
        "budget": channel.budget,
    }
