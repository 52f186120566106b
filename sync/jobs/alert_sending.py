"""Sends one message about questions that wait by one way."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from moodle_bridge.errors import InDoubt, Permanent, Transient
from moodle_bridge.model.alerts import AlertTarget
from moodle_bridge.model.rota import Facilitator
from moodle_bridge.redact import masked
from sync.actions import Action, Done, Doubt, Later, Outcome, Refused
from sync.alert_ways import Way, Ways
from sync.jobs.alert_notices import AlertNotices
from sync.jobs.alert_remainders import Remainder
from sync.ledger.alerts import AlertState

if TYPE_CHECKING:
    from sync.ledger import Ledger

TRY_AGAIN = timedelta(minutes=1)
# A way that only fails for a while is given up for the next one soon: people wait.
_PATIENCE = timedelta(minutes=5)


class AlertSending:
    """Sends by the ways of each, and notes at once what is in doubt."""

    def __init__(self, *, ledger: Ledger, ways: Ways, notices: AlertNotices) -> None:
        self._ledger = ledger
        self._ways = ways
        self._notices = notices

    def send(
        self, action: Action, person: Facilitator, way: Way, left: Remainder
    ) -> Outcome:
        """Send what is left of a message; the answer says what is known of it."""
        notice = self._notices.notice(action, person, way, left)
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
        return Later(reason=masked(error.what), advice=error.advice, wait=TRY_AGAIN)
