"""The practice Moodle itself, and the builder that fills it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.activity import Activity
from moodle_bridge.practice.application import respond
from moodle_bridge.practice.calls import SiteSettings
from moodle_bridge.practice.desk import Desk
from moodle_bridge.practice.faults import Faults
from moodle_bridge.practice.functions import catalogue
from moodle_bridge.practice.records import (
    Course,
    Discussion,
    Enrolment,
    Forum,
    Group,
    Post,
    Token,
    User,
)
from moodle_bridge.practice.rights import ROLE_IDS
from moodle_bridge.practice.state import PracticeState
from moodle_bridge.practice.texts import HTML

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

FORUM_KINDS = ("general", "news", "qanda", "blog", "eachuser", "single")


def _clock() -> int:
    return int(time.time())


class PracticeMoodle:
    """A Moodle for practice: a WSGI application, its state, its faults, its builder.

    Whatever the builder does on behalf of a user goes through the same functions as
    the web services, so that a user can do no more here than there; what a user may
    not do raises `Refusal`.
    """

    def __init__(
        self,
        *,
        site: SiteSettings | None = None,
        state: PracticeState | None = None,
        now: Callable[[], int] = _clock,
        mount: str = "",
        control: bool = False,
        pages: bool = True,
        seed: int = 0,
    ) -> None:
        """Make a practice Moodle.

        `now` gives unix seconds; `mount` is a path such as `/moodle` when the site
        does not lie at the root; `control` opens `/practice/...`; `seed` is for
        the faults.
        """
        self.site = site or SiteSettings()
        self.state = state or PracticeState()
        self.now = now
        self.mount = mount.rstrip("/")
        self.control = control
        self.pages = pages
        self.faults = Faults(seed=seed)
        self.activity = Activity()
        self.functions = catalogue()

    @classmethod
    def empty(
        cls,
        *,
        site: SiteSettings | None = None,
        now: Callable[[], int] = _clock,
        mount: str = "",
        control: bool = False,
        pages: bool = True,
        seed: int = 0,
    ) -> PracticeMoodle:
        """Return a site as it is after installing: no courses, no users to speak of."""
        moodle = cls(
            site=site, now=now, mount=mount, control=control, pages=pages, seed=seed
        )
        # A new site has its front page as course 1, and a guest and an admin.
        moodle.state.counters |= {"course": 1, "user": 2, "context": 10}
        return moodle

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer one HTTP request (WSGI)."""
        return respond(self, environ, start_response)

    # -- building ---------------------------------------------------------------

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
            enrolment = state.enrolments.setdefault(
                (user.id, course.id),
                Enrolment(userid=user.id, courseid=course.id, roles=[]),
            )
            if role not in enrolment.roles:
                enrolment.roles.append(role)
            state.writes += 1
        return enrolment

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

    # -- acting as a user -------------------------------------------------------

    def call(self, user: User, function: str, **arguments: object) -> Any:
        """Call a web service function as a user, without HTTP and without a token."""
        return self.desk("http://127.0.0.1").act(user, function, arguments)

    def desk(self, root: str) -> Desk:
        """Return the site as seen from a root URL; a site with its own keeps it."""
        return Desk(
            state=self.state,
            functions=self.functions,
            site=self.site,
            now=self.now,
            url=self.site.url or root,
        )

    def post(
        self, user: User, forum: Forum, subject: str, message: str, *, groupid: int = 0
    ) -> Discussion:
        """Start a discussion as a user; 0 is the group the forum shows them."""
        answer = self.call(
            user,
            "mod_forum_add_discussion",
            forumid=forum.id,
            subject=subject,
            message=message,
            groupid=groupid,
        )
        return self.state.discussions[answer["discussionid"]]

    def reply(
        self,
        user: User,
        to: Post | Discussion,
        message: str,
        *,
        subject: str = "",
        messageformat: int = HTML,
        private: bool = False,
    ) -> Post:
        """Reply as a user to a post, or to a discussion's first post."""
        first = to.firstpost if isinstance(to, Discussion) else to.id
        parent = self.state.posts[first]
        plain = parent.subject
        answer = self.call(
            user,
            "mod_forum_add_discussion_post",
            postid=parent.id,
            subject=subject or (plain if plain.startswith("Re:") else f"Re: {plain}"),
            message=message,
            messageformat=messageformat,
            options=[{"name": "private", "value": 1}] if private else [],
        )
        return self.state.posts[answer["postid"]]

    def edit(
        self,
        user: User,
        post: Post,
        message: str = "",
        *,
        subject: str = "",
        messageformat: int = HTML,
    ) -> None:
        """Edit a post as a user; what is left empty stays as it was."""
        self.call(
            user,
            "mod_forum_update_discussion_post",
            postid=post.id,
            subject=subject,
            message=message,
            messageformat=messageformat,
        )

    def delete(self, user: User, post: Post) -> None:
        """Delete a post as a user."""
        self.call(user, "mod_forum_delete_post", postid=post.id)

    def schedule(
        self, discussion: Discussion, *, timestart: int = 0, timeend: int = 0
    ) -> None:
        """Set when a discussion is to be seen, which no web service can do."""
        with self.state.lock:
            discussion.timestart, discussion.timeend = timestart, timeend
            self.state.writes += 1
