"""Notes about users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.parameters import (
    default,
    items,
    optional,
    record,
    value,
)
from moodle_bridge.practice.refusals import no_capability
from moodle_bridge.practice.returns import ARRAY
from moodle_bridge.practice.site_records import Note

if TYPE_CHECKING:
    from collections.abc import Mapping


def create_notes(call: Call, arguments: Arguments) -> list[dict[str, Any]]:
    """Answer core_notes_create_notes: each by itself, -1 for one that failed.

    A state that is not known is kept as it comes, as Moodle does.
    """
    for sent in arguments["notes"]:
        courseid = sent["courseid"]
        known = courseid in call.state.courses
        if known and not call.enter(courseid).can("moodle/notes:manage"):
            raise no_capability("Manage notes")
    return [_created(call, sent) for sent in arguments["notes"]]


def _created(call: Call, sent: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    if sent.get("clientnoteid") is not None:
        result["clientnoteid"] = sent["clientnoteid"]
    user = call.state.users.get(sent["userid"])
    if user is None or user.deleted:
        problem = f"Invalid user id: {sent['userid']}"
        return result | {"noteid": -1, "errormessage": problem}
    if sent["courseid"] not in call.state.courses:
        problem = "You are trying to use an invalid course ID"
        return result | {"noteid": -1, "errormessage": problem}
    note = Note(
        id=call.state.next_id("note"),
        userid=user.id,
        courseid=sent["courseid"],
        author=call.user.id,
        content=sent["text"] or "",
        format=sent["format"],
        publishstate=sent["publishstate"],
        timecreated=call.now,
    )
    call.state.notes[note.id] = note
    return result | {"noteid": note.id}


FUNCTIONS = (
    Function(
        name="core_notes_create_notes",
        parameters=record(
            notes=items(
                record(
                    userid=value("int"),
                    publishstate=value("alpha"),
                    courseid=value("int"),
                    text=value("raw"),
                    format=default("int", 0),
                    clientnoteid=optional("alphanumext"),
                )
            )
        ),
        run=create_notes,
        returns=ARRAY,
        writes=True,
    ),
)
