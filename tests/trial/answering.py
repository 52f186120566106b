"""Somebody reads a digest, and answers several of its posts in one mail."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from moodle_bridge.practice.records import Post, User
from tests.trial.course import Course
from tests.trial.day import Day, Part

_ITEM = re.compile(r"^\[(\d{1,4})\] (.*)$")
_WORD = re.compile(r"wort\d{4}x")
_ANSWERED_MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One post of a digest or bundle as its reader sees it.

    `heading` is the line that begins it, `line` the one that holds its word.
    """

    number: int
    heading: str
    line: str
    word: str


def items_of(text: str) -> list[Item]:
    """Return the posts of an issue, found by the words of their own that all have.

    Lines that recall what is answered, and names of files, are none of theirs.
    """
    found: list[Item] = []
    number, heading = 0, ""
    for line in text.splitlines():
        begins = _ITEM.match(line)
        if begins:
            number, heading = int(begins[1]), begins[2]
        elif number and not line.startswith((">", "(", "#", "===")):
            found += [
                Item(number=number, heading=heading, line=line, word=word)
                for word in _WORD.findall(line)
            ]
    return found


def text_of(mail: EmailMessage) -> str:
    """Return the plain words of a mail."""
    body = mail.get_body(("plain",))
    return "" if body is None else str(body.get_content())


def answer_a_digest(course: Course, day: Day, reader: User) -> None:
    """Answer up to three posts of somebody's longest digest, each in another way."""
    digests = [
        mail
        for mail in map(_read, course.office.mails(reader.email))
        if str(mail["Message-ID"]).startswith("<digest.")
    ]
    digest = max(digests, key=lambda mail: len(items_of(text_of(mail))))
    posts = {_word_of(post): post for post in course.moodle.state.posts.values()}
    kept = {post.id for post in day.group_posts}
    chosen: list[tuple[Item, Post]] = []
    for item in items_of(text_of(digest)):
        post = posts[item.word]
        if post.id not in kept and len(chosen) < _ANSWERED_MOST:
            chosen.append((item, post))
    assert len(chosen) > 1, text_of(digest)
    words = [course.word() for _ in chosen]
    day.parts += [
        Part(author=reader, word=word, parent=post)
        for word, (_, post) in zip(words, chosen, strict=True)
    ]
    lines: list[str] = []
    for number, (word, (item, _)) in enumerate(zip(words, chosen, strict=True)):
        if number != 1:
            form = f"{item.number}: Merci, {word}." if number else ""
            lines += [form or f"[{item.number}] Merci, {word}.", ""]
    for line in text_of(digest).splitlines():
        lines.append(f"> {line}".rstrip())
        if len(chosen) > 1 and line == chosen[1][0].line:
            lines += ["", f"Merci, {words[1]}.", ""]
    course.answer(reader, digest, "\n".join(lines) + "\n")


def _read(raw: bytes) -> EmailMessage:
    read = message_from_bytes(raw, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def _word_of(post: Post) -> str:
    found = _WORD.search(post.message)
    return "" if found is None else found[0]
