"""The practice Moodle itself: a WSGI application that can be filled and acted in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.activity import Activity
from moodle_bridge.practice.application import respond
from moodle_bridge.practice.builder import Builder
from moodle_bridge.practice.calls import SiteSettings
from moodle_bridge.practice.desk import Desk
from moodle_bridge.practice.faults import Faults
from moodle_bridge.practice.functions import catalogue
from moodle_bridge.practice.records import (
    Discussion,
    Forum,
    Post,
    User,
)
from moodle_bridge.practice.state import PracticeState
from moodle_bridge.practice.texts import HTML

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


def _clock() -> int:
    return int(time.time())


class PracticeMoodle(Builder):
    """A Moodle for practice: a WSGI application, its state, its faults, its builder.

    Whatever is done here on behalf of a user goes through the same functions as
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
        super().__init__(state=state or PracticeState(), now=now)
        self.site = site or SiteSettings()
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
        # A new site has its front page as course 1, and a guest and an admin; of the
        # guest nothing is ever told.
        moodle.state.counters |= {"course": 1, "user": 1, "context": 9}
        moodle.add_user(
            "admin", "Admin", "User", "admin@moodle.example", systemrole="manager"
        )
        return moodle

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer one HTTP request (WSGI)."""
        return respond(self, environ, start_response)

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
