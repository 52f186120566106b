"""Asking the owner of an address once, and understanding what they answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mappings.addresses import folded
from mappings.personal_keys import key_texts, question_key
from mappings.trimming import trim
from mappings.yes_no import yes_or_no
from sync.jobs.judged import Judged
from sync.ledger.addresses import Claim
from sync.ledger.inbound import Inbound, InboundState
from sync.ledger.questions import Answer, Question, QuestionKind

if TYPE_CHECKING:
    from mappings.mail_reading import ReadMail
    from mappings.parentage import ReplyRoute
    from moodle_bridge.model.people import Person
    from sync.ledger import Transaction

ASKED_OWNER = "asked-owner"
EXPIRES_AFTER = timedelta(days=14)
_RULE = "question"
_DAY = timedelta(days=1)
_MOST_A_PERSON = 3
_WAITING_MOST = 1000
_ADVICE = (
    "The owner of the address was asked by mail whether they wrote it: yes posts it,"
    " no drops it. You may decide before them."
)


class Asking:
    """Asks owners of addresses, never twice about the same mail or a refused address.

    `route` is where keys may stand; `most_a_day` how many questions the bridge asks
    in a day, whoever is asked.
    """

    def __init__(self, route: ReplyRoute, *, most_a_day: int) -> None:
        self._route = route
        self._most_a_day = most_a_day
        # Asked in this run, and perhaps not in the ledger yet: the mail by its key.
        self._asked_now: dict[tuple[int, str], str] = {}

    def asked(
        self,
        transaction: Transaction,
        base: Judged,
        person: Person,
        *,
        address: str,
        kind: QuestionKind,
        why: str,
    ) -> Judged | None:
        """Return the mail as held until its owner answers; None: they are not asked.

        They are not when they said no to this address before, or did not answer, when
        they have had enough questions today, or when no mail reaches them: no address
        of theirs is known, or mail to it has come back too often.
        While one question about an address is open, further mails from it wait with
        it, and their owner is not asked about them.
        """
        inbound = base.inbound
        key = question_key(self._route.secret, inbound.key, person.user_id)
        wanted = folded(address)
        before = transaction.questions.about(person.user_id, wanted)
        over = {Answer.NO, Answer.EXPIRED}
        if any(one.answer in over for one in before) or not _is_reached(
            transaction, person
        ):
            return None
        asked_now = self._asked_now.get((person.user_id, wanted))
        held = replace(
            base,
            state=InboundState.HELD,
            rule=_RULE,
            reason=ASKED_OWNER,
            advice=_ADVICE,
            detail=f"{person.fullname}: {why}",
        )
        if any(one.answer is None and one.key != key for one in before):
            return held
        if asked_now not in {None, inbound.key}:
            return held
        if asked_now is None and not self._may_ask(transaction, person):
            return None
        self._asked_now[person.user_id, wanted] = inbound.key

        def write_down(inner: Transaction) -> None:
            inner.questions.ask(
                key,
                kind=kind,
                user_id=person.user_id,
                address=wanted,
                inbound_id=inbound.id,
            )

        return replace(held, records=(write_down,))

    def _may_ask(self, transaction: Transaction, person: Person) -> bool:
        since = transaction.clock() - _DAY
        asked = transaction.questions.asked_since
        now = [user_id for user_id, _ in self._asked_now]
        return (
            asked(since) + len(now) < self._most_a_day
            and asked(since, user_id=person.user_id) + now.count(person.user_id)
            < _MOST_A_PERSON
        )

    def question_in(
        self, transaction: Transaction, inbound: Inbound, mail: ReadMail
    ) -> Question | None:
        """Return the question that a mail answers, None when it answers none."""
        for text in key_texts(mail, self._route, inbound.envelope_recipient):
            question = transaction.questions.get(text)
            if question is not None:
                return question
        return None

    def answered(self, base: Judged, question: Question) -> Judged:
        """Return a mail that answers a question, with what follows from it.

        Whoever has the key had the question, which went to the owner alone.
        """
        base = replace(base, rule=_RULE, state=InboundState.ANSWERED)
        if question.answer is not None:
            return replace(
                base,
                reason="answered-before",
                detail=f"the answer was {question.answer.value}",
                advice="Nothing to do: a question is answered once.",
            )
        said = yes_or_no(trim(base.mail.text).kept)
        if said is None:
            return base.held(
                _RULE,
                "unclear-answer",
                "It answers the question whether somebody wrote a mail, with neither"
                " yes nor no. Read it, decide about that mail, then drop this one.",
                detail=f"the question is about mail {question.inbound_id}",
            )
        answer = Answer.YES if said else Answer.NO
        return replace(
            base,
            reason=f"answered-{answer.value}",
            detail=f"the question is about mail {question.inbound_id}",
            records=(_follow(question, answer),),
        )


def _is_reached(transaction: Transaction, person: Person) -> bool:
    address = next(iter(person.addresses), None)
    return address is not None and not transaction.bounces.get(folded(address)).rests


def _follow(question: Question, answer: Answer) -> Callable[[Transaction], None]:
    def record(transaction: Transaction) -> None:
        if not transaction.questions.answer(question.key, answer):
            return
        asked = transaction.inbound.get(question.inbound_id or 0)
        if answer is Answer.NO:
            _refuse(transaction, question, asked)
            return
        if question.kind is QuestionKind.ADDRESS:
            _claim(transaction, question, asked, Claim.CONFIRMED)
        if asked is not None and asked.state is InboundState.HELD:
            transaction.inbound.change(
                asked.id, state=InboundState.NEW.value, released=1
            )
        for other in transaction.inbound.with_state(
            InboundState.HELD, limit=_WAITING_MOST
        ):
            waits = other.reason == ASKED_OWNER and other.id != question.inbound_id
            if waits and folded(other.sender) == question.address:
                # Judged anew: theirs by now, or the next to ask about.
                transaction.inbound.change(other.id, state=InboundState.NEW.value)

    return record


def _refuse(
    transaction: Transaction, question: Question, asked: Inbound | None
) -> None:
    if question.kind is QuestionKind.ADDRESS:
        _claim(transaction, question, asked, Claim.REFUSED)
    if asked is not None and asked.state is InboundState.HELD:
        transaction.inbound.change(
            asked.id,
            state=InboundState.DROPPED.value,
            detail="its owner says that they did not write it",
        )


def _claim(
    transaction: Transaction, question: Question, asked: Inbound | None, claim: Claim
) -> None:
    known = transaction.addresses.get(question.address)
    if known is not None and known.state is Claim.CONFIRMED:
        return
    transaction.addresses.put(
        question.address,
        shown=asked.sender if asked is not None else question.address,
        user_id=question.user_id,
        state=claim,
        source="owner",
    )
