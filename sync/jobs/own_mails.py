"""Sends what a person or the bridge itself wrote: answers about held mails, summaries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from sync.actions import Action, Done, Later, Outcome, Plan, Refused, Settlement
from sync.kept_mails import forget_words, kept, send_kept
from sync.ledger.intents import Intent, IntentState

if TYPE_CHECKING:
    from moodle_bridge.model.mail import OutgoingMail
    from sync.ledger import Ledger, Transaction
    from sync.sending import Sending

NAME = "own-mails"
_FOR_LIST = "for-list:"


class OwnMails:
    """The job that sends the mails which were written down whole.

    They are planned by `write_down`, in whatever transaction has the reason for them.
    """

    name = NAME

    def __init__(self, *, ledger: Ledger, sending: Sending) -> None:
        self._ledger = ledger
        self._sending = sending

    def settle(self, intent: Intent) -> Settlement:
        """See `Job`."""
        return self._sending.settle(intent)

    def guard(self, actions: int) -> None:
        """See `Job`: each was asked for by a person, or is the one of its day."""

    def observe(self) -> Iterator[tuple[Intent, ...]]:
        """See `Job`: what was written down and not sent."""
        with self._ledger.reading() as transaction:
            planned = transaction.intents.with_state(IntentState.PLANNED, job=self.name)
        if planned:
            yield tuple(planned)

    def plan(self, observation: tuple[Intent, ...]) -> Plan:
        """See `Job`."""
        return Plan(actions=tuple(map(Action.left_over, observation)))

    def carry_out(self, action: Action) -> Outcome:
        """See `Job`."""
        outcome = send_kept(self._sending, action)
        # The forum and the other mails do not wait for it.
        return replace(outcome, cause=None) if isinstance(outcome, Later) else outcome

    def completed(
        self, transaction: Transaction, intent: Intent, outcome: Done | Refused
    ) -> None:
        """See `Job`: what went out is not kept; what was refused may be released."""
        forget_words(transaction, intent, outcome)


def write_down(
    transaction: Transaction,
    mail: OutgoingMail,
    *,
    key: str,
    kind: str,
    source: str,
    summary: str,
    for_list: bool = False,
) -> Intent:
    """Plan a mail; `mail.key` is its receipt. May be repeated: `key` names it.

    With `for_list` it tells its reader that an answer goes to the whole list; an
    answer to any other is shown to nobody before an admin saw it.
    """
    if for_list:
        transaction.cursors.move(f"{_FOR_LIST}{mail.message_id}", "yes")
    return transaction.intents.plan(
        key=key,
        job=NAME,
        kind=kind,
        source=source,
        stream=f"{NAME}:{key}",
        summary=summary,
        details={"sender": mail.sender, **kept(mail, to=mail.recipients[0])},
        receipt=mail.key,
    )


def answer_is_for_list(transaction: Transaction, message_id: str) -> bool:
    """Say whether a mail of ours told its reader that an answer goes to the list."""
    return transaction.cursors.get(f"{_FOR_LIST}{message_id}") is not None
