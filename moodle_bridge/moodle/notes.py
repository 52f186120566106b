"""Notes about a person, for those who teach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, TypeAdapter

from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.functions import CREATE_NOTES
from moodle_bridge.moodle.items import ItemWrite, write_items
from moodle_bridge.moodle.messages import TextFormat
from moodle_bridge.moodle.outcomes import ItemOutcome, Outcome, done, refused


class Audience(StrEnum):
    """Who may read a note: the account alone, the teachers of the course, or all."""

    PERSONAL = "personal"
    COURSE = "course"
    SITE = "site"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNote:
    """A note about a user in a course."""

    user_id: int
    course_id: int
    text: str
    audience: Audience = Audience.COURSE
    format: TextFormat = TextFormat.PLAIN

    def row(self) -> dict[str, Any]:
        """Return it as `core_notes_create_notes` takes it."""
        return {
            "userid": self.user_id,
            "publishstate": self.audience.value,
            "courseid": self.course_id,
            "text": self.text,
            "format": self.format.value,
        }


class _Row(BaseModel):
    noteid: int
    errormessage: str | None = None


_ROWS = TypeAdapter(list[_Row])


class Notes:
    """Notes; they are written here, and read in Moodle."""

    def __init__(self, client: MoodleClient) -> None:
        self._client = client

    def create(self, notes: Sequence[NewNote]) -> tuple[ItemOutcome[NewNote], ...]:
        """Write notes; return one outcome each, in order, with the new id.

        One call each: a course closed to the account stops a call in its middle, and
        what was written before it stays. Not to be repeated blindly.
        `core_notes_create_notes`.
        """
        return write_items(
            self._client,
            ItemWrite(
                function=CREATE_NOTES,
                argument="notes",
                row=NewNote.row,
                shape=_ROWS,
                answered=_created,
                scope=lambda note: note.course_id,
                shared=frozenset({"nopermissions", "notesdisabled"}),
                most=1,
            ),
            notes,
        )


def _created(notes: Sequence[NewNote], rows: list[_Row]) -> list[ItemOutcome[NewNote]]:
    (note,) = notes
    if len(rows) == 1 and rows[0].noteid > 0:
        return [done(note, rows[0].noteid)]
    if len(rows) == 1:
        reason = rows[0].errormessage or "Moodle gives no reason"
        what = f"the note about user {note.user_id} was not written: {reason}"
        advice = "Look whether the course and the account are there."
        return [refused(note, "notwritten", what, advice)]
    return [
        ItemOutcome(
            item=note,
            outcome=Outcome.IN_DOUBT,
            what=f"Moodle did not say whether the note about {note.user_id} is written",
            advice="Look at the notes in Moodle before writing it again.",
        )
    ]
