"""What facilitators answer to an alert that is no answer to its question."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mappings.alerts.replies import AlertReply, alert_reply
from mappings.identity import note_of_message_id
from moodle_bridge.model.waits import Mark
from sync.jobs.judged import Judged, may_be_answered
from sync.jobs.marking import mark_post
from sync.ledger.inbound import InboundState
from sync.rota.mails import is_of_rota
from sync.rota.open_questions import was_told

if TYPE_CHECKING:
    from moodle_bridge.model.rota import Facilitator
    from sync.ledger import Ledger, Transaction
    from sync.settings.pair import PairSettings

_IDS_MOST = 50
_MARKS = {
    AlertReply.NEEDS_ANSWER: Mark.NEEDS_ANSWER,
    AlertReply.NO_ANSWER_NEEDED: Mark.NO_ANSWER_NEEDED,
}
_OF_ROTA = "rota-mail"
_OF_ROTA_ADVICE = (
    "It answers a mail that the rota wrote of itself. Read it, then drop it; release it"
    " only if it is meant for everybody: it begins a discussion then."
)
_ADVICE = (
    "It answers an alert about several questions and does not say which. Its author"
    " was asked to send it to the address below the question: drop it. Released, it"
    " begins a discussion of its own."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertAnswer:
    """What is said of which questions (pair and post id), by which facilitator.

    `reply` is None when it cannot be told of which question a mail speaks. `of_rota`:
    it answers a mail of the rota, which asks nothing.
    """

    reply: AlertReply | None
    person: str = ""
    questions: tuple[tuple[str, int], ...] = ()
    of_rota: bool = False


class AlertReplies:
    """Reads `mine` and `no answer needed`; `people` gives those of the rota."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        people: Callable[[], Sequence[Facilitator]],
        claim_lasts: timedelta,
        pairs: Mapping[str, PairSettings],
        site_tag: str,
        domain: str,
    ) -> None:
        self._ledger = ledger
        self._people = people
        self._claim_lasts = claim_lasts
        self._pairs = pairs
        self._site_tag = site_tag
        self._domain = domain

    def asked(self, judged: Judged) -> AlertAnswer | None:
        """Return what a mail says of questions; None: it is for people.

        Only who was told of a question may say something of it. An answer to an alert
        of several questions is never for people: nobody could tell which it answers;
        nor is one to a mail that the rota wrote of itself.
        """
        if judged.inbound.released:
            return None
        link = judged.route.link
        names = [] if link else self._alerts_answered(judged)
        reply = self._reply(judged)
        if not names and (link is None or reply is None):
            return None
        with self._ledger.reading() as transaction:
            told = (
                transaction.alerts.of_questions([(link.pair, link.post_id)])
                if link is not None
                else [
                    one for name in names for one in transaction.alerts.of_message(name)
                ]
            )
            of_rota = any(is_of_rota(transaction, name) for name in names)
            handed_over = link is not None and (
                judged.person is not None
                and was_told(
                    transaction, judged.person.user_id, link.pair, link.post_id
                )
            )
        if link is None and not told:
            return AlertAnswer(reply=None, of_rota=True) if of_rota else None
        person = self._person(judged)
        mine = {
            (one.pair, one.post_id) for one in told if one.person == person and one.step
        }
        if link is not None and handed_over:
            mine.add((link.pair, link.post_id))
        if reply is not None and person is not None and _is_clear(reply, mine):
            questions = tuple(sorted(mine))
            return AlertAnswer(reply=reply, person=person, questions=questions)
        return AlertAnswer(reply=None) if link is None else None

    def carried_out(
        self, judged: Judged, answer: AlertAnswer
    ) -> tuple[Judged, Callable[[Transaction], None] | None]:
        """Return the verdict on such a mail, and what does as it says."""
        if answer.reply is None:
            told = may_be_answered(judged.mail, judged.inbound)
            sender = judged.mail.from_.address if judged.mail.from_ else None
            held = judged.held(
                "place",
                _OF_ROTA if answer.of_rota else "which-question",
                _OF_ROTA_ADVICE if answer.of_rota else _ADVICE,
                notice_to=sender if told else None,
            )
            return held, None

        def record(transaction: Transaction) -> None:
            for pair, post_id in answer.questions:
                self._note(transaction, answer, pair, post_id)

        posts = ", ".join(str(post_id) for _, post_id in answer.questions)
        done = replace(
            judged,
            state=InboundState.ANSWERED,
            rule="alert",
            reason=answer.reply.value,
            detail=f"{answer.person} of post {posts}",
        )
        return done, record

    def _note(
        self, transaction: Transaction, answer: AlertAnswer, pair: str, post_id: int
    ) -> None:
        if answer.reply is AlertReply.MINE:
            transaction.claims.set(
                pair,
                post_id,
                person=answer.person,
                until=transaction.clock() + self._claim_lasts,
                source="mail",
            )
        elif answer.reply is not None and pair in self._pairs:
            mark_post(
                transaction,
                self._pairs[pair],
                post_id,
                _MARKS[answer.reply],
                by=answer.person,
                source="mail",
            )

    def _alerts_answered(self, judged: Judged) -> list[str]:
        mail = judged.mail
        ids = (*mail.in_reply_to, *mail.references[-_IDS_MOST:])
        found = (
            note_of_message_id(one, site_tag=self._site_tag, domain=self._domain)
            for one in ids
        )
        return list(dict.fromkeys(name for name in found if name))

    def _reply(self, judged: Judged) -> AlertReply | None:
        sender, person = judged.mail.from_, judged.person
        own = f"{sender.name if sender else ''} {person.fullname if person else ''}"
        return alert_reply(judged.trimmed.kept, own_name=own)

    def _person(self, judged: Judged) -> str | None:
        if judged.person is None:
            return None
        number = judged.person.user_id
        return next(
            (one.key for one in self._people() if one.user_id == number),
            None,
        )


def _is_clear(reply: AlertReply, mine: Collection[tuple[str, int]]) -> bool:
    """Say whether it is clear of which question somebody speaks."""
    return len(mine) == 1 or (bool(mine) and reply is AlertReply.MINE)
