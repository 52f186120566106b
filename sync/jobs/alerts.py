"""Tells facilitators of questions that wait: once, in time, and nobody in vain."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mappings.alerts.escalation import Watch
from mappings.letter import MailSite
from mappings.rota.duty import cover, on_duty
from moodle_bridge.errors import RemoteError
from moodle_bridge.model.rota import Facilitator, Shift
from moodle_bridge.model.waits import Wait
from moodle_bridge.redact import masked
from sync.actions import Action, Done, Later, Outcome, Plan, Refused, Settlement
from sync.alert_ways import Way, Ways
from sync.jobs.alert_effects import JOB, alert_effect, planned
from sync.jobs.alert_looks import Look, Question
from sync.jobs.alert_messages import Message, Standing, gap_key, stretch_of
from sync.jobs.alert_notices import AlertNotices
from sync.jobs.alert_planning import Planner
from sync.jobs.alert_remainders import WAITS, Remainders
from sync.jobs.alert_sending import TRY_AGAIN, AlertSending
from sync.jobs.peer_answers import answered_by_peers
from sync.ledger.alerts import AlertState
from sync.ledger.intents import Intent, IntentState

if TYPE_CHECKING:
    from sync.ledger import Ledger, Transaction
    from sync.sending import Sending
    from sync.settings.alerts import AlertsSettings
    from sync.settings.rota import RotaPersonSettings

_BEHIND, _AHEAD = timedelta(weeks=8), timedelta(weeks=2)
# For each way that fails the next is looked for, within the same run.
_ROUNDS = 6
_LAST_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    messages: tuple[Message, ...]
    next_watch: datetime | None


class Alerting:
    """The job that alerts; `look` reads questions again just before a message goes out.

    `shifts` gives who is on duty in a period. `people` are those of the rota with their
    accounts. `looks_every` is how long after one run the next begins; None: no alert
    waits for another. `whole_threads` are the pairs in which an answer anywhere in a
    discussion counts. `problems` is for an admin to read after the run.
    """

    name = JOB

    def __init__(
        self,
        *,
        ledger: Ledger,
        settings: AlertsSettings,
        people: Sequence[Facilitator],
        persons: Mapping[str, RotaPersonSettings],
        pairs: Collection[str],
        shifts: Callable[[datetime, datetime], Sequence[Shift]],
        ways: Ways,
        look: Callable[[Sequence[Wait]], Mapping[Question, Look]],
        sending: Sending,
        site: MailSite,
        secret: bytes,
        looks_every: timedelta | None = None,
        whole_threads: Collection[str] = (),
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._people = {person.key: person for person in people}
        self._pairs = frozenset(pairs)
        self._whole_threads = frozenset(whole_threads)
        self._shifts = shifts
        self._ways = ways
        self._sending = sending
        self._site = site
        self._secret = secret
        self._planner = Planner(
            settings, people, persons, ways, looks_every=looks_every
        )
        self._meant: set[str] = set()
        self.problems: list[str] = []
        self._remainders = Remainders(
            ledger, look, self.problems, peers=settings.peer_answers
        )
        self._alert_sending = AlertSending(
            ledger=ledger,
            ways=ways,
            notices=AlertNotices(
                ledger=ledger,
                settings=settings,
                people=self._people,
                site=site,
                secret=secret,
            ),
        )

    def settle(self, intent: Intent) -> Settlement:
        """See `Job`: the copy of a mail tells; of all else nobody knows."""
        begun = intent.sending_at or intent.updated_at
        with self._ledger.writing() as transaction:
            for alert in transaction.alerts.of_message(intent.details["message"]):
                if alert.state is AlertState.PLANNED:
                    transaction.alerts.change(
                        alert.key, AlertState.PERHAPS, sent_at=begun
                    )
        if intent.details["by_mail"]:
            return self._sending.settle(intent)
        return Done(result={"perhaps": True})

    def guard(self, actions: int) -> None:
        """See `Job`: each has a limit an hour, and several questions are one message."""

    def observe(self) -> Iterator[tuple[Intent, ...] | _Batch]:
        """See `Job`: what an earlier run did not get to send, then what is due now."""
        with self._ledger.reading() as transaction:
            planned = transaction.intents.with_state(IntentState.PLANNED, job=self.name)
        if planned:
            yield tuple(planned)
        for _ in range(_ROUNDS):
            batch = self._due()
            if not batch.messages:
                return
            yield batch

    def plan(self, observation: tuple[Intent, ...] | _Batch) -> Plan:
        """See `Job`."""
        if isinstance(observation, tuple):
            return Plan(actions=tuple(map(Action.left_over, observation)))
        now = self._ledger.clock()
        actions, records = [], []
        for message in observation.messages:
            action, alerts = alert_effect(
                message,
                next_watch=observation.next_watch,
                now=now,
                site=self._site,
                secret=self._secret,
            )
            actions.append(action)
            records.append(planned(alerts))
        return Plan(actions=tuple(actions), records=tuple(records))

    def carry_out(self, action: Action) -> Outcome:
        """See `Job`: read the questions again, and tell of those that still wait."""
        person = self._people.get(action.details["person"])
        way = self._way(person, action.details["way"]) if person else None
        if person is None or way is None:
            self._remainders.withdraw(
                action, "the person or their way is no longer there"
            )
            return Done(result={"withdrawn": True})
        try:
            left = self._remainders.of(action, person)
        except RemoteError as error:
            whole = error if error.concerns_all else None
            return Later(reason=masked(str(error)), wait=TRY_AGAIN, cause=whole)
        if not left.alerts:
            return Done(result={"withdrawn": True})
        return self._alert_sending.send(action, person, way, left)

    def completed(
        self, transaction: Transaction, intent: Intent, outcome: Done | Refused
    ) -> None:
        """See `Job`: say how each alert of a message stands."""
        state, reason = AlertState.SENT, ""
        if isinstance(outcome, Refused):
            state, reason = AlertState.FAILED, masked(outcome.reason)
        elif outcome.result.get("perhaps"):
            state, reason = AlertState.PERHAPS, "its answer was lost"
        for alert in transaction.alerts.of_message(intent.details["message"]):
            if alert.state in WAITS:
                transaction.alerts.change(
                    alert.key,
                    state,
                    reason=reason,
                    sent_at=alert.sent_at or transaction.clock(),
                )

    def _due(self) -> _Batch:
        now = self._ledger.clock()
        with self._ledger.reading() as transaction:
            waits = [one for one in transaction.waits.open() if one.pair in self._pairs]
            alerts = transaction.alerts.of_questions(
                [(wait.pair, wait.post_id) for wait in waits]
            )
            claims = transaction.claims.everyone()
            peers = answered_by_peers(transaction, waits, self._whole_threads)
        if not waits:
            return _Batch(messages=(), next_watch=None)
        watch = self._watch(now)
        standing = Standing(waits=waits, alerts=alerts, claims=claims, peers=peers)
        found = self._planner.due(standing, watch, now)
        stretch = stretch_of(watch.primaries, now)
        with self._ledger.reading() as transaction:
            standing = replace(
                standing,
                gap={
                    key: transaction.alerts.with_prefix(gap_key(stretch, key))
                    for key, person in self._people.items()
                    if person.lead and found.unwatched
                },
                disturbed=self._disturbed,
            )
        problems: list[str] = []
        messages = [
            message
            for message in self._planner.messages(standing, found, watch, now, problems)
            if not self._meant.issuperset(message.keys())
        ]
        self.problems += [one for one in problems if one not in self.problems]
        for message in messages:
            self._meant.update(message.keys())
        return _Batch(
            messages=tuple(messages), next_watch=watch.primaries.next_after(now)
        )

    def _disturbed(self, person: str) -> list[datetime]:
        since = self._ledger.clock() - _LAST_HOUR
        with self._ledger.reading() as transaction:
            return transaction.alerts.messages_since(person, since)

    def _watch(self, now: datetime) -> Watch:
        shifts = self._shifts(now - _BEHIND, now + _AHEAD)
        return Watch(
            people=tuple(self._people.values()),
            shifts=on_duty(shifts, now),
            primaries=cover(shifts),
        )

    def _way(self, person: Facilitator, name: str) -> Way | None:
        return next((way for way in self._ways.of(person) if way.name == name), None)
