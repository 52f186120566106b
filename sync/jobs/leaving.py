"""The job that takes mails to a reader's own address for leaving at their word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from mappings.mail_reading import ReadMail, read_mail
from mappings.personal_fields import Purpose, person_of_address
from sync.actions import Action, Done, Later, Outcome, Plan, Refused, Settlement
from sync.kept_mails import forget_words, send_kept
from sync.leaving import JOB, Leaving
from sync.ledger.inbound import Inbound, InboundState
from sync.ledger.intents import Intent, IntentState

if TYPE_CHECKING:
    from sync.ledger import Ledger, Transaction
    from sync.sending import Sending

_AT_ONCE = 50
RULE = "unsubscribe"


class LeavingByMail:
    """Reads the mails that ask for it, and sends what a page has promised."""

    name = JOB

    def __init__(self, leaving: Leaving, *, ledger: Ledger, sending: Sending) -> None:
        self._leaving = leaving
        self._ledger = ledger
        self._sending = sending

    def settle(self, intent: Intent) -> Settlement:
        """See `Job`."""
        return self._sending.settle(intent)

    def guard(self, actions: int) -> None:
        """See `Job`: nobody is kept, however many want to go."""

    def observe(self) -> Iterator[list[Inbound] | tuple[Intent, ...]]:
        """See `Job`: what an earlier run or a page left to send, then new mails."""
        with self._ledger.reading() as transaction:
            planned = transaction.intents.with_state(IntentState.PLANNED, job=self.name)
        yield tuple(planned)
        after = 0
        while True:
            with self._ledger.reading() as transaction:
                page = transaction.inbound.with_state(
                    InboundState.NEW, after=after, limit=_AT_ONCE
                )
            if not page:
                break
            after = page[-1].id
            yield page

    def plan(self, observation: list[Inbound] | tuple[Intent, ...]) -> Plan:
        """See `Job`."""
        if isinstance(observation, tuple):
            return Plan(actions=tuple(map(Action.left_over, observation)))
        actions: list[Action] = []
        records: list[Callable[[Transaction], None]] = []
        with self._ledger.reading() as transaction:
            for inbound in observation:
                mail = read_mail(inbound.raw or b"")
                user_id = self._leaver(inbound, mail)
                if user_id is None:
                    continue
                action = self._leaving.farewell(
                    transaction,
                    user_id,
                    answers=mail.message_id,
                    references=mail.references,
                )
                if action is not None and action.key not in {
                    other.key for other in actions
                }:
                    actions.append(action)
                records.append(self._noted(inbound, user_id))
        return Plan(actions=tuple(actions), records=tuple(records))

    def carry_out(self, action: Action) -> Outcome:
        """See `Job`: send the one mail that says so."""
        outcome = send_kept(self._sending, action)
        # Where no mail can be sent, the posts of others must go on all the same.
        return replace(outcome, cause=None) if isinstance(outcome, Later) else outcome

    def completed(
        self, transaction: Transaction, intent: Intent, outcome: Done | Refused
    ) -> None:
        """See `Job`: the words are not needed any more."""
        forget_words(transaction, intent, outcome)

    def _leaver(self, inbound: Inbound, mail: ReadMail) -> int | None:
        # A delivery report is no wish of anybody's.
        if inbound.envelope_sender == "" or mail.return_path == "" or mail.report_type:
            return None
        for address in (
            *((inbound.envelope_recipient,) if inbound.envelope_recipient else ()),
            *mail.delivered_to,
            *(one.address for one in mail.to),
        ):
            found = person_of_address(
                address,
                self._leaving.site.bridge_address,
                Purpose.UNSUBSCRIBE,
                self._leaving.secret,
            )
            if found is not None:
                return found
        return None

    def _noted(self, inbound: Inbound, user_id: int) -> Callable[[Transaction], None]:
        def record(transaction: Transaction) -> None:
            self._leaving.note(transaction, user_id, by="mail")
            transaction.inbound.change(
                inbound.id,
                state=InboundState.ANSWERED.value,
                rule=RULE,
                reason=RULE,
                user_id=user_id,
                detail="wants no more mail; the channel is moodle now",
            )

        return record
