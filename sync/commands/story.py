"""What happened to a mail, a post or a digest, one line an event, in time order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from moodle_bridge.redact import secrets_masked
from sync.jobs.mail_keys import is_to_person

if TYPE_CHECKING:
    from sync.ledger import Transaction
    from sync.ledger.inbound import Inbound
    from sync.ledger.intents import Intent
    from sync.ledger.issues import Issue
    from sync.ledger.links import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened, or that is meant to, at a moment."""

    at: datetime
    what: str


def of_mail(transaction: Transaction, mail: Inbound) -> Iterator[Event]:
    """Give what happened to a mail and because of it."""
    yield Event(at=mail.received_at, what=f"mail-{mail.id} came from {mail.sender}")
    for source in ("mail", "notice", "reply"):
        for intent in transaction.intents.of_source(f"{source}:{mail.id}"):
            yield from of_intent(intent)
    for question in transaction.questions.of_mail(mail.id):
        yield Event(
            at=question.asked_at,
            what=f"user {question.user_id} was asked about {question.address}"
            f" ({question.kind.value})",
        )
        if question.answered_at is not None and question.answer is not None:
            yield Event(
                at=question.answered_at,
                what=f"user {question.user_id} said: {question.answer.value}",
            )


def parts_of(transaction: Transaction, mail: Inbound) -> list[str]:
    """Return one line for each of several answers in one mail."""
    lines = []
    for part in transaction.parts.of_mail(mail.id):
        to = f"[{part.item}] " if part.item is not None else ""
        became = f", post {part.post_id}" if part.post_id else ""
        why = f": {part.reason}" if part.reason else ""
        lines.append(
            f"  part {part.position} {to}{part.subject}: {part.state.value}{became}{why}"
        )
    return lines


def of_link(transaction: Transaction, link: Link) -> Iterator[Event]:
    """Give what happened to a post on its way to the readers by mail."""
    yield Event(at=link.created_at, what=f"post {link.post_id} was written")
    if link.edited_at:
        yield Event(at=link.edited_at, what=f"post {link.post_id} was edited")
    if link.gone_at:
        yield Event(at=link.gone_at, what=f"post {link.post_id} was seen to be deleted")
    for intent in transaction.intents.of_source(f"post:{link.pair}:{link.post_id}"):
        yield from of_intent(intent)


def of_issue(transaction: Transaction, issue: Issue) -> Iterator[Event]:
    """Give what happened to a digest or bundle."""
    yield Event(at=issue.planned_at, what=f"issue {issue.id} was planned")
    if issue.sent_at is not None:
        yield Event(at=issue.sent_at, what=f"issue {issue.id} went out")
    for intent in transaction.intents.of_source(f"issue:{issue.id}"):
        yield from of_intent(intent)


def of_intent(intent: Intent) -> Iterator[Event]:
    """Give what happened to one effect: planned, and where it stands now."""
    why = f": {intent.reason}" if intent.reason else ""
    tries = f", tried {intent.attempts} times" if intent.attempts > 1 else ""
    if intent.updated_at != intent.planned_at:
        yield Event(at=intent.planned_at, what=f"planned: {intent.summary}")
    yield Event(
        at=intent.updated_at,
        what=f"{intent.state.value}{tries}: {intent.summary}{why}",
    )
    if intent.receipt_at is not None:
        seen = "its copy came back"
        yield Event(at=intent.receipt_at, what=f"{seen}: {intent.summary}")
    # Where each reader gets a mail of their own there is no list to give it back.
    if intent.listed_at is not None and not is_to_person(intent):
        given = "the list gave it back"
        yield Event(at=intent.listed_at, what=f"{given}: {intent.summary}")


def in_order(events: Iterable[Event]) -> list[Event]:
    """Return events in the order in which they happened, each once."""
    return sorted(dict.fromkeys(events), key=lambda event: event.at)


def told(events: Iterable[Event]) -> list[str]:
    """Return the lines of events, in the order in which they happened."""
    return [
        f"  {event.at:%Y-%m-%d %H:%M:%S}  {secrets_masked(event.what)}"
        for event in in_order(events)
    ]
