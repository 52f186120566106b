"""What the site's admin puts into the service, and into the role, for each job."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from moodle_bridge.moodle import functions as named
from moodle_bridge.moodle.functions import OPTIONAL, PURPOSES_OF, Job, jobs_of

COLUMNS = ("function", "jobs", "purpose", "may be left out", "capabilities")

_READS_ANSWERS = ("mod/forum:viewdiscussion", "mod/forum:viewqandawithoutposting")
_SEES_PEOPLE = (
    "moodle/user:viewdetails",
    "moodle/course:useremail",
    "moodle/site:viewuseridentity",
)
_GROUPS = ("moodle/course:managegroups",)
_COHORTS = ("moodle/cohort:view",)
_MEMBERS = ("moodle/cohort:assign",)
_EVENTS = ("moodle/calendar:manageentries",)
_READS_WIKI, _WRITES_WIKI = ("mod/wiki:viewpage",), ("mod/wiki:editpage",)
_READS_DATA, _WRITES_DATA = ("mod/data:viewentry",), ("mod/data:writeentry",)

CAPABILITIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        named.FORUMS_BY_COURSES: ("mod/forum:viewdiscussion",),
        named.FORUM_DISCUSSIONS: _READS_ANSWERS,
        named.DISCUSSION_POSTS: _READS_ANSWERS,
        named.ADD_DISCUSSION: (
            "mod/forum:startdiscussion",
            "mod/forum:addnews (announcements)",
            "mod/forum:addquestion (Q&A)",
            "mod/forum:pindiscussions (to pin a report)",
        ),
        named.ADD_POST: (
            "mod/forum:replypost",
            "mod/forum:createattachment",
            "mod/forum:postwithoutthrottling",
        ),
        named.UPDATE_POST: ("mod/forum:editanypost (not for announcements)",),
        named.DELETE_POST: ("mod/forum:deleteownpost",),
        named.USERS_BY_FIELD: _SEES_PEOPLE,
        named.SEARCH_USERS: _SEES_PEOPLE,
        named.ENROLLED_USERS: (
            "moodle/course:viewparticipants",
            "moodle/course:enrolreview",
            *_SEES_PEOPLE,
            "moodle/site:accessallgroups",
        ),
        named.CREATE_USERS: ("moodle/user:create",),
        named.UPDATE_USERS: ("moodle/user:update", "moodle/user:viewalldetails"),
        named.SEARCH_COHORTS: _COHORTS,
        named.GET_COHORTS: _COHORTS,
        named.COHORT_MEMBERS: _COHORTS,
        named.CREATE_COHORTS: ("moodle/cohort:manage",),
        named.ADD_COHORT_MEMBERS: _MEMBERS,
        named.DELETE_COHORT_MEMBERS: _MEMBERS,
        named.COURSES_OF_USER: ("moodle/course:viewparticipants",),
        named.ENROL_USERS: (
            "enrol/manual:enrol",
            "moodle/role:assign, and leave to assign the role",
        ),
        named.UNENROL_USERS: ("enrol/manual:unenrol", "moodle/course:enrolreview"),
        named.COURSE_GROUPS: _GROUPS,
        named.CREATE_GROUPS: _GROUPS,
        named.GROUP_MEMBERS: _GROUPS,
        named.ADD_GROUP_MEMBERS: _GROUPS,
        named.DELETE_GROUP_MEMBERS: _GROUPS,
        named.GET_EVENTS: _EVENTS,
        named.CREATE_EVENTS: _EVENTS,
        named.DELETE_EVENTS: _EVENTS,
        named.SEND_MESSAGES: ("moodle/site:sendmessage",),
        named.COMPLETION_STATUS: ("report/progress:view",),
        named.WIKIS_BY_COURSES: _READS_WIKI,
        named.WIKI_PAGES: _READS_WIKI,
        named.WIKI_PAGE: _READS_WIKI,
        named.NEW_WIKI_PAGE: (*_WRITES_WIKI, "mod/wiki:createpage"),
        named.EDIT_WIKI_PAGE: _WRITES_WIKI,
        named.DATABASES_BY_COURSES: _READS_DATA,
        named.DATABASE_FIELDS: _READS_DATA,
        named.DATABASE_ENTRIES: _READS_DATA,
        named.ADD_ENTRY: _WRITES_DATA,
        named.UPDATE_ENTRY: _WRITES_DATA,
        named.FEEDBACKS_BY_COURSES: ("mod/feedback:view",),
        named.FEEDBACK_ITEMS: ("mod/feedback:view",),
        named.FEEDBACK_RESPONSES: ("mod/feedback:viewreports",),
    }
)
"""What the account's role needs for a function; the rest needs none of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRow:
    """A function of the service: who calls it, what for, what the role needs.

    `optional` functions may be left out, with what that costs told by `check`.
    """

    function: str
    jobs: tuple[str, ...]
    purpose: str
    optional: bool
    capabilities: tuple[str, ...]


def service_rows(jobs: Collection[Job]) -> Iterator[ServiceRow]:
    """Give the functions that these jobs call, each once."""
    wanted = dict.fromkeys(
        name for job in Job if job in jobs for name in PURPOSES_OF[job]
    )
    for function in wanted:
        callers = [job for job in jobs_of(function) if job in jobs]
        yield ServiceRow(
            function=function,
            jobs=tuple(map(str, callers)),
            purpose=PURPOSES_OF[callers[0]][function],
            optional=function in OPTIONAL,
            capabilities=CAPABILITIES.get(function, ()),
        )


def service_csv(jobs: Collection[Job]) -> str:
    """Return the rows as CSV with a header, without a line end at the end."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    for row in service_rows(jobs):
        lines.writerow(
            (
                row.function,
                "; ".join(row.jobs),
                row.purpose,
                "yes" if row.optional else "no",
                "; ".join(row.capabilities),
            )
        )
    return text.getvalue().rstrip("\n")
