"""Which alerted questions are taken care of, and who has not heard of it yet."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mappings.alerts.all_clear import ClearKind
from moodle_bridge.model.waits import WaitState
from sync.ledger.alerts import AlertState

if TYPE_CHECKING:
    from moodle_bridge.model.rota import Facilitator
    from moodle_bridge.model.waits import Wait
    from sync.ledger import Transaction
    from sync.ledger.alerts import Alert, Claim

# Older alerts are forgotten by those who got them.
_REMEMBERED = timedelta(days=3)
_HOUR = timedelta(hours=1)
_REACHED = frozenset({AlertState.SENT, AlertState.PERHAPS})

Question = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearNews:
    """What a question has come to, by whom: a key of the rota or a user id."""

    kind: ClearKind
    by: str
    name: str | None
    asker: str
    subject: str

    def once(self, question: Question) -> str:
        """Return under which name it is noted that somebody was told."""
        text = f"{self.kind} {question[0]}:{question[1]} {self.by}"
        return f"clear:{hashlib.sha256(text.encode()).hexdigest()[:32]}"


class NewsOfQuestions:
    """Finds news; `name_of` gives the name of a user id in a pair, None unknown.

    `people` are those of the rota, by key. Nothing is news to who claimed or answered,
    nor to who was not alerted within the last days, nor an hour after it happened.
    """

    def __init__(
        self,
        *,
        people: Mapping[str, Facilitator],
        pairs: frozenset[str],
        name_of: Callable[[str, int], str | None],
    ) -> None:
        self._people = people
        self._pairs = pairs
        self._name_of = name_of

    def told_by_person(
        self, transaction: Transaction
    ) -> Mapping[str, Sequence[tuple[str, ClearNews]]]:
        """Return what each is to be told, by key, with what it is noted under."""
        now = transaction.clock()
        told: defaultdict[Question, dict[str, datetime]] = defaultdict(dict)
        for alert in transaction.alerts.since(now - _REMEMBERED):
            if self._reached(alert):
                people = told[alert.pair, alert.post_id]
                at = alert.sent_at or alert.due_at
                people[alert.person] = max(at, people.get(alert.person, at))
        claims = transaction.claims.everyone() if told else {}
        by_person: defaultdict[str, list[tuple[str, ClearNews]]] = defaultdict(list)
        for question, people in sorted(told.items()):
            wait = next(
                (
                    one
                    for one in transaction.waits.get(question[1])
                    if one.pair == question[0]
                ),
                None,
            )
            news = wait and self._news(transaction, wait, claims.get(question), now)
            if not wait or not news:
                continue
            happened = wait.ended or now
            for key, at in people.items():
                fresh = now - max(at, happened) <= _HOUR
                if fresh and self._is_new(transaction, key, question, news):
                    by_person[key].append((news.once(question), news))
        return by_person

    def _reached(self, alert: Alert) -> bool:
        person = self._people.get(alert.person)
        return (
            alert.step > 0
            and alert.state in _REACHED
            and alert.pair in self._pairs
            and person is not None
            and person.user_id is not None
        )

    def _news(
        self, transaction: Transaction, wait: Wait, claim: Claim | None, now: datetime
    ) -> ClearNews | None:
        """Return what a question has come to; None: it waits as before."""
        if wait.state is WaitState.ANSWERED and wait.answered_by is not None:
            kind = ClearKind.ANSWERED
            key = self._key_of(wait.answered_by)
            by = key or f"user {wait.answered_by}"
            name = (
                self._people[key].name
                if key
                else self._name_of(wait.pair, wait.answered_by)
            )
        elif wait.state is WaitState.OPEN and claim is not None and claim.until > now:
            kind, by = ClearKind.CLAIMED, claim.person
            named = self._people.get(by)
            name = named.name if named else by
        else:
            return None
        said = transaction.utterances.get(wait.pair, wait.post_id)
        return ClearNews(
            kind=kind,
            by=by,
            name=name,
            asker=self._name_of(wait.pair, wait.asker_id) or "",
            subject=said.subject if said else "",
        )

    def _is_new(
        self, transaction: Transaction, key: str, question: Question, news: ClearNews
    ) -> bool:
        """Say whether it is news for somebody, and none of their own making."""
        person = self._people[key]
        assert person.user_id is not None
        if key == news.by or transaction.told.was(person.user_id, news.once(question)):
            return False
        if news.kind is ClearKind.CLAIMED:
            return True
        # Who heard that somebody is on it need not hear that they did it.
        claimed = ClearNews(
            kind=ClearKind.CLAIMED,
            by=news.by,
            name=news.name,
            asker=news.asker,
            subject=news.subject,
        )
        return not transaction.told.was(person.user_id, claimed.once(question))

    def _key_of(self, user_id: int) -> str | None:
        return next(
            (key for key, one in self._people.items() if one.user_id == user_id), None
        )
