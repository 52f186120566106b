"""Fills a practice Moodle with courses, forums, people and tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from moodle_bridge.practice.activity_builder import ActivityBuilder
from moodle_bridge.practice.enrolling import COHORT, enrol
from moodle_bridge.practice.records import (
    Course,
    Enrolment,
    Forum,
    Group,
    Token,
    User,
)
from moodle_bridge.practice.rights import ROLE_IDS

if TYPE_CHECKING:
    from moodle_bridge.practice.site_records import Cohort
    from moodle_bridge.practice.state import PracticeState

FORUM_KINDS = ("general", "news", "qanda", "blog", "eachuser", "single")


class Builder(ActivityBuilder):
    """Adds rows to a state; what an admin does, with no rights asked."""

    def __init__(self, *, state: PracticeState, now: Callable[[], int]) -> None:
        self.state = state
        self.now = now

    def add_course(
        self,
        fullname: str,
        *,
        shortname: str = "",
        idnumber: str = "",
        summary: str = "",
        lang: str = "",
    ) -> Course:
        """Add a course."""
        state = self.state
        with state.lock:
            number = state.next_id("course")
            course = Course(
                id=number,
                contextid=state.next_id("context"),
                shortname=shortname or f"C{number}",
                fullname=fullname,
                idnumber=idnumber,
                summary=summary,
                lang=lang,
                startdate=self.now(),
                timecreated=self.now(),
            )
            state.courses[number] = course
            state.writes += 1
        return course

    def add_forum(
        self,
        course: Course,
        name: str,
        kind: str = "general",
        *,
        group_mode: int = 0,
        intro: str = "",
        maxbytes: int = 5_000_000,
        maxattachments: int = 5,
    ) -> Forum:
        """Add a forum; `group_mode` is 0 none, 1 separate, 2 visible groups."""
        if kind not in FORUM_KINDS:
            msg = f"no such kind of forum: {kind}"
            raise ValueError(msg)
        state = self.state
        with state.lock:
            forum = Forum(
                id=state.next_id("forum"),
                cmid=state.next_id("cm"),
                contextid=state.next_id("context"),
                courseid=course.id,
                type=kind,
                name=name,
                intro=intro,
                groupmode=group_mode,
                maxbytes=maxbytes,
                maxattachments=maxattachments,
                timemodified=self.now(),
            )
            state.forums[forum.id] = forum
            state.writes += 1
        return forum

    def add_user(
        self,
        username: str,
        firstname: str,
        lastname: str,
        email: str,
        *,
        lang: str = "en",
        timezone: str = "99",
        country: str = "",
        city: str = "",
        idnumber: str = "",
        systemrole: str = "",
        password: str = "",
        customfields: Mapping[str, str] | None = None,
    ) -> User:
        """Add an account; `systemrole` is held over the whole site (`manager`)."""
        state = self.state
        with state.lock:
            user = User(
                id=state.next_id("user"),
                contextid=state.next_id("context"),
                username=username,
                firstname=firstname,
                lastname=lastname,
                email=email,
                lang=lang,
                timezone=timezone,
                country=country,
                city=city,
                idnumber=idnumber,
                systemrole=systemrole,
                password=password,
                customfields=dict(customfields or {}),
            )
            state.users[user.id] = user
            state.writes += 1
        return user

    def enrol(self, user: User, course: Course, role: str = "student") -> Enrolment:
        """Enrol a user; a second role is added to the first."""
        if role not in ROLE_IDS:
            msg = f"no such role: {role}"
            raise ValueError(msg)
        state = self.state
        with state.lock:
            enrolment = enrol(state, user.id, course.id, role)
            state.writes += 1
        return enrolment

    def sync_cohort(self, cohort: Cohort, course: Course) -> None:
        """Switch cohort sync on: members are students, and only while they are in."""
        state = self.state
        with state.lock:
            course.synced.append(cohort.id)
            if COHORT not in course.methods:
                course.methods.append(COHORT)
            for userid in cohort.members:
                enrol(state, userid, course.id, "student", method=COHORT)
            state.writes += 1

    def add_group(
        self, course: Course, name: str, *members: User, idnumber: str = ""
    ) -> Group:
        """Add a group with members."""
        state = self.state
        with state.lock:
            group = Group(
                id=state.next_id("group"),
                courseid=course.id,
                name=name,
                idnumber=idnumber,
                members=[user.id for user in members],
            )
            state.groups[group.id] = group
            state.writes += 1
        return group

    def token_for(
        self,
        user: User,
        functions: Iterable[str] | None = None,
        *,
        uploadfiles: bool = True,
        downloadfiles: bool = True,
    ) -> str:
        """Return a new token; `functions` is what its service contains, None all."""
        state = self.state
        with state.lock:
            # Derived, so that a site built twice has the same tokens.
            text = f"token {user.id} {state.next_id('token')}"
            token = hashlib.sha256(text.encode()).hexdigest()[:32]
            state.tokens[token] = Token(
                token=token,
                userid=user.id,
                functions=None if functions is None else sorted(functions),
                uploadfiles=uploadfiles,
                downloadfiles=downloadfiles,
            )
            state.writes += 1
        return token
