"""A ledger with a talk in it, written down as a run would, by a clock that is moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mappings.response.waits import waits_of
from moodle_bridge.model.forum import Course, Forum, ForumKind
from moodle_bridge.model.people import Person
from moodle_bridge.model.waits import Medium, Tone, Utterance
from sync.ledger import Ledger
from sync.pairs import Place
from sync.places import remember_place
from sync.settings import Settings, open_settings

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
"""A Monday."""
COURSE = 3
ANA, BEN, CHI, DIA = 1, 2, 3, 4
GRACE = 9
"""Who teaches; the others take part."""

_CONFIG = """
[moodle]
url = "https://moodle.example"
token = {{ env = "TOKEN" }}
[mail]
address = "bridge@lists.example"
reply_secret = {{ env = "SECRET" }}
[mail.out]
plugin = "maildir"
path = "out"
[[mail.in]]
plugin = "maildir"
path = "in"
{pairs}
{more}
"""
_PAIR = """
[[pair]]
name = "{name}"
course = "FO26"
forum = {forum}
[pair.list]
plugin = "remote"
address = "{name}@lists.example"
name = "FO26"
list_id = "{name}.lists.example"
"""


def settings_of(
    folder: Path, more: str = "", pairs: Sequence[str] = ("one",)
) -> Settings:
    """Return settings with these pairs and what `more` says."""
    path = folder / "bridge.toml"
    text = "".join(
        _PAIR.format(name=name, forum=34 + number) for number, name in enumerate(pairs)
    )
    path.write_text(_CONFIG.format(pairs=text, more=more), encoding="utf-8")
    return open_settings(path, environ={"TOKEN": "a" * 32, "SECRET": "b" * 32})[0]


@dataclass
class Talking:
    """Writes a talk down; posts have rising numbers."""

    ledger: Ledger
    now: datetime = START
    posts: int = 0
    discussions: int = 0
    where: dict[int, int] = field(default_factory=dict)

    def clock(self) -> datetime:
        return self.now

    def move(self, **step: float) -> None:
        self.now += timedelta(**step)

    def begin(self, pair: str = "one", *, at: datetime | None = None) -> None:
        with self.ledger.writing() as transaction:
            transaction.cursors.move(f"pair:{pair}:begun", (at or self.now).isoformat())
            remember_place(
                transaction,
                pair,
                Place(
                    course=Course(id=COURSE, shortname="FO26", fullname="Facilitation"),
                    forums={
                        11: Forum(
                            id=11,
                            cmid=34,
                            course_id=COURSE,
                            name="Questions",
                            kind=ForumKind.GENERAL,
                        )
                    },
                    new_forum_id=11,
                ),
                asked="",
            )

    def enrol(self, *numbers: int, teaching: Sequence[int] = (GRACE,)) -> None:
        with self.ledger.writing() as transaction:
            people = [
                Person(
                    user_id=number,
                    username=f"u{number}",
                    fullname=f"Person {number}",
                    addresses=(f"u{number}@x.example",),
                    country="SN",
                    facilitator=number in teaching,
                    group_ids=frozenset({70}),
                    group_names=((70, "Reds"),),
                )
                for number in numbers
            ]
            transaction.people.replace(COURSE, people)
            transaction.presences.note(COURSE, people)

    def say(
        self,
        person: int | None,
        answers: int | None = None,
        *,
        pair: str = "one",
        at: datetime | None = None,
        medium: Medium = Medium.MOODLE,
        asks: bool | None = None,
        post: int | None = None,
        automatic: bool = False,
        private: bool = False,
        sent_at: datetime | None = None,
        teaching: Sequence[int] = (GRACE,),
    ) -> int:
        """Let somebody post; return its number. Without `answers` a discussion begins."""
        if post is None:
            self.posts += 1
            post = self.posts
        if answers is None:
            self.discussions += 1
            self.where.setdefault(post, self.discussions)
        else:
            self.where.setdefault(post, self.where[answers])
        tone = Tone.ASKS if asks or (asks is None and answers is None) else Tone.PLAIN
        with self.ledger.writing() as transaction:
            transaction.utterances.add(
                Utterance(
                    pair=pair,
                    post_id=post,
                    discussion_id=self.where[post],
                    forum_id=11,
                    parent_post_id=answers,
                    author_id=person,
                    facilitator=person in teaching,
                    medium=medium,
                    at=at or self.now,
                    sent_at=sent_at,
                    subject="A subject",
                    tone=tone,
                    private=private,
                    automatic=automatic,
                ),
                words=9,
            )
        self.weigh(post, pair=pair)
        return post

    def delete(self, post: int, *, pair: str = "one") -> None:
        with self.ledger.writing() as transaction:
            transaction.utterances.change(pair, post, deleted_at=self.now)
        self.weigh(post, pair=pair)

    def restore(self, post: int, *, pair: str = "one") -> None:
        with self.ledger.writing() as transaction:
            transaction.utterances.change(pair, post, deleted_at=None)
        self.weigh(post, pair=pair)

    def weigh(self, post: int, *, pair: str = "one") -> None:
        discussion = self.where[post]
        with self.ledger.writing() as transaction:
            said = transaction.utterances.of_discussion(pair, discussion)
            marks = transaction.marks.of_posts(pair, [one.post_id for one in said])
            begun = transaction.cursors.get(f"pair:{pair}:begun")
            transaction.waits.replace(
                pair,
                discussion,
                waits_of(said, marks),
                begun=datetime.fromisoformat(begun) if begun else START,
            )
