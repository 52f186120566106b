"""Draft areas: where uploads wait until a post takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moodle_bridge.practice.file_shapes import draft_key
from moodle_bridge.practice.records import StoredFile

if TYPE_CHECKING:
    from moodle_bridge.practice.calls import Call

# Far from small ids, so that a draft id taken for another id is noticed.
_FIRST_DRAFT = 594_990_000


class DraftTaken(Exception):
    """A file of this name is in the draft area already."""


def next_draft(call: Call) -> int:
    """Return the number of a draft area in which there is nothing yet."""
    return _FIRST_DRAFT + call.state.next_id("draft")


def keep_draft(
    call: Call, *, filename: str, filepath: str, itemid: int, content: bytes
) -> StoredFile:
    """Store a file in a draft area of the caller; item id 0 opens a new one."""
    number = itemid if itemid > 0 else next_draft(call)
    area = call.state.files.setdefault(draft_key(call, number), [])
    if any(file.filename == filename and file.filepath == filepath for file in area):
        raise DraftTaken(filename)
    file = StoredFile(
        contextid=call.user.contextid,
        component="user",
        filearea="draft",
        itemid=number,
        filename=filename,
        filepath=filepath,
        content=content,
        userid=call.user.id,
        author=call.user.fullname,
        timecreated=call.now,
        timemodified=call.now,
    )
    area.append(file)
    return file
