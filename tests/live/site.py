"""A site as the suite sees it, with what it made there, until that is gone again."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import SecretStr

from moodle_bridge.errors import Permanent
from moodle_bridge.model.forum import Course, Forum, ForumKind
from moodle_bridge.moodle import ItemOutcome, Moodle, NewUser, Outcome
from moodle_bridge.moodle.functions import (
    CAN_ADD_DISCUSSION,
    ENROLLED_USERS,
    FORUM_ACCESS,
    FORUMS_BY_COURSES,
)
from moodle_bridge.moodle.protocols import ProtocolName
from moodle_bridge.moodle.site import SiteInfo

T = TypeVar("T")

PREFIX = "mb-live-"
NOWHERE = "example.invalid"
"""A domain to which no mail can go (RFC 6761)."""

STUDENT = "student"

REFUSALS = frozenset(
    {
        "accessexception", "cannotcreatediscussion", "cannotpindiscussions", "disabled",
        "errorcannotlock", "nopermission",
        "nopermissions", "nopostforum", "noviewdiscussionspermission", "notesdisabled",
        "requireloginerror", "errorcoursecontextnotvalid", "wsnoinstance",
        "wsusercannotassign", "missingfunction", "notsent",
    }
)  # fmt: skip
"""Errorcodes by which a site says that the account may not, or not here."""


class NotHere(Exception):
    """The site has nothing on which this part of the contract could be tried."""


@dataclass(slots=True, kw_only=True)
class LiveSite:
    """One site over one protocol; what is made is taken away when `close` is called.

    `functions` are those of the token's service; `thrown_away` is true for a site that
    is gone afterwards with all that is on it.
    """

    moodle: Moodle
    info: SiteInfo
    course_name: str | None
    thrown_away: bool
    url: str
    protocol: ProtocolName
    _undo: ExitStack = field(default_factory=ExitStack)
    _found: dict[str, Any] = field(default_factory=dict)

    def close(self) -> None:
        """Take away what was made, the last first; every part is tried."""
        self._undo.close()

    def afterwards(self, undo: Callable[[], object]) -> None:
        """Have something done at the end, whatever happens."""
        self._undo.callback(undo)

    def removed_by(self, function: str, **arguments: object) -> None:
        """Have something removed at the end by a function of the site."""
        if not self.thrown_away:
            self.afterwards(lambda: self.moodle.client.write(function, arguments))

    def name(self) -> str:
        """Return a new name for something that is made."""
        return f"{PREFIX}{secrets.token_hex(4)}"

    def marker(self) -> str:
        """Return a new marker for a post."""
        return f"ref-{self.name()}"

    @property
    def course(self) -> Course:
        """The course to write in."""
        if self.course_name is None:
            raise NotHere("no course is named (MOODLE_COURSE)")
        found = self._once(
            "course", lambda: self.moodle.courses.by_shortname(self.course_name or "")
        )
        if found is None:
            raise NotHere(f"the account does not see a course {self.course_name}")
        return found

    @property
    def forum(self) -> Forum:
        """A forum of the course in which a discussion may be begun and deleted."""
        found = self._once("forum", self._forum)
        if found is None:
            raise NotHere("in no ordinary forum may the account begin and delete")
        return found

    @property
    def student_role(self) -> int:
        """The id of the role that participants have, as those have it who are there."""
        found = self._once("role", self._student_role)
        if found is None:
            raise NotHere(f"nobody in the course has the role {STUDENT!r}")
        return found

    def somebody(self) -> int:
        """Make an account and return its id; it gets no mail."""
        name = self.name()
        made = self.moodle.users.create([self.newcomer(name)])
        user_id = self.done(made[0]).remote_id
        assert user_id
        self.removed_by("core_user_delete_users", userids=[user_id])
        return user_id

    def newcomer(self, name: str, **more: Any) -> NewUser:
        """Return an account to be made, of a name from `name`."""
        given: Mapping[str, Any] = {
            "username": name,
            "first_name": "Aïssatou",
            "last_name": name,
            "email": f"{name}@{NOWHERE}",
            "email_password": False,
            # One that no policy for passwords refuses; nobody learns it.
            "password": SecretStr(f"aA1-{secrets.token_urlsafe(24)}"),
        }
        return NewUser(**{**given, **more})

    def done(self, outcome: ItemOutcome[T]) -> ItemOutcome[T]:
        """Return an outcome that is so; a refusal by rights is raised as one."""
        if outcome.outcome is Outcome.REFUSED:
            raise Permanent(outcome.what, code=outcome.code, advice=outcome.advice)
        assert outcome.is_so, outcome
        return outcome

    def lacking(self, functions: Iterable[str], removal: str) -> list[str]:
        """Return which of these functions the service lacks, with that to clean up."""
        wanted = [*functions]
        if removal and not self.thrown_away:
            wanted.append(removal)
        return [name for name in wanted if name not in self.info.functions]

    def _once(self, key: str, find: Callable[[], T]) -> T:
        if key not in self._found:
            self._found[key] = find()
        found: T = self._found[key]
        return found

    def _forum(self) -> Forum | None:
        needed = {FORUMS_BY_COURSES, CAN_ADD_DISCUSSION, FORUM_ACCESS}
        if not self.info.functions >= needed:
            raise NotHere("the service does not let the forums be seen")
        forums = self.moodle.forums.of_courses([self.course.id]).forums
        # One that was made for this comes before any other.
        ordinary = sorted(
            (one for one in forums if one.kind is ForumKind.GENERAL),
            key=lambda one: not one.name.startswith("mb-live"),
        )
        for forum in ordinary:
            if self.moodle.forums.may_add(forum.id).begin and self._deletes(forum):
                return forum
        return None

    def _deletes(self, forum: Forum) -> bool:
        access = self.moodle.forums.access(forum.id)
        return access.may("deleteownpost") or access.may("deleteanypost")

    def _student_role(self) -> int | None:
        rows = self.moodle.client.read(
            ENROLLED_USERS,
            {
                "courseid": self.course.id,
                "options": [{"name": "userfields", "value": "id,roles"}],
            },
        ).value
        for row in rows:
            for role in row.get("roles", ()):
                if role["shortname"] == STUDENT:
                    return int(role["roleid"])
        return None
