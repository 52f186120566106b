"""A question, and how long it waits for an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

DEFINITION = "facilitation-response v1"
"""The definition that these values follow; it is printed under every report."""


class WaitState(StrEnum):
    """How a wait stands.

    OPEN: it waits. ANSWERED. WITHDRAWN: deleted, or its asker took it back: censored
    then. NOT_NEEDED: a facilitator said that it needs no answer: not counted.
    """

    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    NOT_NEEDED = "not-needed"


class Mark(StrEnum):
    """What a facilitator said of a post; it wins over the rule."""

    NEEDS_ANSWER = "needs-answer"
    NO_ANSWER_NEEDED = "no-answer-needed"


class Medium(StrEnum):
    """By which way something was said."""

    MOODLE = "moodle"
    MAIL = "mail"


class Tone(StrEnum):
    """What a text is, as far as its words tell.

    ASKS: it wants an answer. THANKS: it ends an exchange. PLAIN: neither.
    """

    ASKS = "asks"
    THANKS = "thanks"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """Something that somebody said, in whichever world: the origin, never a copy.

    `post_id` is that of the post (of the copy, when it was said by mail). `author_id`
    is Moodle's user id of who said it, not of the account that posted a copy; None
    when nobody knows. `facilitator` is their role at that time. `at` is when it was
    said: Moodle's time of creation, or when the mail arrived. `sent_at` is the mail's
    own Date when that is earlier, as evidence. `automatic` marks the bridge's and
    Moodle's own. `deleted_at` and `edited_at` are None when neither. `private` is a
    reply to its asker alone. `asks_since` is when an edit made a question of it, None
    when it was one from the beginning, or is none.
    """

    pair: str
    post_id: int
    discussion_id: int
    forum_id: int
    parent_post_id: int | None
    author_id: int | None
    facilitator: bool
    medium: Medium
    at: datetime
    sent_at: datetime | None = None
    subject: str = ""
    tone: Tone = Tone.PLAIN
    asks_since: datetime | None = None
    private: bool = False
    automatic: bool = False
    group_id: int | None = None
    edited_at: datetime | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One question of one asker.

    Named by `pair` and `post_id`. `began` is t0. `first_answer` is the first by
    anybody else, `facilitator_answer` the first by a facilitator, each with the post
    that it is; None while there is none. `ended` is when it was answered by a
    facilitator, withdrawn, or found to need none; None while it is open. `why` says
    what opened it.
    """

    pair: str
    post_id: int
    discussion_id: int
    forum_id: int
    asker_id: int
    medium: Medium
    began: datetime
    state: WaitState
    why: str
    group_id: int | None = None
    sent_at: datetime | None = None
    first_answer: datetime | None = None
    first_answer_post: int | None = None
    facilitator_answer: datetime | None = None
    facilitator_answer_post: int | None = None
    answered_by: int | None = None
    ended: datetime | None = None
    definition: str = DEFINITION
