"""Every job is the same seven steps, and this is where they are.

lease -> settle what is in doubt -> observe -> plan -> guard -> record intents and
cursor in ONE transaction -> carry out. A dry run stops after the guard.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from moodle_bridge.errors import RemoteError, Stopped
from moodle_bridge.redact import masked
from sync.actions import (
    Absent,
    Action,
    Done,
    Doubt,
    Later,
    Plan,
    Refused,
)
from sync.job import Job, Report
from sync.ledger.intents import Intent, IntentState

if TYPE_CHECKING:
    from sync.ledger import Ledger, Transaction
    from sync.ledger.leases import Holder

log = logging.getLogger(__name__)

LEASE_TERM = timedelta(minutes=30)
RUN_LEASE = "sync"
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=2)
_GIVE_UP_AFTER = timedelta(days=5)
_REPEATED_MOST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """An effect whose outcome is known, and not yet in the ledger."""

    intent: Intent
    outcome: Done | Refused


@dataclass(slots=True, kw_only=True)
class Engine:
    """Runs jobs against one ledger.

    `progress` is called with a line for a person after each effect. `stopping` says
    whether somebody asked the run to stop, which it does between two effects.
    """

    ledger: Ledger
    holder: Holder
    dry_run: bool = False
    report: Report = field(default_factory=Report)
    progress: Callable[[str], None] = lambda _line: None
    stopping: Callable[[], bool] = lambda: False
    _renewed: datetime | None = None

    def run(self, job: Job) -> None:
        """Do the seven steps of one job.

        Raises Busy when another run has the lease, GuardTripped when the job's guard
        says so (nothing of the step at hand was recorded then), RemoteError when
        what is to be observed cannot be reached, Stopped when it is to stop. What was
        recorded is never lost: the next run goes on where this one ended.
        """
        self._stop_if_asked()
        if self.dry_run:
            for observation in job.observe():
                plan = job.plan(observation)
                self._note(plan)
                job.guard(len(self.report.planned))
            return
        lease = f"job:{job.name}"
        self._take(lease)
        try:
            self._settle(job)
            planned = 0
            blocked = self._blocked(job)
            for observation in job.observe():
                plan = job.plan(observation)
                planned += len(plan.actions)
                job.guard(planned)
                self._note(plan)
                intents = self._record(job, plan)
                self._keep(lease)
                self._carry_out(job, plan.actions, intents, blocked, lease)
        finally:
            with self.ledger.writing() as transaction:
                transaction.leases.release(lease, self.holder)

    def begin(self) -> None:
        """Take the lease on the whole run; raises Busy when another run goes on."""
        self._take(RUN_LEASE)

    def end(self) -> None:
        """Give the lease on the run back; may be repeated."""
        with self.ledger.writing() as transaction:
            transaction.leases.release(RUN_LEASE, self.holder)

    def _take(self, lease: str) -> None:
        with self.ledger.writing() as transaction:
            transaction.leases.take(lease, self.holder, LEASE_TERM)
            if lease != RUN_LEASE:
                transaction.leases.take(RUN_LEASE, self.holder, LEASE_TERM)
        self._renewed = self.ledger.clock()

    def _keep(self, lease: str) -> None:
        """Take a lease again long before it runs out; raises Busy if it is lost."""
        now = self.ledger.clock()
        renewed = self._renewed
        if renewed is None or not timedelta() <= now - renewed <= LEASE_TERM / 3:
            self._take(lease)

    def _stop_if_asked(self) -> None:
        if self.stopping():
            raise Stopped("the run was asked to stop, and stopped between two effects")

    def _note(self, plan: Plan) -> None:
        if self.dry_run:
            self.report.planned.extend(plan.actions)
            self.report.withheld.extend(plan.withheld)
        self.report.counts["planned"] += len(plan.actions)
        self.report.counts["withheld"] += len(plan.withheld)

    def _settle(self, job: Job) -> None:
        with self.ledger.reading() as transaction:
            doubtful = transaction.intents.with_state(IntentState.SENDING, job=job.name)
        for intent in doubtful:
            self._settle_one(job, intent)

    def _settle_one(self, job: Job, intent: Intent) -> bool:
        """Look for one effect in doubt; say whether the doubt is over."""
        try:
            settlement = job.settle(intent)
        except RemoteError as error:
            settlement = Doubt(reason=str(error))
        match settlement:
            case Done():
                self._finish(job, Finished(intent=intent, outcome=settlement))
                self.report.counts["found again"] += 1
                self.progress(f"found again: {intent.summary}")
            case Absent():
                self._repeat(intent)
            case Doubt(reason=reason):
                self.report.counts["in doubt"] += 1
                self.report.problems.append(
                    masked(f"in doubt: {intent.summary}: {reason}")
                )
                return False
        return True

    def _repeat(self, intent: Intent) -> None:
        """Plan an effect again that surely did not happen; not for ever."""
        age = self.ledger.clock() - intent.planned_at
        gives_up = age > _GIVE_UP_AFTER and intent.attempts >= _REPEATED_MOST
        with self.ledger.writing() as transaction:
            transaction.intents.change(
                intent.id,
                state=(IntentState.HELD if gives_up else IntentState.PLANNED).value,
                not_before=None,
                reason="looked for and not found, so it is done again",
                advice="Each time its answer was lost. Release it to try again, or"
                " drop it."
                if gives_up
                else "",
            )
        self.report.counts["held" if gives_up else "to repeat"] += 1

    def _blocked(self, job: Job) -> set[str]:
        with self.ledger.reading() as transaction:
            return {
                intent.stream
                for intent in transaction.intents.with_state(
                    IntentState.SENDING, job=job.name
                )
            }

    def _record(self, job: Job, plan: Plan) -> list[Intent]:
        with self.ledger.writing() as transaction:
            intents = [
                transaction.intents.plan(
                    key=action.key,
                    job=job.name,
                    kind=action.kind,
                    source=action.source,
                    stream=action.stream,
                    summary=action.summary,
                    details=action.details,
                    receipt=action.receipt,
                    marker=action.marker,
                )
                for action in plan.actions
            ]
            for record in plan.records:
                record(transaction)
        return intents

    def _carry_out(
        self,
        job: Job,
        actions: tuple[Action, ...],
        intents: list[Intent],
        blocked: set[str],
        lease: str,
    ) -> None:
        """Carry out in order; raises RemoteError when the remote end is out of reach.

        The outcome of an effect is written down together with the beginning of the
        next, before anything else happens; so each costs one write to the disk. A
        crash before it leaves the effect in doubt, as one at its end does.
        """
        last: Finished | None = None
        try:
            for action, intent in zip(actions, intents, strict=True):
                # What is held was set aside by decision, and does not stop the others.
                if intent.state not in {IntentState.PLANNED, IntentState.SENDING}:
                    continue
                self._stop_if_asked()
                now = self.ledger.clock()
                waits = intent.not_before is not None and intent.not_before > now
                if (
                    intent.state is not IntentState.PLANNED
                    or waits
                    or action.stream in blocked
                ):
                    blocked.add(action.stream)
                    self.report.counts["waiting"] += 1
                    continue
                self._keep(lease)
                mine, last = self._begin(job, intent, last), None
                if not mine:
                    # Another run took over while this one slept.
                    blocked.add(action.stream)
                    self.report.counts["waiting"] += 1
                    continue
                last = self._do(job, action, intent, blocked)
        finally:
            if last is not None:
                self._finish(job, last)

    def _begin(self, job: Job, intent: Intent, before: Finished | None) -> bool:
        """Write down that an effect begins; say whether it is this run's to begin."""
        with self.ledger.writing() as transaction:
            if before is not None:
                self._write_down(job, transaction, before)
            mine = transaction.intents.begin(intent.id)
        if before is not None:
            self._tell(before)
        return mine

    def _do(
        self, job: Job, action: Action, intent: Intent, blocked: set[str]
    ) -> Finished | None:
        """Bring about one effect; raises the cause when nothing else can be done.

        Returns an outcome that is still to be written down, None when none is.
        """
        outcome = job.carry_out(action)
        match outcome:
            case Done() | Refused():
                return Finished(intent=intent, outcome=outcome)
            case Later():
                blocked.add(action.stream)
                self._postpone(intent, outcome)
                if outcome.cause is not None:
                    raise outcome.cause
            case Doubt(reason=reason):
                log.info("in doubt: %s: %s", intent.key, masked(reason))
                with self.ledger.reading() as transaction:
                    begun = transaction.intents.get(intent.key) or intent
                if not self._settle_one(job, begun):
                    blocked.add(action.stream)
                else:
                    with self.ledger.reading() as transaction:
                        after = transaction.intents.get(intent.key)
                    if after is not None and after.state is IntentState.PLANNED:
                        blocked.add(action.stream)
        return None

    def _finish(self, job: Job, finished: Finished) -> None:
        with self.ledger.writing() as transaction:
            self._write_down(job, transaction, finished)
        self._tell(finished)

    def _write_down(
        self, job: Job, transaction: Transaction, finished: Finished
    ) -> None:
        intent, outcome = finished.intent, finished.outcome
        if isinstance(outcome, Done):
            transaction.intents.change(
                intent.id,
                state=IntentState.DONE.value,
                result=dict(outcome.result),
                reason="",
                advice="",
            )
        else:
            transaction.intents.change(
                intent.id,
                state=IntentState.DEAD.value,
                reason=outcome.reason,
                advice=outcome.advice,
            )
        job.completed(transaction, intent, outcome)

    def _tell(self, finished: Finished) -> None:
        intent, outcome = finished.intent, finished.outcome
        if isinstance(outcome, Done):
            self.report.counts["done"] += 1
            self.progress(intent.summary)
        else:
            self.report.counts["refused"] += 1
            self.report.problems.append(
                masked(f"refused: {intent.summary}: {outcome.reason}")
            )

    def _postpone(self, intent: Intent, outcome: Later) -> None:
        now = self.ledger.clock()
        wait = outcome.wait or min(
            _FIRST_WAIT * 2 ** min(intent.attempts, 10), _LONGEST_WAIT
        )
        gives_up = outcome.cause is None and now - intent.planned_at > _GIVE_UP_AFTER
        with self.ledger.writing() as transaction:
            transaction.intents.change(
                intent.id,
                state=(IntentState.HELD if gives_up else IntentState.PLANNED).value,
                not_before=None if outcome.cause else now + wait,
                reason=outcome.reason,
                advice=outcome.advice,
            )
        self.report.counts["held" if gives_up else "postponed"] += 1
        self.report.problems.append(
            masked(f"later: {intent.summary}: {outcome.reason}")
        )
