"""What is found at both ends when the day is over, against what must be there."""

from __future__ import annotations

import email
from collections import Counter
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.utils import parseaddr

from moodle_bridge.practice.records import Post, User
from tests.trial.answering import items_of
from tests.trial.course import STRANGER, Course
from tests.trial.day import Day


@dataclass(slots=True)
class Verdict:
    """What is wrong, in words; nothing wrong when all are empty."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lost or self.doubled or self.out_of_order or self.wrong)


@dataclass(frozen=True, slots=True)
class Said:
    """What a mail that brings one post has to say, and whose name it has to bear."""

    word: str
    author: User

    def check(self, mail: EmailMessage, name: str, verdict: Verdict) -> None:
        """Note what a mail does not say as it should."""
        if self.word not in _text(mail):
            verdict.wrong.append(f"{name} says something else")
        if self.author.firstname not in parseaddr(str(mail["From"]))[0]:
            verdict.wrong.append(f"{name} is under another name")


def verdict_on(course: Course, day: Day) -> Verdict:
    """Compare both ends with what was written."""
    verdict = Verdict()
    posted = _in_the_forum(course, day, verdict)
    _at_the_readers(course, day, posted, verdict)
    _what_the_bridge_said(course, day, verdict)
    _in_the_ledger(course, day, verdict)
    return verdict


def _in_the_forum(course: Course, day: Day, verdict: Verdict) -> dict[str, Post]:
    """Look for each mail's post; return them by Message-ID."""
    posted: dict[str, Post] = {}
    by_bridge = course.posts_by_bridge()
    for mail in day.mails:
        found = [post for post in by_bridge if mail.word in post.shown]
        if not found:
            verdict.lost.append(f"mail {mail.message_id} is in no post")
            continue
        if len(found) > 1:
            verdict.doubled.append(f"mail {mail.message_id} is in {len(found)} posts")
        posted[mail.message_id] = found[0]
        if _fullname(mail.author) not in found[0].shown:
            verdict.wrong.append(f"mail {mail.message_id} is under another name")
    for part in day.parts:
        found = [post for post in by_bridge if part.word in post.shown]
        if not found:
            verdict.lost.append(f"the answer {part.word} is in no post")
            continue
        if len(found) > 1:
            verdict.doubled.append(f"the answer {part.word} is in {len(found)} posts")
        posted[part.word] = found[0]
        if found[0].parent != part.parent.id:
            verdict.wrong.append(f"the answer {part.word} is under {found[0].parent}")
        if _fullname(part.author) not in found[0].shown:
            verdict.wrong.append(f"the answer {part.word} is under another name")
    for post in by_bridge[len(day.mails) + len(day.parts) :]:
        verdict.wrong.append(f"post {post.id} is one more than there are mails")
    _under_what_they_answer(course, day, posted, verdict)
    return posted


def _under_what_they_answer(
    course: Course, day: Day, posted: dict[str, Post], verdict: Verdict
) -> None:
    parents = {course.message_id(post): post.id for post in day.out}
    parents |= {message_id: post.id for message_id, post in posted.items()}
    last: dict[int, int] = {}
    for mail in day.mails:
        post = posted.get(mail.message_id)
        if post is None:
            continue
        wanted = parents.get(mail.answers, 0) if mail.answers else 0
        if post.parent != wanted:
            verdict.wrong.append(
                f"mail {mail.message_id} is under {post.parent}, not {wanted}"
            )
        if post.id < last.get(post.discussionid, 0):
            verdict.out_of_order.append(f"mail {mail.message_id} in the forum")
        last[post.discussionid] = post.id


