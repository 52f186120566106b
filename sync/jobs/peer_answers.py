"""Which questions that wait another participant has answered, and who is told then."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from mappings.alerts.escalation import PeerAnswers
from mappings.response.waits import peer_answers
from moodle_bridge.model.waits import Utterance, Wait
from sync.jobs.alert_messages import Question, Standing
from sync.ledger.alerts import REACHED

if TYPE_CHECKING:
    from sync.ledger import Transaction

_FIRST = 1


def answered_by_peers(
    transaction: Transaction, waits: Iterable[Wait], whole_threads: Collection[str]
) -> dict[Question, Utterance]:
    """Return the answer of another participant to each of these waits that has one.

    `whole_threads` are the pairs in which an answer anywhere in a discussion counts.
    """
    # Most have no answer at all: only of the others is anything read.
    some = {
        (wait.pair, wait.post_id): (wait.pair, wait.discussion_id)
        for wait in waits
        if wait.first_answer is not None
    }
    found: dict[Question, Utterance] = {}
    for pair, discussion_id in sorted(set(some.values())):
        said = transaction.utterances.of_discussion(pair, discussion_id)
        marks = transaction.marks.of_posts(pair, [one.post_id for one in said])
        answers = peer_answers(said, marks, whole_thread=pair in whole_threads)
        found |= {
            (pair, post_id): answer
            for post_id, answer in answers.items()
            if (pair, post_id) in some
        }
    return found


def is_told_of_peer(step: int, rule: PeerAnswers) -> bool:
    """Say whether a step is taken for a question that another participant answered.

    Step 0, that nobody is on duty, is not: it can wait for the next watch.
    """
    return rule is PeerAnswers.IGNORE or (rule is PeerAnswers.TELL and step == _FIRST)


def ended_by_peers(standing: Standing, rule: PeerAnswers) -> set[Question]:
    """Return the questions that go no further up, for another participant answered."""
    return set() if rule is PeerAnswers.IGNORE else set(standing.peers)


def waits_to_tell(standing: Standing, rule: PeerAnswers, now: datetime) -> list[Wait]:
    """Return the waits of which somebody may still be told.

    Of one that another participant answered nobody is, once somebody was.
    """
    ended = ended_by_peers(standing, rule)
    if rule is PeerAnswers.TELL and ended:
        ended &= {
            (one.pair, one.post_id)
            for one in standing.counting(now)
            if one.step and one.state in REACHED
        }
    return [wait for wait in standing.waits if (wait.pair, wait.post_id) not in ended]
