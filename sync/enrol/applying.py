"""The job that carries a plan of enrolment out: exactly its steps, in waves.

Each portion of a wave is one effect with one intent. What its steps touch is read
again just before; a step whose object is no longer as the plan saw it is refused with
the name of the field. After a crash what was begun is looked for in Moodle, by what
names it there, before anything is done again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mappings.enrolment.plan import EnrolmentPlan, Step, StepKind
from moodle_bridge.errors import Permanent, RemoteError, Transient
from moodle_bridge.moodle.errorcodes import ERRORCODES
from moodle_bridge.moodle.functions import MISSING
from sync.actions import (
    Absent,
    Action,
    Done,
    Doubt,
    Later,
    Outcome,
    Plan,
    Refused,
    Settlement,
)
from sync.enrol.looking import people_of
from sync.enrol.preconditions import broken, reached
from sync.enrol.verifying import stored_differently
from sync.enrol.waves import LOCAL, portions, waves
from sync.enrol.writes import Came, StepOutcome
from sync.ledger.deeds import Deed, DeedState, deed_key

if TYPE_CHECKING:
    from moodle_bridge.moodle import Moodle
    from sync.enrol.consequences import Consequences
    from sync.enrol.looking import Looking
    from sync.enrol.present import Present
    from sync.enrol.writes import Writes
    from sync.ledger import Ledger, Transaction
    from sync.ledger.intents import Intent

_LONGEST_JOB = 40
_MOST_LOOKS = 3
_NO_DATES = "dates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Steps that may be done now, and what they touch as it is."""

    steps: tuple[Step, ...]
    present: Present


@dataclass(frozen=True, slots=True, kw_only=True)
class _Portion:
    steps: tuple[Step, ...]
    present: Present