def _at_the_readers(
    course: Course, day: Day, posted: dict[str, Post], verdict: Verdict
) -> None:
    discussion_of = {
        course.message_id(post): (post.discussionid, post.id)
        for post in (*day.out, *day.group_posts)
    }
    for mail in day.mails:
        post = posted.get(mail.message_id)
        if post is not None and not mail.by_list:
            discussion_of[mail.message_id] = (post.discussionid, post.id)
    by_id = {user.id: user for user in course.readers}
    said_in = {
        course.message_id(post): Said(_word_of(post), by_id[post.userid])
        for post in (*day.out, *day.group_posts)
    }
    said_in |= {mail.message_id: Said(mail.word, mail.author) for mail in day.mails}
    answers = {
        course.message_id(posted[part.word]): part
        for part in day.parts
        if part.word in posted
    }
    said_in |= {
        message_id: Said(part.word, part.author) for message_id, part in answers.items()
    }
    for reader in course.gathers:
        _at_a_gathered_reader(course, day, reader, verdict, said_in)
    for reader in course.readers:
        if reader in course.gathers:
            continue
        wanted = {course.message_id(post) for post in day.out}
        if course.kind == "remote":
            wanted |= {mail.message_id for mail in day.mails}
        else:
            wanted |= {
                mail.message_id for mail in day.mails if mail.author is not reader
            }
            wanted |= {
                message_id
                for message_id, part in answers.items()
                if part.author is not reader
            }
            if reader is course.facilitator or reader.id in course.group.members:
                wanted |= {course.message_id(post) for post in day.group_posts}
        mails = [_read(raw) for raw in course.office.mails(reader.email)]
        got = Counter(str(mail["Message-ID"]) for mail in mails)
        name = reader.username
        verdict.lost += [f"{one} at {name}" for one in wanted - got.keys()]
        verdict.wrong += [f"{one} at {name}" for one in got.keys() - wanted]
        verdict.doubled += [
            f"{one} at {name}: {number}" for one, number in got.items() if number > 1
        ]
        last: dict[int, int] = {}
        for received in mails:
            message_id = str(received["Message-ID"])
            text = _text(received)
            if message_id in said_in:
                said_in[message_id].check(received, f"{message_id} at {name}", verdict)
            for word in day.kept:
                if word in text + str(received["Subject"]):
                    verdict.wrong.append(f"{word} reached {name}")
            discussion, post_id = discussion_of.get(message_id, (0, 0))
            if discussion and post_id < last.get(discussion, 0):
                verdict.out_of_order.append(f"{message_id} at {name}")
            if discussion:
                last[discussion] = post_id
    notices = len(course.office.mails(STRANGER))
    if notices != day.strangers:
        verdict.wrong.append(f"{notices} notices for {day.strangers} strangers")


def _at_a_gathered_reader(
    course: Course,
    day: Day,
    reader: User,
    verdict: Verdict,
    said_in: dict[str, Said],
) -> None:
    """Count each word in all mails of somebody who has issues, or had for a while.

    Once, and never less; and under its author's name. Somebody's own words need not
    come.
    """
    said = {mail.word: mail.author for mail in day.mails}
    said |= {part.word: part.author for part in day.parts}
    by_id = {user.id: user for user in course.readers}
    posts = [*day.out]
    if reader.id in course.group.members:
        posts += day.group_posts
    said |= {_word_of(post): by_id[post.userid] for post in posts}
    name = reader.username
    times: Counter[str] = Counter()
    whole = ""
    for mail in map(_read, course.office.mails(reader.email)):
        text = _text(mail)
        whole += f"{mail['Subject']}\n{text}\n"
        message_id = str(mail["Message-ID"])
        if message_id.startswith(("<digest.", "<bundle.")):
            for item in items_of(text):
                times[item.word] += 1
                author = said.get(item.word)
                if author is None or _fullname(author) not in item.heading:
                    verdict.wrong.append(f"{item.word} at {name}: {item.heading}")
        elif message_id in said_in:
            times[said_in[message_id].word] += 1
            said_in[message_id].check(mail, f"{message_id} at {name}", verdict)
    for word, author in said.items():
        if times[word] > 1:
            verdict.doubled.append(f"{word} at {name}: {times[word]}")
        if not times[word] and author is not reader:
            verdict.lost.append(f"{word} at {name}")
    verdict.wrong += [f"{word} reached {name}" for word in day.kept if word in whole]


def _what_the_bridge_said(course: Course, day: Day, verdict: Verdict) -> None:
    """Count the answers to wishes and the receipts of answers: one for each."""
    for reader in course.gathers:
        said = sum(
            str(mail["Auto-Submitted"]).startswith("auto-replied")
            for mail in map(_read, course.office.mails(reader.email))
        )
        # Who did not choose by the ledger asked by mail.
        asked = reader.username == "jan"
        answered = any(part.author is reader for part in day.parts)
        if said != asked + answered:
            verdict.wrong.append(f"{reader.username} got {said} answers of the bridge")
    issues = course.ledger("select count(*), count(sent_at) from issue")
    if course.gathers and (issues[0][0] != issues[0][1] or not issues[0][0]):
        verdict.wrong.append(f"{issues[0]} issues were planned and sent")


def _in_the_ledger(course: Course, day: Day, verdict: Verdict) -> None:
    states = dict(course.ledger("select state, count(*) from intent group by state"))
    for state in ("planned", "sending", "held", "dead"):
        if states.get(state):
            verdict.wrong.append(f"{states[state]} intents are {state}")
    mails = dict(course.ledger("select state, count(*) from inbound group by state"))
    if mails.get("held", 0) != day.strangers:
        verdict.wrong.append(f"{mails.get('held', 0)} mails are held")
    if mails.get("new") or mails.get("accepted"):
        verdict.wrong.append(f"mails wait: {mails}")


def _read(raw: bytes) -> EmailMessage:
    read = email.message_from_bytes(raw, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return "" if body is None else str(body.get_content())


def _fullname(user: User) -> str:
    return f"{user.firstname} {user.lastname}"


def _word_of(post: Post) -> str:
    start = post.message.index("wort")
    return post.message[start : start + 9]
