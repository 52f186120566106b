"""What a message about questions that wait says, when it is about to go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from mappings.alerts.wording import (
    AlertQuestion,
    AlertReader,
    AlertWords,
    alert_words,
    unwatched_words,
)
from mappings.bridge_header import BRIDGE_HEADER, BridgeHeader, bridge_header_value
from mappings.identity import plus_address, reply_key, reply_reference
from mappings.letter import MailSite
from moodle_bridge.model.alerts import AlertNotice
from moodle_bridge.model.rota import Facilitator
from moodle_bridge.model.waits import Wait
from sync.actions import Action
from sync.alert_ways import Way
from sync.jobs.alert_looks import Look, Question
from sync.jobs.alert_remainders import Remainder
from sync.jobs.answering import ANSWERING
from sync.ledger.alerts import Claim

if TYPE_CHECKING:
    from sync.ledger import Ledger
    from sync.settings.alerts import AlertsSettings


class AlertNotices:
    """Puts messages into words; `people` are those of the rota, by key."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        settings: AlertsSettings,
        people: Mapping[str, Facilitator],
        site: MailSite,
        secret: bytes,
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._people = people
        self._site = site
        self._secret = secret

    def notice(
        self, action: Action, person: Facilitator, way: Way, left: Remainder
    ) -> AlertNotice:
        """Return what a message says now, of the questions that are left of it."""
        site, details, now = self._site, action.details, self._ledger.clock()
        with self._ledger.reading() as transaction:
            claims = transaction.claims.everyone()
        questions = [self._told(one, person, claims) for one in left.questions]
        keyed = [self._reply_key(wait, person) for wait, _ in left.questions]
        headers = own_headers(site, action.receipt or "", now)
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
            answering=claim is not None and claim.source == ANSWERING,
            peer=look.peer,
            peer_at=look.peer_at,
        )

    def _reply_key(self, wait: Wait, person: Facilitator) -> str | None:
        if person.user_id is None:
            return None
        return reply_key(self._secret, wait.post_id, person.user_id)


def own_headers(site: MailSite, receipt: str, now: datetime) -> dict[str, str]:
    """Return the headers by which a message that goes by mail is known as ours."""
    mark = BridgeHeader(site=site.site_tag, post_id=None, key=receipt, hops=0)
    return {
        BRIDGE_HEADER: bridge_header_value(mark).replace("\r\n", ""),
        "Date": format_datetime(now),
    }
