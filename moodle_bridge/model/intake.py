"""Intake forms: what was asked, and what people answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EntryState(StrEnum):
    """What an entry is worth.

    `COMPLETE` counts. `INCOMPLETE` was begun and not sent. `REJECTED` was set aside in
    the source by whoever reviews it, `AWAITED` is not reviewed yet where the source
    has a review. `WITHDRAWN` was taken back there. `TEST` was made to try the form.
    """

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    AWAITED = "awaited"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of a form.

    `key` is what the source knows it by and stays the same when the words change,
    where the source has such a thing; else it is the text itself. `text` is what
    people read. `choices` maps the names of ready-made answers to their words, empty
    for a free answer.
    """

    key: str
    text: str
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one person sent in, as the source gives it.

    `key` is the source's own lasting name for the submission; it stays the same when
    the entry is edited. `answers` are by question key: text as it stands, several
    choices as a tuple, a question without an answer is not there. Numbers, phones and
    dates are text: nothing was guessed. Dates and times that a file holds as such are
    ISO 8601. `row` is the number that an admin sees beside it in a file, None
    elsewhere. `submitted` and `edited` are None when the source does not tell;
    `edited` is None for what was never edited.
    """

    key: str
    answers: Mapping[str, str | tuple[str, ...]]
    state: EntryState = EntryState.COMPLETE
    row: int | None = None
    submitted: datetime | None = None
    edited: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form as it is now, with all its entries, oldest first.

    `name` is what an admin calls it. A source reads the whole form each time: forms
    are small, and only so is it seen what was edited or taken back.
    """

    name: str
    questions: tuple[Question, ...]
    entries: tuple[Entry, ...]
