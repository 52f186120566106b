"""Messages about questions that wait, as effects that are written down before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from mappings.identity import note_of_message_id, notice_message_id
from mappings.letter import MailSite
from sync.actions import Action
from sync.jobs.alert_messages import Message
from sync.ledger.alerts import Alert
from sync.sending import receipt_of

if TYPE_CHECKING:
    from sync.ledger import Transaction

JOB = "alerts"
_KIND = "alert"


def alert_effect(
    message: Message,
    *,
    next_watch: datetime | None,
    now: datetime,
    site: MailSite,
    secret: bytes,
) -> tuple[Action, list[Alert]]:
    """Return what sends a message, and the alerts that go out with it.

    `next_watch` is when somebody comes on duty, None when nobody is planned to.
    """
    person, way, keys = message.person, message.way, message.keys()
    message_id = notice_message_id(
        JOB,
        person.key,
        way.name,
        now.isoformat(),
        *keys,
        site_tag=site.site_tag,
        domain=site.domain,
    )
    name = note_of_message_id(message_id, site_tag=site.site_tag, domain=site.domain)
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
            "questions": [[one.wait.pair, one.wait.post_id] for one in message.told],
            "next_watch": next_watch.isoformat() if next_watch else None,
        },
        receipt=receipt_of(secret, key),
    )
    return action, alerts


def planned(alerts: Sequence[Alert]) -> Callable[[Transaction], None]:
    """Return what writes alerts down in the transaction that plans their message."""

    def record(transaction: Transaction) -> None:
        for alert in alerts:
            transaction.alerts.plan(alert)

    return record
