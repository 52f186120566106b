"""The rows beside courses and forums: cohorts, events, messages, notes.

As with the others, times are unix seconds and ids come from one counter a table.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Cohort:
    """One cohort of the site and the ids of its members."""

    id: int
    name: str
    idnumber: str
    description: str = ""
    descriptionformat: int = 1
    visible: bool = True
    members: list[int] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class CalendarEvent:
    """One event; `repeatid` is the id of the first of a series, 0 for a lone one."""

    id: int
    name: str
    description: str | None
    format: int
    eventtype: str
    timestart: int
    timeduration: int
    userid: int
    timemodified: int
    courseid: int = 0
    groupid: int = 0
    repeatid: int = 0
    visible: int = 1
    sequence: int = 1


@dataclass(slots=True, kw_only=True)
class Message:
    """One instant message between two users; `text` as it was sent."""

    id: int
    conversationid: int
    useridfrom: int
    useridto: int
    text: str
    textformat: int
    timecreated: int


@dataclass(slots=True, kw_only=True)
class Note:
    """One note about a user; `publishstate` is `personal`, `course` or `site`."""

    id: int
    userid: int
    courseid: int
    author: int
    content: str
    format: int
    publishstate: str
    timecreated: int


@dataclass(slots=True, kw_only=True)
class RoleAssignment:
    """A role in a course that came without an enrolment."""

    id: int
    userid: int
    courseid: int
    role: str


@dataclass(slots=True, kw_only=True)
class Completion:
    """One user's progress in one activity: 0 incomplete, 1 complete, 2 passed."""

    id: int
    cmid: int
    userid: int
    state: int
    timecompleted: int
