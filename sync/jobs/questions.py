"""The job that sends questions to owners of addresses, and lets them expire."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mappings.mail_reading import read_mail
from mappings.question_mail import question_to_mail
from mappings.trimming import trim
from sync.actions import Action, Done, Outcome, Plan, Refused, Settlement, Withheld
from sync.job import refuse_beyond
from sync.jobs.asking import ASKED_OWNER, EXPIRES_AFTER
from sync.kept_mails import forget_words, kept, send_kept
from sync.ledger.inbound import InboundState
from sync.ledger.intents import IntentState
from sync.ledger.questions import Answer, Question, QuestionKind
from sync.participants import Participants
from sync.sending import Sending, receipt_of

if TYPE_CHECKING:
    from mappings.letter import MailSite
    from moodle_bridge.model.people import Person
    from sync.ledger import Ledger, Transaction
    from sync.ledger.inbound import Inbound
    from sync.ledger.intents import Intent
    from sync.pairs import Pair

_SILENT = (
    "The owner of the address was asked and has not answered. Ask them in another way,"
    " then release or drop it."
)


@dataclass(slots=True, kw_only=True)
class Questions:
    """Sends each open question once; what nobody answers expires."""

    ledger: Ledger
    sending: Sending
    participants: Participants
    pairs: Sequence[Pair]
    site: MailSite
    secret: bytes
    most_a_day: int
    name: str = "questions"

    def settle(self, intent: Intent) -> Settlement:
        """See `Job`."""
        return self.sending.settle(intent)

    def guard(self, actions: int) -> None:
        """See `Job`: more than may be asked in a day cannot be right."""
        refuse_beyond(
            max(self.most_a_day, 1),
            actions,
            what="questions to participants",
            key="[safety].max_notices_per_day",
        )

    def observe(self) -> Iterator[list[Question]]:
        """See `Job`: the questions that nobody has answered."""
        with self.ledger.reading() as transaction:
            waiting = transaction.questions.open()
        if waiting:
            yield waiting

    def plan(self, observation: list[Question]) -> Plan:
        """See `Job`."""
        actions: list[Action] = []
        withheld: list[Withheld] = []
        records: list[Callable[[Transaction], None]] = []
        with self.ledger.reading() as transaction:
            for question in observation:
                asked = transaction.inbound.get(question.inbound_id or 0)
                age = transaction.clock() - question.asked_at
                held = asked is not None and asked.state is InboundState.HELD
                if not held or age > EXPIRES_AFTER:
                    records.append(_expired(question))
                    continue
                assert asked is not None
                intent = transaction.intents.get(_key(question))
                action = (
                    Action.left_over(intent)
                    if intent is not None
                    else self._action(transaction, question, asked)
                )
                if action is None:
                    withheld.append(
                        Withheld(
                            source=f"mail:{asked.id}",
                            reason="nobody-to-ask",
                            summary=f"{asked.sender}: {asked.subject}",
                        )
                    )
                    records.append(_expired(question))
                elif intent is None or intent.state is IntentState.PLANNED:
                    actions.append(action)
        return Plan(
            actions=tuple(actions), withheld=tuple(withheld), records=tuple(records)
        )

    def carry_out(self, action: Action) -> Outcome:
        """See `Job`: send one question."""
        return send_kept(self.sending, action)

    def completed(
        self, transaction: Transaction, intent: Intent, outcome: Done | Refused
    ) -> None:
        """See `Job`: what was sent needs its text no more."""
        forget_words(transaction, intent, outcome)

    def _action(
        self, transaction: Transaction, question: Question, asked: Inbound
    ) -> Action | None:
        pair = next((one for one in self.pairs if one.name == asked.pair), None)
        person = self._person(question, pair)
        if pair is None or person is None or not person.addresses:
            return None
        key = _key(question)
        receipt = receipt_of(self.secret, key)
        mail = question_to_mail(
            about_address=question.kind is QuestionKind.ADDRESS,
            person=person,
            language=person.language or pair.settings.language,
            sender=asked.sender,
            subject=asked.subject,
            text=trim(read_mail(asked.raw or b"").text).kept,
            received=asked.received_at,
            date=transaction.clock(),
            list_name=pair.mailing_list.address.name,
            site=self.site,
            question=question.key,
            key=receipt,
        )
        return Action(
            key=key,
            kind="mail.question",
            source=f"question:{asked.id}",
            stream=f"questions:{asked.id}",
            summary=f"question to {person.fullname}: {asked.subject}",
            details=kept(mail, to=person.addresses[0]),
            receipt=receipt,
        )

    def _person(self, question: Question, pair: Pair | None) -> Person | None:
        if pair is None:
            return None
        people = self.participants.of_course(pair.place.course.id)
        return next((one for one in people if one.user_id == question.user_id), None)


def _key(question: Question) -> str:
    return f"question:{question.key}"


def _expired(question: Question) -> Callable[[Transaction], None]:
    def record(transaction: Transaction) -> None:
        transaction.questions.answer(question.key, Answer.EXPIRED)
        asked = transaction.inbound.get(question.inbound_id or 0)
        held = asked is not None and asked.state is InboundState.HELD
        if asked is not None and held and asked.reason == ASKED_OWNER:
            transaction.inbound.change(asked.id, reason="owner-silent", advice=_SILENT)

    return record