@dataclass(slots=True, kw_only=True)
class Applying:
    """Carries one plan out; see `Job`. May be run again until nothing is open.

    `dry_run` looks and refuses as in earnest, and takes for done what would be.
    `would` are the steps that a dry run would do.
    """

    plan_: EnrolmentPlan
    ledger: Ledger
    moodle: Moodle
    looking: Looking
    writes: Writes
    consequences: Consequences
    settle_after: timedelta
    dry_run: bool = False
    name: str = ""
    deeds: dict[str, Deed] = field(default_factory=dict)
    would: list[Step] = field(default_factory=list)
    _user_ids: dict[str, int] = field(default_factory=dict)
    _attempted: set[str] = field(default_factory=set)
    _outcomes: dict[str, StepOutcome] = field(default_factory=dict)
    _enrolled_by_us: set[tuple[str, str]] = field(default_factory=set)
    _steps: dict[str, Step] = field(default_factory=dict)
    _positions: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take up what came of the plan so far.

        The job is of this plan alone: another one need not wait for its doubts.
        """
        self.name = _short(f"enrol:{self.plan_.name}", _LONGEST_JOB)
        self._user_ids = people_of(self.plan_.steps)
        self._steps = {step.key: step for step in self.plan_.steps}
        self._positions = {
            step.key: position for position, step in enumerate(self.plan_.steps)
        }
        people = {step.person for step in self.plan_.steps if step.person}
        with self.ledger.reading() as transaction:
            of_plan = transaction.deeds.of_plan(self.plan_.name)
            begun = transaction.intents.of_source(self._source)
            former = transaction.deeds.of_people(people, undone=True)
        by_key = {deed_key(key): key for key in self._steps}
        for kept, deed in of_plan.items():
            if kept in by_key:
                self._note(replace(deed, step=by_key[kept]))
        self._attempted = {
            key
            for intent in begun
            if intent.attempts
            for key in intent.details["steps"]
        }
        self._enrolled_by_us = {
            (deed.participant_id, deed.target)
            for deed in former
            if deed.kind == StepKind.ENROL
        }

    @property
    def _source(self) -> str:
        return f"enrol:{self.plan_.name}"

    @property
    def open_steps(self) -> tuple[Step, ...]:
        """The steps of which nothing has come yet, in the order of the plan."""
        return tuple(one for one in self.plan_.steps if one.key not in self.deeds)

    def settle(self, intent: Intent) -> Settlement:
        """See `Job`: look which steps of a portion are as they were to be."""
        keys = [key for key in intent.details["steps"] if key in self._steps]
        steps = [self._steps[key] for key in keys]
        self._attempted.update(keys)
        present = self.looking.at(steps, self._user_ids)
        found = {
            step.key: extras
            for step in steps
            if (extras := reached(step, self._user_ids.get(step.person), present))
            is not None
        }
        began = intent.sending_at or intent.planned_at
        # Two groups may have one name: Moodle must surely be done with the first.
        if (
            len(found) < len(steps)
            and steps[0].kind is StepKind.CREATE_GROUP
            and self.ledger.clock() - began < self.settle_after
        ):
            until = began + self.settle_after
            return Doubt(
                reason="it is not seen yet, and Moodle may still be at work; run the"
                f" command again after {until:%H:%M} UTC"
            )
        if not found:
            return Absent()
        return Done(
            result={
                "steps": {
                    key: {"came": Came.DONE.value, "after": dict(extras)}
                    for key, extras in found.items()
                }
            }
        )

    def observe(self) -> Iterator[Wave]:
        """See `Job`: one wave after another, each looked at just before."""
        for wave in waves(self.plan_.steps):
            left: tuple[Step, ...] | None = None
            for _ in range(_MOST_LOOKS):
                ready = self._ready(wave)
                if not ready or ready == left:
                    break
                left = ready
                present = self.looking.at(ready, self._user_ids)
                yield Wave(steps=ready, present=present)
                if self.dry_run:
                    break
            self._verify(wave)

    def plan(self, observation: Wave) -> Plan:
        """See `Job`: refuse what is no longer as it was, and portion the rest."""
        deeds: list[Deed] = []
        ready: list[Step] = []
        for step in observation.steps:
            deed = self._without_doing(step, observation.present)
            if deed is None:
                ready.append(step)
            else:
                deeds.append(deed)
        self.would += ready if self.dry_run else ()
        if self.dry_run:
            for deed in deeds:
                self._note(deed)
        local = [step for step in ready if step.kind in LOCAL]
        remote = [step for step in ready if step.kind not in LOCAL]

        def write(transaction: Transaction) -> None:
            self._write(transaction, deeds)
            self._do_here(transaction, local)

        return Plan(
            actions=tuple(
                self._action(_Portion(steps=steps, present=observation.present))
                for steps in portions(remote, self.writes.singly)
            ),
            records=(write,) if deeds or local else (),
        )

    def guard(self, actions: int) -> None:
        """See `Job`: what a plan may do was said when it was made."""

    def carry_out(self, action: Action) -> Outcome:
        """See `Job`: write the steps of one portion."""
        portion: _Portion = action.load
        try:
            outcomes = self.writes.write(portion.steps, self._user_ids, portion.present)
        except RemoteError as error:
            return Later(reason=str(error), advice=error.advice, cause=error)
        doubtful = [one for one in outcomes if one.came is Came.IN_DOUBT]
        if doubtful:
            return Doubt(reason=doubtful[0].reason)
        decided = [one for one in outcomes if one.came is not Came.NOT_TRIED]
        self._outcomes.update((one.step.key, one) for one in decided)
        if not decided:
            return _later(outcomes[0])
        return Done(
            result={
                "steps": {
                    one.step.key: {
                        "came": one.came.value,
                        "code": one.code,
                        "reason": one.reason,
                        "after": dict(one.after),
                    }
                    for one in decided
                }
            }
        )

    def completed(
        self, transaction: Transaction, intent: Intent, outcome: Done | Refused
    ) -> None:
        """See `Job`: write down what came of each step, and what follows from it."""
        if not isinstance(outcome, Done):
            return
        deeds = [
            self._came_of(self._steps[key], told)
            for key, told in outcome.result["steps"].items()
            if key in self._steps
        ]
        self._write(transaction, deeds)
        # The steps alone are kept: they are enough to know what was tried.
        del intent

    def _ready(self, wave: Sequence[Step]) -> tuple[Step, ...]:
        would = {step.key for step in self.would}
        return tuple(
            step
            for step in wave
            if step.key not in self.deeds
            and all(
                key in self.deeds or key in would or key not in self._steps
                for key in step.after
            )
        )

    def _without_doing(self, step: Step, present: Present) -> Deed | None:
        """Return what is to be said of a step that is not to be done, None if it is."""
        before = next(
            (
                self._steps[key]
                for key in step.after
                if key in self.deeds and self.deeds[key].state is not DeedState.DONE
            ),
            None,
        )
        if before is not None:
            return self._deed(
                step,
                state=DeedState.SKIPPED,
                reason=f"it comes after {before.kind} {before.target}, which was not"
                " done",
            )
        user_id = self._user_ids.get(step.person)
        if step.key in self._attempted:
            extras = reached(step, user_id, present)
            if extras is not None:
                return self._deed(step, after={**step.sets, **extras})
        if self._awaits_group(step):
            return None
        wrong = broken(step, user_id, present)
        if wrong is not None:
            return self._deed(
                step, state=DeedState.REFUSED, field=wrong.field, reason=str(wrong)
            )
        if (
            step.kind in {StepKind.SUSPEND, StepKind.REACTIVATE}
            and (step.person, step.target) not in self._enrolled_by_us
        ):
            return self._deed(
                step,
                state=DeedState.REFUSED,
                field=_NO_DATES,
                reason="the bridge did not make this enrolment, and Moodle does not"
                " tell its dates, which would be lost; change it in Moodle",
            )
        return None

    def _awaits_group(self, step: Step) -> bool:
        """Say whether a dry run would have made the group that a step is about."""
        would = {one.key for one in self.would if one.kind is StepKind.CREATE_GROUP}
        return bool(would.intersection(step.after))

    def _came_of(self, step: Step, told: Mapping[str, Any]) -> Deed:
        came = Came(told["came"])
        after = {**step.sets, **told.get("after", {})}
        if came is Came.DONE:
            return self._deed(step, after=after, reason=told.get("reason", ""))
        if came is Came.ALREADY:
            # An account that bears our name for the person is ours.
            ours = step.kind is StepKind.CREATE_USER or step.key in self._attempted
            if ours:
                return self._deed(step, after=after)
            return self._deed(
                step,
                state=DeedState.REFUSED,
                field=next(iter(step.expects), ""),
                reason="it was so already when it was to be done",
            )
        return self._deed(
            step,
            state=DeedState.REFUSED,
            field=told.get("code", ""),
            reason=told.get("reason", ""),
        )

    def _deed(self, step: Step, **values: Any) -> Deed:
        return Deed(
            plan=self.plan_.name,
            step=step.key,
            position=self._positions[step.key],
            kind=str(step.kind),
            participant_id=step.person,
            target=step.target,
            before=dict(step.expects),
            done_at=self.ledger.clock(),
            **values,
        )

    def _do_here(self, transaction: Transaction, steps: Sequence[Step]) -> None:
        """Do what is done in the ledger alone; what cannot be yet stays open."""
        deeds: list[Deed] = []
        for step in steps:
            why_not = self.consequences.do_here(
                transaction, step, self._user_ids.get(step.person)
            )
            if why_not is None:
                deeds.append(self._deed(step, after=dict(step.sets)))
            elif why_not:
                deeds.append(self._deed(step, state=DeedState.REFUSED, reason=why_not))
        self._write(transaction, deeds)

    def _write(self, transaction: Transaction, deeds: Sequence[Deed]) -> None:
        transaction.deeds.write(deeds)
        self.consequences.follow(
            transaction,
            [
                (self._steps[deed.step], deed)
                for deed in deeds
                if deed.state is DeedState.DONE
            ],
        )
        for deed in deeds:
            self._note(deed)

    def _note(self, deed: Deed) -> None:
        self.deeds[deed.step] = deed
        if deed.state is not DeedState.DONE:
            return
        if deed.kind == StepKind.CREATE_USER and deed.after.get("user_id"):
            self._user_ids[deed.participant_id] = deed.after["user_id"]
        if deed.kind == StepKind.ENROL:
            self._enrolled_by_us.add((deed.participant_id, deed.target))

    def _action(self, portion: _Portion) -> Action:
        keys = [step.key for step in portion.steps]
        kind, number = portion.steps[0].kind, len(portion.steps)
        digest = hashlib.sha256("\n".join(keys).encode()).hexdigest()[:24]
        return Action(
            key=f"{_short(self._source, 120)}:{digest}",
            kind=str(kind),
            source=self._source,
            stream=f"{_short(self._source, 120)}:{kind}",
            summary=f"{kind}: {number} {'step' if number == 1 else 'steps'}",
            details={"plan": self.plan_.name, "steps": keys},
            load=portion,
        )

    def _verify(self, wave: Sequence[Step]) -> None:
        """Read back what this run wrote, and note what Moodle stored otherwise."""
        outcomes = [
            self._outcomes[step.key]
            for step in wave
            if step.key in self._outcomes and step.key in self.deeds
        ]
        if not outcomes:
            return
        rows = stored_differently(self.moodle, outcomes)
        deeds = [
            replace(
                self.deeds[key],
                after={**self.deeds[key].after, "stored_differently": differences},
            )
            for key, differences in rows.items()
        ]
        if deeds:
            with self.ledger.writing() as transaction:
                transaction.deeds.write(deeds)
            self.deeds.update((deed.step, deed) for deed in deeds)


def _later(one: StepOutcome) -> Later:
    """Return that nothing was done; when all else would fare the same, with a cause."""
    known = ERRORCODES.get(one.code)
    mended_by_admin = one.code == MISSING or bool(known and known.concerns_all)
    kind = Permanent if mended_by_admin else Transient
    # What was read in part only is sent again at once, in smaller portions.
    cause = None if one.code == "dropped" else kind(one.reason, code=one.code)
    return Later(reason=one.reason, cause=cause)


def _short(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return f"{text[: longest - 13]}~{digest}"
