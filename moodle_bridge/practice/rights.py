"""Who may do what: Moodle's roles with the capabilities they have out of the box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moodle_bridge.practice.calls import Call
    from moodle_bridge.practice.records import User
    from moodle_bridge.practice.state import PracticeState

ROLE_IDS: Mapping[str, int] = {
    "manager": 1,
    "coursecreator": 2,
    "editingteacher": 3,
    "teacher": 4,
    "student": 5,
    "guest": 6,
    "user": 7,
}

ROLE_NAMES: Mapping[int, str] = {number: name for name, number in ROLE_IDS.items()}

SYSTEM_CONTEXT = 1
"""The context of the whole site."""

FORUM_CAPABILITIES = (
    "addinstance", "viewdiscussion", "viewhiddentimedposts", "startdiscussion",
    "replypost", "addnews", "replynews", "viewrating", "viewanyrating",
    "viewallratings", "rate", "postprivatereply", "readprivatereplies",
    "createattachment", "deleteownpost", "deleteanypost", "splitdiscussions",
    "movediscussions", "pindiscussions", "editanypost", "viewqandawithoutposting",
    "viewsubscribers", "managesubscriptions", "postwithoutthrottling",
    "exportdiscussion", "exportforum", "exportpost", "exportownpost", "addquestion",
    "allowforcesubscribe", "canposttomygroups", "canoverridediscussionlock",
    "canoverridecutoff", "cantogglefavourite", "grade", "canmailnow",
)  # fmt: skip
"""The forum capabilities in the order in which the access information names them."""

_STUDENT_FORUM = (
    "viewdiscussion", "startdiscussion", "replypost", "viewrating", "createattachment",
    "deleteownpost", "exportownpost", "allowforcesubscribe", "cantogglefavourite",
    "canmailnow",
)  # fmt: skip

_STUDENT = frozenset(
    [f"mod/forum:{name}" for name in _STUDENT_FORUM]
    + [
        "moodle/user:viewdetails",
        "moodle/course:viewparticipants",
        "mod/wiki:createpage",
        "mod/wiki:editpage",
        "mod/data:writeentry",
        "mod/feedback:complete",
    ]
)

_TEACHER = (
    frozenset(f"mod/forum:{name}" for name in FORUM_CAPABILITIES)
    - {"mod/forum:addinstance"}
) | {
    "moodle/user:viewdetails",
    "moodle/user:viewhiddendetails",
    "moodle/course:viewparticipants",
    "moodle/course:viewhiddenuserfields",
    "moodle/course:useremail",
    "moodle/course:enrolreview",
    "moodle/site:accessallgroups",
    "moodle/site:viewfullnames",
    "moodle/site:viewuseridentity",
    "moodle/site:messageanyuser",
    "moodle/calendar:manageentries",
    "moodle/notes:manage",
    "report/progress:view",
    "mod/wiki:createpage",
    "mod/wiki:editpage",
    "mod/data:writeentry",
    "mod/data:manageentries",
    "mod/feedback:viewreports",
}

_EDITING_TEACHER = _TEACHER | {
    "mod/forum:addinstance",
    "moodle/course:update",
    "moodle/course:manageactivities",
    "moodle/course:managegroups",
    "moodle/role:assign",
    "enrol/manual:enrol",
    "enrol/manual:unenrol",
    "mod/feedback:edititems",
}

_MANAGER = _EDITING_TEACHER | {
    "moodle/course:view",
    "moodle/course:viewhiddencourses",
    "moodle/user:create",
    "moodle/user:update",
    "moodle/user:delete",
    "moodle/user:viewalldetails",
    "moodle/cohort:view",
    "moodle/cohort:manage",
    "moodle/cohort:assign",
    "moodle/site:deleteanymessage",
}

CAPABILITIES: Mapping[str, frozenset[str]] = {
    "student": _STUDENT,
    "teacher": _TEACHER,
    "editingteacher": _EDITING_TEACHER,
    "manager": _MANAGER,
}


ASSIGNABLE: Mapping[str, tuple[str, ...]] = {
    "manager": ("manager", "coursecreator", "editingteacher", "teacher", "student"),
    "editingteacher": ("teacher", "student"),
}
"""The roles that the holder of a role may give to others in a course."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """One user in one course: what they may do and which groups they are in."""

    userid: int
    capabilities: frozenset[str]
    groups: frozenset[int]
    enrolled: bool

    def can(self, capability: str) -> bool:
        """Tell whether the user has a capability in this course."""
        return capability in self.capabilities

    def can_forum(self, name: str) -> bool:
        """Tell whether the user has a capability of the forum module."""
        return f"mod/forum:{name}" in self.capabilities

    @property
    def may_enter(self) -> bool:
        """Tell whether the course opens for the user at all."""
        return self.enrolled or self.can("moodle/course:view")


def site_capabilities(user: User) -> frozenset[str]:
    """Return what a user may do over the whole site."""
    return CAPABILITIES.get(user.systemrole, frozenset())


def may_give(call: Call, courseid: int, roleid: int) -> bool:
    """Tell whether the caller may give others a role in a course, or 0 on the site."""
    held = [call.user.systemrole]
    if courseid:
        held += roles_in(call.state, call.user.id, courseid)
    return any(ROLE_NAMES.get(roleid) in ASSIGNABLE.get(role, ()) for role in held)


def roles_in(state: PracticeState, userid: int, courseid: int) -> list[str]:
    """Return the roles a user holds in a course, enrolled or not."""
    enrolment = state.enrolments.get((userid, courseid))
    roles = list(enrolment.roles) if enrolment else []
    for row in state.role_assignments.values():
        if (row.userid, row.courseid) == (userid, courseid) and row.role not in roles:
            roles.append(row.role)
    return roles


def viewer(state: PracticeState, user: User, courseid: int, now: int) -> Viewer:
    """Return a user's rights in a course; a suspended enrolment opens nothing."""
    capabilities = site_capabilities(user)
    enrolment = state.enrolments.get((user.id, courseid))
    for role in roles_in(state, user.id, courseid):
        capabilities |= CAPABILITIES.get(role, frozenset())
    return Viewer(
        userid=user.id,
        capabilities=capabilities,
        groups=frozenset(
            group.id
            for group in state.groups.values()
            if group.courseid == courseid and user.id in group.members
        ),
        enrolled=enrolment is not None and enrolment.active(now),
    )
