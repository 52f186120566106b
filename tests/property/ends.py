"""What both ends must hold when all is said, sent and carried."""

from __future__ import annotations

import email
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.message import EmailMessage

from moodle_bridge.practice.records import Post, User
from tests.trial.course import STRANGER, Course, Written


@dataclass(slots=True, kw_only=True)
class Told:
    """A post that somebody wrote in Moodle.

    `texts` are its words with the times from which they stood there; `gone_at` is
    when it was deleted. `shown_from` is when it may go out, after every hold.
    """

    post: Post
    discussion: int
    author: User
    texts: list[tuple[datetime, str]]
    shown_from: datetime
    group: bool = False
    private: bool = False
    gone_at: datetime | None = None

    def may_say(self) -> set[str]:
        """Return the words of which a mail may be made: those that stood when due."""
        ends = [moment for moment, _ in self.texts[1:]]
        last = len(self.texts) - 1
        return {
            word
            for at, (_, word) in enumerate(self.texts)
            if at == last or ends[at] > self.shown_from
        }


@dataclass(slots=True, kw_only=True)
class World:
    """All that was written, and where each mail's posts were ever seen."""

    course: Course
    told: dict[int, Told] = field(default_factory=dict)
    mails: list[Written] = field(default_factory=list)
    ever: dict[int, str] = field(default_factory=dict)
    never: list[str] = field(default_factory=list)
    strangers: int = 0
    disturbed: set[int] = field(default_factory=set)
    ended: set[int] = field(default_factory=set)

    def look(self) -> None:
        """Remember which posts of the bridge stand in the forum now."""
        for post in self.course.posts_by_bridge():
            self.ever[post.id] = post.shown

    def living(self, mail: Written) -> list[Post]:
        posts = self.course.posts_by_bridge()
        return [post for post in posts if mail.word in post.shown]

    def was_posted(self, mail: Written) -> bool:
        return any(mail.word in shown for shown in self.ever.values())


def disagreements(world: World) -> list[str]:
    """Return in words where the ends do not agree; empty when all is well."""
    world.look()
    return [
        *_about_mails(world),
        *(line for one in world.course.readers for line in _about_reader(world, one)),
        *_about_what_stays(world),
        *_about_the_ledger(world),
    ]


def _about_mails(world: World) -> list[str]:
    found = []
    by_message_id = {world.course.message_id(number): number for number in world.told}
    held = {row[0] for row in world.course.ledger(_HELD)}
    for mail in world.mails:
        posts = world.living(mail)
        if len(posts) > 1:
            found.append(f"mail {mail.word} stands {len(posts)} times in the forum")
        if not world.was_posted(mail) and mail.message_id not in held:
            found.append(f"mail {mail.word} never became a post")
        if not world.was_posted(mail) and not world.ended:
            found.append(f"mail {mail.word} is held, and no discussion is gone")
        for post in posts:
            if mail.answers is None:
                wanted = {0}
            elif mail.answers in by_message_id:
                wanted = {by_message_id[mail.answers]}
            else:
                above = [one for one in world.mails if one.message_id == mail.answers]
                wanted = {living.id for one in above for living in world.living(one)}
            disturbed = post.discussionid in world.disturbed or world.ended
            if not disturbed and post.parent not in wanted:
                found.append(f"mail {mail.word} is under {post.parent}, not {wanted}")
    return found


_HELD = "select message_id from inbound where state = 'held'"


def _about_reader(world: World, reader: User) -> list[str]:
    course, found = world.course, []
    mails = [_read(raw) for raw in course.office.mails(reader.email)]
    got = Counter(str(mail["Message-ID"]) for mail in mails)
    for message_id, number in got.items():
        if number > 1:
            found.append(f"{message_id} is {number} times at {reader.username}")
    texts = {str(mail["Message-ID"]): _text(mail) for mail in mails}
    for told in world.told.values():
        message_id = course.message_id(told.post)
        if not _may_read(world, told, reader) or (
            told.gone_at is not None and told.gone_at < told.shown_from
        ):
            if message_id in got:
                found.append(f"{told.texts[0][1]} reached {reader.username}")
            continue
        if message_id not in got:
            if told.gone_at is None:
                found.append(f"{told.texts[0][1]} is not at {reader.username}")
            continue
        if not any(word in texts[message_id] for word in told.may_say()):
            found.append(f"{told.texts} is not what {reader.username} reads")
    for mail in world.mails:
        wanted = _mail_is_for(world, mail, reader)
        if wanted is not None and wanted != (mail.message_id in got):
            found.append(
                f"mail {mail.word} is {'not ' if wanted else ''}at {reader.username}"
            )
    known = {course.message_id(told.post) for told in world.told.values()}
    known |= {mail.message_id for mail in world.mails}
    found += [f"{one} at {reader.username}" for one in got.keys() - known]
    for told in world.told.values():
        words = [word for _, word in told.texts if word not in told.may_say()]
        words += [word for _, word in told.texts] if told.private else []
        found += [
            f"{word} reached {reader.username}"
            for word in words
            if any(word in text for text in texts.values())
        ]
    return found


def _may_read(world: World, told: Told, reader: User) -> bool:
    if told.private:
        return False
    if not told.group:
        return True
    course = world.course
    return course.kind == "direct" and (
        reader is course.facilitator or reader.id in course.group.members
    )


def _mail_is_for(world: World, mail: Written, reader: User) -> bool | None:
    """Say whether a mail is to be at a reader; None where both are right."""
    course = world.course
    if mail.by_list:
        return True
    if course.kind == "direct" and mail.author is reader:
        return False
    posts = world.living(mail)
    if not posts:
        return None
    discussion = course.moodle.state.discussions[posts[0].discussionid]
    if discussion.groupid == course.group.id:
        if course.kind == "remote":
            return False
        return reader is course.facilitator or reader.id in course.group.members
    return True


def _about_what_stays(world: World) -> list[str]:
    found = []
    shown = [post.shown for post in world.course.moodle.state.posts.values()]
    for word in world.never:
        if any(word in text for text in shown):
            found.append(f"{word} came into the forum")
    notices = len(world.course.office.mails(STRANGER))
    if notices > world.strangers or (world.strangers and not notices):
        found.append(f"{notices} notices for {world.strangers} mails of a stranger")
    return found


def _about_the_ledger(world: World) -> list[str]:
    rows = world.course.ledger(
        "select state, kind, reason from intent"
        " where state in ('planned', 'sending', 'held')"
    )
    found = [f"an intent is left: {row}" for row in rows]
    waiting = world.course.ledger(
        "select state, subject from inbound where state in ('new', 'accepted')"
    )
    return found + [f"a mail is left: {row}" for row in waiting]


def _read(raw: bytes) -> EmailMessage:
    read = email.message_from_bytes(raw, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return "" if body is None else str(body.get_content())
