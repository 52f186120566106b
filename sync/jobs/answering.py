"""Who has begun to answer a question: their mail is here, and not yet in the forum."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moodle_bridge.model.people import Person
    from moodle_bridge.model.rota import Facilitator
    from moodle_bridge.model.waits import Utterance
    from sync.actions import Action
    from sync.ledger import Transaction
    from sync.settings.pair import PairSettings

ANSWERING = "answering"
"""The source of such a claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Lets a facilitator's answer by mail claim the questions that it answers.

    The claim lasts as one that is made in words, from when the mail came: an answer
    that is stuck on its way keeps nobody quiet for longer.
    """

    people: Callable[[], Sequence[Facilitator]]
    claim_lasts: timedelta
    pairs: Mapping[str, PairSettings]

    def claims(
        self, actions: Sequence[Action], person: Person, received_at: datetime
    ) -> Callable[[Transaction], None] | None:
        """Return what writes the claims of an accepted mail down; None: it has none.

        May be repeated. Whoever has said that a question is theirs keeps it.
        """
        places = [
            (str(details["pair"]), details["discussion_id"], details["parent_post_id"])
            for details in (action.details for action in actions)
            if "parent_post_id" in details and "discussion_id" in details
        ]
        if not person.facilitator or not places:
            return None

        def record(transaction: Transaction) -> None:
            until = received_at + self.claim_lasts
            if until <= transaction.clock():
                return
            for place in places:
                self._claim(transaction, place, person, until)

        return record

    def _claim(
        self,
        transaction: Transaction,
        place: tuple[str, int, int],
        person: Person,
        until: datetime,
    ) -> None:
        pair, discussion_id, parent = place
        settings = self.pairs.get(pair)
        waits = [
            wait
            for wait in transaction.waits.open()
            if wait.pair == pair and wait.discussion_id == discussion_id
        ]
        if not waits or settings is None:
            return
        said = transaction.utterances.of_discussion(pair, discussion_id)
        above = _above(said, parent)
        claims, now = transaction.claims.everyone(), transaction.clock()
        for wait in waits:
            claim = claims.get((pair, wait.post_id))
            taken = claim is not None and claim.until > now
            if taken or wait.asker_id == person.user_id:
                continue
            if settings.whole_thread or wait.post_id in above:
                transaction.claims.set(
                    pair,
                    wait.post_id,
                    person=self._key(person),
                    until=until,
                    source=ANSWERING,
                )

    def _key(self, person: Person) -> str:
        """Return how claims name somebody: by their key, else by their name."""
        return next(
            (one.key for one in self.people() if one.user_id == person.user_id),
            person.fullname[:100],
        )


def _above(said: Sequence[Utterance], post_id: int) -> Collection[int]:
    parents = {one.post_id: one.parent_post_id for one in said}
    found: set[int] = set()
    at: int | None = post_id
    while at is not None and at not in found:
        found.add(at)
        at = parents.get(at)
    return found
