"""Tells facilitators of questions that wait: once, in time, and nobody in vain."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

from mappings.alerts.escalation import Watch
from mappings.alerts.wording import (
    AlertQuestion,
    AlertReader,
    AlertWords,
    alert_words,
    unwatched_words,
)
from mappings.bridge_header import BRIDGE_HEADER, BridgeHeader, bridge_header_value
from mappings.identity import (
    note_of_message_id,
    notice_message_id,
    plus_address,
    reply_key,
    reply_reference,
)
from mappings.letter import MailSite
from mappings.rota.duty import cover, on_duty
from moodle_bridge.errors import InDoubt, Permanent, RemoteError, Transient
from moodle_bridge.model.alerts import AlertNotice, AlertTarget
from moodle_bridge.model.rota import Facilitator, Shift
from moodle_bridge.model.waits import Wait, WaitState
from moodle_bridge.redact import masked
from sync.actions import Action, Done, Doubt, Later, Outcome, Plan, Refused, Settlement
from sync.alert_ways import Way, Ways
from sync.jobs.alert_looks import Look, Question
from sync.jobs.alert_planning import (
    LAST_HOUR,
    Message,
    Planner,
    Standing,
    gap_key,
    stretch_of,
)
from sync.ledger.alerts import Alert, AlertState, Claim
from sync.ledger.intents import Intent, IntentState
from sync.sending import receipt_of

if TYPE_CHECKING:
    from sync.ledger import Ledger, Transaction
    from sync.sending import Sending
    from sync.settings.alerts import AlertsSettings
    from sync.settings.rota import RotaPersonSettings

JOB = "alerts"
_KIND = "alert"
_BEHIND, _AHEAD = timedelta(weeks=8), timedelta(weeks=2)
# A way that only fails for a while is given up for the next one soon: people wait.
_PATIENCE = timedelta(minutes=5)
_TRY_AGAIN = timedelta(minutes=1)
# For each way that fails the next is looked for, within the same run.
_ROUNDS = 6
_WAITS = frozenset({AlertState.PLANNED, AlertState.PERHAPS})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    messages: tuple[Message, ...]
    next_watch: datetime | None


@dataclass(slots=True, kw_only=True)
class _Now:
    """What is left of a message when it is about to go out."""

    questions: list[tuple[Wait, Look]] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    others: int = 0


class Alerting:
    """The job that alerts; `look` reads questions again just before a message goes out.

    `shifts` gives who is on duty in a period. `people` are those of the rota with their
    accounts. `problems` is for an admin to read after the run.
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
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._people = {person.key: person for person in people}
        self._pairs = frozenset(pairs)
        self._shifts = shifts
        self._ways = ways
        self._look = look
        self._sending = sending
        self._site = site
        self._secret = secret
        self._planner = Planner(settings, people, persons, ways)
        self._meant: set[str] = set()
        self.problems: list[str] = []

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
            return Plan(actions=tuple(map(_left_over, observation)))
        now = self._ledger.clock()
        actions, records = [], []
        for message in observation.messages:
            action, alerts = self._action(message, observation.next_watch, now)
            actions.append(action)
            records.append(_planned(alerts))
        return Plan(actions=tuple(actions), records=tuple(records))

    def carry_out(self, action: Action) -> Outcome:
        """See `Job`: read the questions again, and tell of those that still wait."""
        person = self._people.get(action.details["person"])
        way = self._way(person, action.details["way"]) if person else None
        if person is None or way is None:
            self._withdraw(action, "the person or their way is no longer there")
            return Done(result={"withdrawn": True})
        try:
            left = self._left(action, person)
        except RemoteError as error:
            whole = error if error.concerns_all else None
            return Later(reason=masked(str(error)), wait=_TRY_AGAIN, cause=whole)
        if not left.alerts:
            return Done(result={"withdrawn": True})
        return self._sent(action, person, way, left)

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
            if alert.state in _WAITS:
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
        if not waits:
            return _Batch(messages=(), next_watch=None)
        watch = self._watch(now)
        standing = Standing(waits=waits, alerts=alerts, claims=claims)
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
        since = self._ledger.clock() - LAST_HOUR
        with self._ledger.reading() as transaction:
            return transaction.alerts.messages_since(person, since)

    def _watch(self, now: datetime) -> Watch:
        shifts = self._shifts(now - _BEHIND, now + _AHEAD)
        return Watch(
            people=tuple(self._people.values()),
            shifts=on_duty(shifts, now),
            primaries=cover(shifts),
        )

    def _action(
        self, message: Message, next_watch: datetime | None, now: datetime
    ) -> tuple[Action, list[Alert]]:
        person, way, keys = message.person, message.way, message.keys()
        message_id = notice_message_id(
            JOB,
            person.key,
            way.name,
            now.isoformat(),
            *keys,
            site_tag=self._site.site_tag,
            domain=self._site.domain,
        )
        name = note_of_message_id(
            message_id, site_tag=self._site.site_tag, domain=self._site.domain
        )
        assert name is not None
        gap = message.stretch is not None
        told = message.told[:1] if gap else message.told
        alerts = [
            Alert(
                key=key,
                pair=one.wait.pair,
                post_id=one.wait.post_id,
                person=person.key,
                step=one.step,
                channel=way.name,
                message=name,
                due_at=one.since,
            )
            for key, one in zip(keys, told, strict=True)
        ]
        number = len(message.told)
        questions = "1 question" if number == 1 else f"{number} questions"
        nobody = ", nobody is on duty" if gap else ""
        key = f"alert:{name}"
        action = Action(
            key=key,
            kind="mail.alert" if way.channel.by_mail else _KIND,
            source=key,
            stream=f"{JOB}:{name}",
            summary=f"alert to {person.name} by {way.name}: {questions}{nobody}",
            details={
                "message": name,
                "message_id": message_id,
                "person": person.key,
                "way": way.name,
                "by_mail": way.channel.by_mail,
                "gap": gap,
                "step": max(one.step for one in message.told),
                "questions": [
                    [one.wait.pair, one.wait.post_id] for one in message.told
                ],
                "next_watch": next_watch.isoformat() if next_watch else None,
            },
            receipt=receipt_of(self._secret, key),
        )
        return action, alerts

    def _left(self, action: Action, person: Facilitator) -> _Now:
        """Return what of a message still is to be told, and settle the rest of it."""
        questions = [(pair, post_id) for pair, post_id in action.details["questions"]]
        with self._ledger.reading() as transaction:
            alerts = [
                alert
                for alert in transaction.alerts.of_message(action.details["message"])
                if alert.state in _WAITS
            ]
            waits = _waits(transaction, questions)
        if not alerts:
            return _Now()
        looks = self._look([wait for wait in waits.values() if _is_open(wait)])
        with self._ledger.writing() as transaction:
            now = transaction.clock()
            waits = _waits(transaction, questions)
            claims = transaction.claims.everyone()
            reasons = {
                question: self._against(
                    waits.get(question),
                    looks.get(question),
                    claims.get(question),
                    person,
                    now,
                )
                for question in questions
            }
            left = _Now(
                questions=[
                    (waits[question], looks[question])
                    for question in questions
                    if not reasons[question]
                ]
            )
            if action.details["gap"]:
                left.others = sum(
                    _is_open(waits.get(question)) for question in questions
                )
                left.alerts = alerts if left.others else []
                for alert in () if left.alerts else alerts:
                    transaction.alerts.change(
                        alert.key, AlertState.WITHDRAWN, reason="none waits any more"
                    )
                return left
            for alert in alerts:
                state, reason = reasons.get((alert.pair, alert.post_id)) or (None, "")
                if state is None:
                    left.alerts.append(alert)
                else:
                    transaction.alerts.change(alert.key, state, reason=reason)
                if state is AlertState.WITHHELD:
                    self.problems.append(
                        f"{person.name} is not told of post {alert.post_id}: {reason}"
                    )
        return left

    @staticmethod
    def _against(
        wait: Wait | None,
        look: Look | None,
        claim: Claim | None,
        person: Facilitator,
        now: datetime,
    ) -> tuple[AlertState, str] | None:
        """Return why somebody is not told of a question after all; None: they are."""
        if not _is_open(wait):
            state = "gone" if wait is None else str(wait.state)
            return AlertState.WITHDRAWN, state
        if claim is not None and claim.until > now:
            return AlertState.WITHDRAWN, f"{claim.person} took it"
        if look is None:
            return AlertState.WITHDRAWN, "it could not be read"
        if person.user_id is None:
            return AlertState.WITHHELD, "they have no account in the course"
        if person.user_id not in look.readers:
            return AlertState.WITHHELD, "they may not read it"
        return None

    def _sent(
        self, action: Action, person: Facilitator, way: Way, left: _Now
    ) -> Outcome:
        notice = self._notice(action, person, way, left)
        target = AlertTarget(name=person.name, address=way.address)
        try:
            remote_id = way.channel.send(notice, target)
        except Transient as error:
            return self._put_off(action, person, way, error)
        except InDoubt as error:
            with self._ledger.writing() as transaction:
                for alert in left.alerts:
                    transaction.alerts.change(
                        alert.key,
                        AlertState.PERHAPS,
                        reason="its answer was lost",
                        sent_at=transaction.clock(),
                    )
            if way.channel.by_mail:
                return Doubt(reason=masked(str(error)))
            return Done(result={"perhaps": True})
        except Permanent as error:
            return Refused(reason=masked(error.what), advice=error.advice)
        return Done(
            result={
                "message_id": action.details["message_id"],
                "remote": remote_id,
                "posts": [wait.post_id for wait, _ in left.questions],
            }
        )

    def _put_off(
        self, action: Action, person: Facilitator, way: Way, error: Transient
    ) -> Outcome:
        with self._ledger.reading() as transaction:
            intent = transaction.intents.get(action.key)
        tried = self._ledger.clock() - intent.planned_at if intent else timedelta()
        names = [one.name for one in self._ways.of(person)]
        if tried >= _PATIENCE and way.name != names[-1]:
            return Refused(
                reason=masked(
                    f"{error.what} for {int(tried.total_seconds() // 60)} min"
                )
            )
        return Later(reason=masked(error.what), advice=error.advice, wait=_TRY_AGAIN)

    def _notice(
        self, action: Action, person: Facilitator, way: Way, left: _Now
    ) -> AlertNotice:
        site, details, now = self._site, action.details, self._ledger.clock()
        with self._ledger.reading() as transaction:
            claims = transaction.claims.everyone()
        questions = [self._told(one, person, claims) for one in left.questions]
        keyed = [self._reply_key(wait, person) for wait, _ in left.questions]
        headers = {
            BRIDGE_HEADER: bridge_header_value(
                BridgeHeader(
                    site=site.site_tag, post_id=None, key=action.receipt or "", hops=0
                )
            ).replace("\r\n", ""),
            "Date": format_datetime(now),
        }
        reply_to = None
        if len(questions) == 1 and keyed[0] and not details["gap"]:
            reply_to = questions[0].answer_to
            # Where plus addresses are not delivered, the key comes back by this.
            headers["References"] = reply_reference(keyed[0], domain=site.domain)
        words = self._words(
            action, person, questions, others=left.others, replies=way.channel.by_mail
        )
        return AlertNotice(
            key=action.key,
            subject=words.subject,
            text=words.text,
            short=words.short,
            language=person.language,
            reply_to=reply_to,
            message_id=details["message_id"],
            headers=headers,
        )

    def _words(
        self,
        action: Action,
        person: Facilitator,
        questions: Sequence[AlertQuestion],
        *,
        others: int,
        replies: bool,
    ) -> AlertWords:
        details, now = action.details, self._ledger.clock()
        steps, step, gap = self._settings.steps, details["step"], details["gap"]
        reader = AlertReader(
            name=person.name,
            language=person.language,
            zone=person.zone,
            why=None if gap else steps[min(step, len(steps)) - 1].to,
            replies=replies,
        )
        if gap:
            watched = details["next_watch"]
            return unwatched_words(
                questions,
                reader,
                number=others,
                now=now,
                promise=self._settings.promise,
                next_watch=datetime.fromisoformat(watched) if watched else None,
            )
        return alert_words(
            questions,
            reader,
            now=now,
            promise=self._settings.promise,
            claim_lasts=self._settings.claim_lasts,
        )

    def _told(
        self,
        one: tuple[Wait, Look],
        person: Facilitator,
        claims: Mapping[Question, Claim],
    ) -> AlertQuestion:
        wait, look = one
        claim = claims.get((wait.pair, wait.post_id))
        key = self._reply_key(wait, person)
        by = self._people.get(claim.person) if claim else None
        return AlertQuestion(
            asker=look.asker,
            subject=look.subject,
            text=look.text,
            place=look.place,
            began=wait.began,
            url=look.url,
            answer_to=plus_address(self._site.bridge_address, key) if key else None,
            by_mail=look.by_mail,
            digest=look.digest,
            unreachable=look.unreachable,
            claimed_by=(by.name if by else claim.person) if claim else None,
            claimed_at=claim.at if claim else None,
        )

    def _reply_key(self, wait: Wait, person: Facilitator) -> str | None:
        if person.user_id is None:
            return None
        return reply_key(self._secret, wait.post_id, person.user_id)

    def _way(self, person: Facilitator, name: str) -> Way | None:
        return next((way for way in self._ways.of(person) if way.name == name), None)

    def _withdraw(self, action: Action, reason: str) -> None:
        with self._ledger.writing() as transaction:
            for alert in transaction.alerts.of_message(action.details["message"]):
                if alert.state in _WAITS:
                    transaction.alerts.change(
                        alert.key, AlertState.WITHDRAWN, reason=reason
                    )


def _is_open(wait: Wait | None) -> bool:
    return wait is not None and wait.state is WaitState.OPEN


def _waits(
    transaction: Transaction, questions: Collection[Question]
) -> dict[Question, Wait]:
    return {
        (wait.pair, wait.post_id): wait
        for _, post_id in questions
        for wait in transaction.waits.get(post_id)
        if (wait.pair, wait.post_id) in questions
    }


def _planned(alerts: Sequence[Alert]) -> Callable[[Transaction], None]:
    def record(transaction: Transaction) -> None:
        for alert in alerts:
            transaction.alerts.plan(alert)

    return record


def _left_over(intent: Intent) -> Action:
    return Action(
        key=intent.key,
        kind=intent.kind,
        source=intent.source,
        stream=intent.stream,
        summary=intent.summary,
        details=intent.details,
        receipt=intent.receipt,
    )
