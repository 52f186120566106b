"""A day of the course: what is written at both ends, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle
from random import Random

from moodle_bridge.practice.records import Discussion, Post, User
from tests.trial.course import STRANGER, Course, Written

_FAR_AHEAD = 10_000_000_000
_SEEDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What somebody said to one item of a digest: `parent` is the post of that item."""

    author: User
    word: str
    parent: Post


@dataclass(slots=True)
class Day:
    """What was written, by what is to become of it.

    `out` are posts for all; `mails` are to become posts, and so are `parts` of answers
    to digests; `kept` are words that may reach nobody by mail. `group_posts` are for
    one group and who teaches.
    """

    out: list[Post] = field(default_factory=list)
    mails: list[Written] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    group_posts: list[Post] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    strangers: int = 0


def begin(course: Course, day: Day) -> list[Discussion]:
    """Write the discussions that everybody knows by mail when the day begins."""
    found = []
    for _, person in zip(range(_SEEDS), cycle(course.readers), strict=False):
        found.append(course.begin(person, course.word()))
        day.out.append(course.moodle.state.posts[found[-1].firstpost])
    return found


@dataclass(slots=True)
class Writer:
    """Writes at both ends, in turns of everybody; `random` is its only whim."""

    course: Course
    day: Day
    known: list[Discussion]
    random: Random

    def fill(
        self, *, posts: int, mails: int, midst: Callable[[], None] | None = None
    ) -> None:
        """Write so many posts and mails, and a few things that must not go out.

        `midst` is what happens when half of it is written.
        """
        people = cycle(self.course.readers)
        turns = [self._post] * posts + [self._mail] * mails
        self.random.shuffle(turns)
        for number, write in enumerate(turns):
            if midst is not None and number == len(turns) // 2:
                midst()
            write(next(people), number)
        _what_must_not_go_out(self.course, self.day, self.known)

    def _post(self, person: User, number: int) -> None:
        course, day = self.course, self.day
        word = course.word()
        if self.random.random() < 0.25:
            self.known.append(course.begin(person, word))
            day.out.append(course.moodle.state.posts[self.known[-1].firstpost])
            return
        parent: Discussion | Post = self.random.choice(self.known)
        # Half of the answers answer an answer.
        if self.random.random() < 0.5:
            parent = self.random.choice(
                [post for post in day.out if post.discussionid == parent.id]
            )
        if number % 10 == 0:
            day.out.append(course.reply_with_file(person, parent, word))
        else:
            day.out.append(course.reply(person, parent, word))

    def _mail(self, person: User, number: int) -> None:
        course, day = self.course, self.day
        chance = self.random.random()
        answers = None
        if chance < 0.4 and day.mails:
            answers = self.random.choice(day.mails).message_id
        elif chance < 0.8:
            # Only what went out before this day can be answered by mail.
            first = self.random.choice(self.known[:_SEEDS]).firstpost
            answers = course.message_id(first)
        mail = course.mail(
            person,
            course.word(),
            answers=answers,
            past_the_list=self.random.random() < 0.4,
            attached=number % 7 == 0,
        )
        day.mails.append(mail)
        if self.random.random() < 0.2:
            course.send_copy(mail)


def _what_must_not_go_out(course: Course, day: Day, known: list[Discussion]) -> None:
    word = course.word
    first = course.moodle.state.posts[known[0].firstpost]
    day.kept.append(word())
    course.reply(course.facilitator, first, day.kept[-1], private=True)
    day.kept.append(word())
    course.begin(course.facilitator, day.kept[-1], from_time=_FAR_AHEAD)
    in_group = course.begin(
        course.facilitator, word(), forum=course.group_forum, groupid=course.group.id
    )
    day.group_posts.append(course.moodle.state.posts[in_group.firstpost])
    if course.kind == "remote":
        day.kept.append(day.group_posts[-1].subject.removeprefix("About "))
    day.kept.append(word())
    course.mail(
        course.people["ha"],
        day.kept[-1],
        past_the_list=True,
        headers={"Auto-Submitted": "auto-replied"},
    )
    day.kept.append(word())
    course.mail(course.people["ha"], day.kept[-1], past_the_list=True, sender=STRANGER)
    day.strangers += 1
