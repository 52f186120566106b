"""The stage of the demo: a practice Moodle with a course, and a practice post office."""

from __future__ import annotations

import base64
import smtplib
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

from moodle_bridge.practice import PracticeMoodle, SiteSettings, running
from moodle_bridge.practice.post_office import PostOffice
from sync.demo.people import EVERYBODY, FACILITATORS, PARTICIPANTS, STRANGER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from moodle_bridge.practice.records import Course, Discussion, Forum, Post, User
    from sync.demo.clock import DayClock
    from sync.demo.people import Character

LIST = "sm25@lists.example"
INTRODUCTIONS = "introductions@lists.example"
BRIDGE = "bridge@lists.example"
_SEPARATE_GROUPS = 1
# Python folds long identifiers into encoded words, which no reader understands.
_POLICY = SMTP.clone(max_line_length=998)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """All that the day is played on; `url` and the port of `office` are open."""

    moodle: PracticeMoodle
    office: PostOffice
    clock: DayClock
    url: str
    token: str
    course: Course
    questions: Forum
    group_work: Forum
    introductions: Forum
    users: Mapping[str, User]

    def post(
        self,
        author: Character,
        forum: Forum,
        subject: str,
        text: str,
        *,
        attached: tuple[str, bytes] | None = None,
    ) -> Post:
        """Begin a discussion in Moodle; return its first post."""
        user = self.users[author.key]
        if attached is None:
            discussion = self.moodle.post(user, forum, subject, _html(text))
            return self._first(discussion)
        name, content = attached
        draft = self.moodle.call(
            user,
            "core_files_upload",
            contextid=user.contextid,
            component="user",
            filearea="draft",
            itemid=0,
            filepath="/",
            filename=name,
            filecontent=base64.b64encode(content).decode(),
        )
        begun = self.moodle.call(
            user,
            "mod_forum_add_discussion",
            forumid=forum.id,
            subject=subject,
            message=_html(text),
            options=[{"name": "attachmentsid", "value": draft["itemid"]}],
        )
        return self._first(self.moodle.state.discussions[begun["discussionid"]])

    def reply(
        self, author: Character, to: Post, text: str, *, private: bool = False
    ) -> Post:
        """Reply in Moodle."""
        user = self.users[author.key]
        return self.moodle.reply(user, to, _html(text), private=private)

    def edit(self, author: Character, post: Post, text: str) -> None:
        """Edit a post in Moodle."""
        self.moodle.edit(self.users[author.key], post, _html(text))

    def delete(self, author: Character, post: Post) -> None:
        """Delete a post in Moodle."""
        self.moodle.delete(self.users[author.key], post)

    def send(self, mail: EmailMessage, sender: str, *recipients: str) -> None:
        """Hand a mail to the post office by SMTP, as a mail program does."""
        with smtplib.SMTP(self.office.host, self.office.port, timeout=10) as line:
            line.sendmail(sender, recipients, mail.as_bytes(policy=_POLICY))

    def take_off_list(self, *people: Character) -> None:
        """Let the list mail to everybody but these, as its owner would set it."""
        _make_list(self.office, *(one for one in EVERYBODY if one not in people))

    def _first(self, discussion: Discussion) -> Post:
        return self.moodle.state.posts[discussion.firstpost]


@contextmanager
def set_up(mail: Path, clock: DayClock, *, port: int) -> Iterator[Stage]:
    """Build the course, open Moodle and post office, and close them at the end.

    `mail` is the folder for the mailboxes, `port` that of Moodle, 0 a free one.
    Raises OSError when the port is taken.
    """
    moodle = PracticeMoodle.empty(
        site=SiteSettings(name="Practice Moodle of the demo"),
        now=clock.unix,
        mount="/moodle",
    )
    course = moodle.add_course("Social media for networks", shortname="SM25")
    users = {person.key: _user(moodle, person) for person in EVERYBODY}
    bridge = moodle.add_user("bridge", "Course", "Bridge", BRIDGE, systemrole="manager")
    for user in (bridge, *(users[one.key] for one in FACILITATORS)):
        moodle.enrol(user, course, "editingteacher")
    for person in PARTICIPANTS:
        moodle.enrol(users[person.key], course)
    for country in dict.fromkeys(person.country for person in PARTICIPANTS):
        here = [users[one.key] for one in PARTICIPANTS if one.country == country]
        moodle.add_group(course, country, *here)
    questions = moodle.add_forum(course, "Open questions")
    group_work = moodle.add_forum(course, "Group work", group_mode=_SEPARATE_GROUPS)
    introductions = moodle.add_forum(course, "Who are you?", "qanda")
    office = _office(mail, clock)
    with running(moodle, port=port) as url, office:
        yield Stage(
            moodle=moodle,
            office=office,
            clock=clock,
            url=url,
            token=moodle.token_for(bridge),
            course=course,
            questions=questions,
            group_work=group_work,
            introductions=introductions,
            users=users,
        )


def _user(moodle: PracticeMoodle, person: Character) -> User:
    return moodle.add_user(
        person.key,
        person.firstname,
        person.lastname,
        person.address,
        lang=person.language,
        timezone=person.timezone,
    )


def _office(mail: Path, clock: DayClock) -> PostOffice:
    people = (*EVERYBODY, STRANGER)
    domains = dict.fromkeys(["lists.example", *(one.domain for one in people)])
    office = PostOffice(mail, domains, clock=clock)
    for address in (BRIDGE, INTRODUCTIONS, *(person.address for person in people)):
        office.add_mailbox(address)
    _make_list(office, *EVERYBODY)
    return office


def _make_list(office: PostOffice, *members: Character) -> None:
    office.add_list(
        LIST,
        [BRIDGE, *(person.address for person in members)],
        name="SM25",
        bounces_to="list",
    )


def _html(text: str) -> str:
    return "".join(f"<p>{part}</p>" for part in text.split("\n\n"))
