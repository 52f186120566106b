"""The rows of activities that are no forums: wikis, databases, feedbacks.

As with the others, times are unix seconds and ids come from one counter a table.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Wiki:
    """One wiki; `wikimode` is `collaborative` or `individual`."""

    id: int
    cmid: int
    contextid: int
    courseid: int
    name: str
    intro: str = ""
    groupmode: int = 0
    firstpagetitle: str = "Start"
    wikimode: str = "collaborative"
    timemodified: int = 0


@dataclass(slots=True, kw_only=True)
class Subwiki:
    """The wiki of one group or user; both are 0 in a wiki that all share."""

    id: int
    wikiid: int
    groupid: int
    userid: int


@dataclass(slots=True, kw_only=True)
class WikiPage:
    """One page; `versions` holds every text it has had, the newest last.

    `lockedby` edits it until `lockeduntil`; others may not save it then.
    """

    id: int
    subwikiid: int
    title: str
    userid: int
    timecreated: int
    timemodified: int
    versions: list[str] = field(default_factory=list)
    lockedby: int = 0
    lockeduntil: int = 0


@dataclass(slots=True, kw_only=True)
class Database:
    """One database activity."""

    id: int
    cmid: int
    contextid: int
    courseid: int
    name: str
    intro: str = ""
    groupmode: int = 0
    timemodified: int = 0


@dataclass(slots=True, kw_only=True)
class DataField:
    """One field of a database activity."""

    id: int
    dataid: int
    type: str
    name: str
    description: str = ""
    required: bool = False


@dataclass(slots=True, kw_only=True)
class DataContent:
    """What one entry holds in one field."""

    id: int
    recordid: int
    fieldid: int
    content: str | None


@dataclass(slots=True, kw_only=True)
class DataEntry:
    """One entry of a database activity."""

    id: int
    dataid: int
    userid: int
    timecreated: int
    timemodified: int
    groupid: int = 0


@dataclass(slots=True, kw_only=True)
class Feedback:
    """One feedback activity: a form that participants fill in."""

    id: int
    cmid: int
    contextid: int
    courseid: int
    name: str
    intro: str = ""
    groupmode: int = 0
    anonymous: bool = False
    multiple_submit: bool = False
    page_after_submit: str = "Thank you."
    timemodified: int = 0


@dataclass(slots=True, kw_only=True)
class FeedbackItem:
    """One question; `presentation` is Moodle's own way of writing its choices."""

    id: int
    feedbackid: int
    typ: str
    name: str
    label: str
    presentation: str
    position: int
    required: bool = False
    options: str = ""


@dataclass(slots=True, kw_only=True)
class FeedbackAttempt:
    """One user's answers by item id (as text, since JSON has no other keys).

    `page` is where the user goes on; None when all is answered and sent.
    """

    id: int
    feedbackid: int
    userid: int
    timemodified: int
    page: int | None = 0
    values: dict[str, str] = field(default_factory=dict)
