"""What is left of a message about questions that wait when it is about to go out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from mappings.alerts.escalation import PeerAnswers
from moodle_bridge.model.rota import Facilitator
from moodle_bridge.model.waits import Wait, WaitState
from sync.actions import Action
from sync.jobs.alert_looks import Look, Question
from sync.jobs.peer_answers import is_told_of_peer
from sync.ledger.alerts import Alert, AlertState, Claim

if TYPE_CHECKING:
    from sync.ledger import Ledger, Transaction

WAITS = frozenset({AlertState.PLANNED, AlertState.PERHAPS})
"""States of an alert of which it is not known yet that it went out."""


@dataclass(slots=True, kw_only=True)
class Remainder:
    """What still is to be told; `others` is how many wait where nobody is on duty."""

    questions: list[tuple[Wait, Look]] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    others: int = 0


class Remainders:
    """Looks at the questions of a message again; `problems` takes lines for an admin.

    `peers` is what an answer of another participant does.
    """

    def __init__(
        self,
        ledger: Ledger,
        look: Callable[[Sequence[Wait]], Mapping[Question, Look]],
        problems: list[str],
        *,
        peers: PeerAnswers,
    ) -> None:
        self._peers = peers
        self._ledger = ledger
        self._look = look
        self._problems = problems

    def of(self, action: Action, person: Facilitator) -> Remainder:
        """Return what of a message still is to be told, and settle the rest of it."""
        questions = [(pair, post_id) for pair, post_id in action.details["questions"]]
        with self._ledger.reading() as transaction:
            alerts = [
                alert
                for alert in transaction.alerts.of_message(action.details["message"])
                if alert.state in WAITS
            ]
            waits = _waits(transaction, questions)
        if not alerts:
            return Remainder()
        looks = self._look([wait for wait in waits.values() if _is_open(wait)])
        gap = action.details["gap"]
        steps = {(one.pair, one.post_id): one.step for one in alerts}
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
                    step=0 if gap else steps.get(question, 1),
                )
                for question in questions
            }
            left = Remainder(
                questions=[
                    (waits[question], looks[question])
                    for question in questions
                    if not reasons[question]
                ]
            )
            if gap:
                left.others = sum(
                    _is_open(waits.get(question))
                    and not self._is_ended(looks.get(question), step=0)
                    for question in questions
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
                    self._problems.append(
                        f"{person.name} is not told of post {alert.post_id}: {reason}"
                    )
        return left

    def _is_ended(self, look: Look | None, *, step: int) -> bool:
        """Say whether another participant's answer ended this step of a question."""
        answered = look is not None and look.peer is not None
        return answered and not is_told_of_peer(step, self._peers)

    def _against(
        self,
        wait: Wait | None,
        look: Look | None,
        claim: Claim | None,
        person: Facilitator,
        now: datetime,
        *,
        step: int,
    ) -> tuple[AlertState, str] | None:
        """Return why somebody is not told of a question after all; None: they are."""
        if not _is_open(wait):
            state = "gone" if wait is None else str(wait.state)
            return AlertState.WITHDRAWN, state
        if claim is not None and claim.until > now:
            return AlertState.WITHDRAWN, f"{claim.person} took it"
        if look is None:
            return AlertState.WITHDRAWN, "it could not be read"
        if self._is_ended(look, step=step):
            return AlertState.WITHDRAWN, "another participant answered"
        if person.user_id is None:
            return AlertState.WITHHELD, "they have no account in the course"
        if person.user_id not in look.readers:
            return AlertState.WITHHELD, "they may not read it"
        return None

    def withdraw(self, action: Action, reason: str) -> None:
        """Let go of all that a message was to tell; may be repeated."""
        with self._ledger.writing() as transaction:
            for alert in transaction.alerts.of_message(action.details["message"]):
                if alert.state in WAITS:
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
