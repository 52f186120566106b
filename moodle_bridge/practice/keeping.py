"""Keeps the state of a practice Moodle in one JSON file."""

from __future__ import annotations

import base64
import json
import os
import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.activity_records import (
    Database,
    DataContent,
    DataEntry,
    DataField,
    Feedback,
    FeedbackAttempt,
    FeedbackItem,
    Subwiki,
    Wiki,
    WikiPage,
)
from moodle_bridge.practice.records import (
    Course,
    Discussion,
    Enrolment,
    Forum,
    Group,
    Post,
    StoredFile,
    Token,
    User,
)
from moodle_bridge.practice.site_records import (
    CalendarEvent,
    Cohort,
    Completion,
    Message,
    Note,
    RoleAssignment,
)
from moodle_bridge.practice.state import PracticeState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_VERSION = 1

_BY_ID: Mapping[str, type[Any]] = {
    "users": User,
    "courses": Course,
    "groups": Group,
    "forums": Forum,
    "role_assignments": RoleAssignment,
    "cohorts": Cohort,
    "events": CalendarEvent,
    "messages": Message,
    "notes": Note,
    "completions": Completion,
    "wikis": Wiki,
    "subwikis": Subwiki,
    "wiki_pages": WikiPage,
    "databases": Database,
    "data_fields": DataField,
    "data_entries": DataEntry,
    "data_contents": DataContent,
    "feedbacks": Feedback,
    "feedback_items": FeedbackItem,
    "feedback_attempts": FeedbackAttempt,
}
"""The tables whose rows are found by their id, and nothing else."""


def save(state: PracticeState, path: Path) -> None:
    """Write the state to a file, whole or not at all."""
    with state.lock:
        body = json.dumps(_plain(state), ensure_ascii=False)
    beside = path.with_name(f"{path.name}.new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _plain(state: PracticeState) -> dict[str, Any]:
    files = [file for area in state.files.values() for file in area]
    return {
        "version": _VERSION,
        "writes": state.writes,
        "counters": state.counters,
        "removed": state.removed,
        **{
            table: [asdict(row) for row in getattr(state, table).values()]
            for table in _BY_ID
        },
        "enrolments": [asdict(row) for row in state.enrolments.values()],
        "discussions": [asdict(row) for row in state.discussions.values()],
        "posts": [asdict(row) for row in state.posts.values()],
        "tokens": [asdict(row) for row in state.tokens.values()],
        "files": [
            asdict(row) | {"content": base64.b64encode(row.content).decode()}
            for row in files
        ],
    }


def load(path: Path) -> PracticeState:
    """Return the state that a file holds; raise ValueError for another version."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    if kept.get("version") != _VERSION:
        msg = f"{path.name} was not written by this version"
        raise ValueError(msg)
    state = PracticeState()
    state.writes, state.counters = kept["writes"], kept["counters"]
    state.removed = kept["removed"]
    for table, row in _BY_ID.items():
        # A file from before a table was there holds none of its rows.
        items = kept.get(table, [])
        setattr(state, table, {item["id"]: row(**item) for item in items})
    state.tokens = {item["token"]: Token(**item) for item in kept["tokens"]}
    state.enrolments = {
        (item["userid"], item["courseid"]): Enrolment(**item)
        for item in kept["enrolments"]
    }
    for item in kept["discussions"]:
        state.put_discussion(Discussion(**item))
    for item in kept["posts"]:
        state.put_post(Post(**item))
    for item in kept["files"]:
        content = base64.b64decode(item["content"])
        file = StoredFile(**item | {"content": content})
        key = (file.contextid, file.component, file.filearea, file.itemid)
        state.files.setdefault(key, []).append(file)
    return state


class Keeper:
    """Saves the state in the background whenever it has changed."""

    def __init__(self, state: PracticeState, path: Path, *, every: float = 1.0) -> None:
        self._state = state
        self._path = path
        self._every = every
        self._saved = -1
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Keeper:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._over.set()
        self._thread.join()
        self._save()

    def _watch(self) -> None:
        while not self._over.wait(self._every):
            self._save()

    def _save(self) -> None:
        writes = self._state.writes
        if writes != self._saved:
            save(self._state, self._path)
            self._saved = writes
