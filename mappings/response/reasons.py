"""Why a post is no question that waits: the rule of `waits`, told the other way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from moodle_bridge.model.waits import Mark, Tone, Utterance, Wait


class NoQuestion(StrEnum):
    """Why a post opens no wait.

    AGAIN: its author waits for an answer to an earlier question already, and this is
    part of it.
    """

    UNKNOWN_AUTHOR = "nobody knows who wrote it"
    AUTOMATIC = "the bridge or Moodle wrote it, no person"
    FACILITATOR = "its author was a facilitator at that time"
    PRIVATE = "it is a private reply"
    THANKS = "it thanks, and asks nothing"
    PLAIN = "it answers in a discussion, and nothing in it asks"
    AGAIN = "its author waits for an earlier answer already, so it is part of that wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a post is where it opens no wait; `of` is the wait that it belongs to."""

    why: NoQuestion
    of: Wait | None = None


def no_question(
    said: Utterance, waits: Iterable[Wait], *, mark: Mark | None = None
) -> Part | None:
    """Return why a post opens no wait; None when it does.

    `waits` are those of its discussion, as `waits_of` gives them; `mark` is what a
    facilitator said of the post.
    """
    waits = list(waits)
    if any(wait.post_id == said.post_id for wait in waits):
        return None
    if said.author_id is None:
        return Part(why=NoQuestion.UNKNOWN_AUTHOR)
    if said.automatic:
        return Part(why=NoQuestion.AUTOMATIC)
    if said.facilitator:
        return Part(why=NoQuestion.FACILITATOR)
    if said.private:
        return Part(why=NoQuestion.PRIVATE)
    asks = mark is not None or said.tone is Tone.ASKS or said.parent_post_id is None
    if asks and (mark is not None or said.tone is not Tone.THANKS):
        return Part(why=NoQuestion.AGAIN, of=_earlier(said, waits))
    thanks = said.tone is Tone.THANKS
    return Part(why=NoQuestion.THANKS if thanks else NoQuestion.PLAIN)


def _earlier(said: Utterance, waits: list[Wait]) -> Wait | None:
    own = [
        wait
        for wait in waits
        if wait.asker_id == said.author_id and wait.began <= said.at
    ]
    # Where clocks differ, its answer may seem to come before it.
    lasted = [wait for wait in own if wait.ended is None or wait.ended >= said.at]
    return max(lasted or own, key=lambda wait: wait.began, default=None)
