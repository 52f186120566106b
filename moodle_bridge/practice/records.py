"""The rows of the practice Moodle.

They are mutable because they are the database; answers are shaped from them and
never hold them. Times are unix seconds, ids come from one counter a table.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class User:
    """One account; `systemrole` is a role held over the whole site, if any.

    `profile` holds the fields that nothing here reads, `blocked` whose messages the
    user does not take.
    """

    id: int
    contextid: int
    username: str
    firstname: str
    lastname: str
    email: str
    idnumber: str = ""
    lang: str = "en"
    timezone: str = "99"
    country: str = ""
    city: str = ""
    auth: str = "manual"
    suspended: bool = False
    confirmed: bool = True
    deleted: bool = False
    systemrole: str = ""
    customfields: dict[str, str] = field(default_factory=dict)
    password: str = ""
    profile: dict[str, str] = field(default_factory=dict)
    blocked: list[int] = field(default_factory=list)

    @property
    def fullname(self) -> str:
        """Return the name as the site shows it."""
        return f"{self.firstname} {self.lastname}".strip()


@dataclass(slots=True, kw_only=True)
class Course:
    """One course.

    `methods` are its enrolment methods; members of `synced` cohorts are students for
    as long as they are in the cohort.
    """

    id: int
    contextid: int
    shortname: str
    fullname: str
    idnumber: str = ""
    summary: str = ""
    lang: str = ""
    startdate: int = 0
    timecreated: int = 0
    visible: bool = True
    methods: list[str] = field(default_factory=lambda: ["manual"])
    synced: list[int] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Group:
    """One group of a course and the ids of its members."""

    id: int
    courseid: int
    name: str
    idnumber: str = ""
    description: str = ""
    descriptionformat: int = 1
    enrolmentkey: str | None = None
    members: list[int] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Enrolment:
    """One user's place in one course; `roles` are role short names.

    `methods` says by which ways the user is in: `manual`, `cohort`.
    """

    userid: int
    courseid: int
    roles: list[str]
    suspended: bool = False
    timestart: int = 0
    timeend: int = 0
    methods: list[str] = field(default_factory=lambda: ["manual"])

    def active(self, now: int) -> bool:
        """Tell whether the enrolment counts at this time."""
        return (
            not self.suspended
            and self.timestart <= now
            and (self.timeend == 0 or self.timeend > now)
        )


@dataclass(slots=True, kw_only=True)
class Forum:
    """One forum; `groupmode` is 0 none, 1 separate, 2 visible.

    `forcesubscribe` is 0 by choice, 1 everybody, 2 everybody at first, 3 nobody.
    """

    id: int
    cmid: int
    contextid: int
    courseid: int
    type: str
    name: str
    intro: str = ""
    groupmode: int = 0
    maxbytes: int = 5_000_000
    maxattachments: int = 5
    cutoffdate: int = 0
    timemodified: int = 0
    forcesubscribe: int = 0


@dataclass(slots=True, kw_only=True)
class Discussion:
    """One discussion; `groupid` -1 means all participants."""

    id: int
    forumid: int
    firstpost: int
    name: str
    userid: int
    usermodified: int
    timemodified: int
    groupid: int = -1
    timestart: int = 0
    timeend: int = 0
    timelocked: int = 0
    pinned: bool = False


@dataclass(slots=True, kw_only=True)
class Post:
    """One post: `message` as it was sent, `shown` as it is read (cleaned HTML)."""

    id: int
    discussionid: int
    parent: int
    userid: int
    created: int
    modified: int
    subject: str
    message: str
    messageformat: int
    shown: str
    privatereplyto: int = 0
    deleted: bool = False


@dataclass(slots=True, kw_only=True)
class StoredFile:
    """One file in one area: (context, component, area, item) and path and name."""

    contextid: int
    component: str
    filearea: str
    itemid: int
    filename: str
    content: bytes
    userid: int
    filepath: str = "/"
    author: str = ""
    license: str = "unknown"
    timecreated: int = 0
    timemodified: int = 0


@dataclass(slots=True, kw_only=True)
class Token:
    """One key to the web services.

    `functions` is what its service contains; None stands for every function there
    is. A service without `uploadfiles` or `downloadfiles` refuses files.
    """

    token: str
    userid: int
    functions: list[str] | None = None
    uploadfiles: bool = True
    downloadfiles: bool = True
