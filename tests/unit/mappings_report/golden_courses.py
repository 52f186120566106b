"""Small histories of courses, as files: what was said, and what a report must make of it.

Each file in `golden` has `story` (what it is about), `now`, `zone`, the `people` with
their roles, what they `said`, the `mark`s of facilitators, the `shift`s and `phase`s,
and what is `expected`, worked out by hand: `how` says in words how. All times are UTC.
The promise is an hour. Only what a file names is compared.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mappings.participation.activity import Member
from mappings.report.facts import Phase, ReportFacts, ReportNames
from mappings.report.figures import Figures
from mappings.report.reckoning import figures_of
from mappings.response.waits import waits_of
from mappings.rota.duty import Cover
from moodle_bridge.model.waits import Mark, Medium, Tone, Utterance, Wait

FOLDER = Path(__file__).with_name("golden")
PAIR = "course"
_SAID = {"post", "by", "at", "answers", "discussion", "forum", "group", "medium"} | {
    *("tone", "private", "automatic"),
    *("asks_since", "edited_at", "deleted_at", "sent_at"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenCourse:
    """One file: the waits and figures that come of it, and what it expects."""

    people: Mapping[str, int]
    waits: tuple[Wait, ...]
    figures: Figures
    expected: Mapping[str, Any]


def golden_course(path: Path) -> GoldenCourse:
    """Read a file and work out what comes of it."""
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    people = {name: number for number, name in enumerate(given["people"], start=1)}
    discussions: defaultdict[int, list[Utterance]] = defaultdict(list)
    for one in given["said"]:
        assert set(one) <= _SAID, f"{path.name}: {set(one) - _SAID}"
        said = _utterance(one, given["people"], people)
        discussions[said.discussion_id].append(said)
    marks = {(PAIR, one["post"]): Mark(one["is"]) for one in given.get("mark", ())}
    waits = tuple(
        wait
        for said in discussions.values()
        for wait in waits_of(said, marks, whole_thread=given.get("whole_thread", False))
    )
    shifts = [(_at(one["from"]), _at(one["to"])) for one in given.get("shift", ())]
    facts = ReportFacts(
        now=_at(given["now"]),
        zone=given["zone"],
        promise=timedelta(hours=1),
        names=ReportNames(course=path.stem),
        waits=waits,
        watched=Cover(tuple(shifts)) if shifts else None,
        phases=[Phase(**one) for one in given.get("phase", ())],
        members=[
            member
            for name, role in given["people"].items()
            for member in _members(people[name], role)
        ],
        found_at={
            (PAIR, one["post"]): _at(one["at"]) for one in given.get("found", ())
        },
    )
    return GoldenCourse(
        people=people,
        waits=waits,
        figures=figures_of(facts),
        expected=given["expected"],
    )


def _utterance(
    one: Mapping[str, Any], roles: Mapping[str, Any], people: Mapping[str, int]
) -> Utterance:
    name = one.get("by")
    return Utterance(
        pair=PAIR,
        post_id=one["post"],
        discussion_id=one.get("discussion", 1),
        forum_id=one.get("forum", 1),
        parent_post_id=one.get("answers"),
        author_id=people[name] if name else None,
        facilitator=name is not None and _is_facilitator(roles[name], _at(one["at"])),
        medium=Medium(one.get("medium", "moodle")),
        at=_at(one["at"]),
        sent_at=_at(one.get("sent_at")),
        tone=Tone(one.get("tone", "plain")),
        asks_since=_at(one.get("asks_since")),
        private=one.get("private", False),
        automatic=one.get("automatic", False),
        group_id=one.get("group"),
        edited_at=_at(one.get("edited_at")),
        deleted_at=_at(one.get("deleted_at")),
    )


def _is_facilitator(role: Any, at: datetime) -> bool:
    """Say whether somebody was one then; a role may be when they became one."""
    return role == "facilitator" or (isinstance(role, datetime) and role <= at)


def _members(person: int, role: Any) -> list[Member]:
    came = datetime(2026, 1, 1, tzinfo=UTC)
    if isinstance(role, datetime):
        return [
            Member(person=person, since=came, until=role),
            Member(person=person, since=role, facilitator=True),
        ]
    return [Member(person=person, since=came, facilitator=role == "facilitator")]


def _at(value: datetime | None) -> Any:
    return value and value.astimezone(UTC)
