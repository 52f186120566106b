"""One day: who writes when, where it is noted, and what the bridge made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.demo import letters
from sync.demo.account import Account, Outcome, Written
from sync.demo.people import STRANGER, who
from sync.demo.stage import BRIDGE

if TYPE_CHECKING:
    from email.message import EmailMessage

    from moodle_bridge.practice.records import Forum, Post
    from sync.demo.console import Console
    from sync.demo.stage import Stage
    from sync.demo.telling import Telling


class Day:
    """What the scenes act with; everything written is noted in `written`."""

    def __init__(self, stage: Stage, console: Console, telling: Telling) -> None:
        self.stage = stage
        self.console = console
        self.telling = telling
        self.written: list[Written] = []
        self._account = Account(console, stage)
        self._told: dict[Written, str] = {}

    def at(self, time: str, text: str) -> None:
        """Move the clock and tell what happens then."""
        self.stage.clock.move_to(time)
        self.telling.happens(time, text)

    def begins(
        self,
        key: str,
        forum: Forum,
        subject: str,
        text: str,
        *,
        attached: tuple[str, bytes] | None = None,
    ) -> Post:
        """Let somebody begin a discussion in Moodle."""
        post = self.stage.post(who(key), forum, subject, text, attached=attached)
        return self._noted(key, post, text)

    def replies(self, key: str, to: Post, text: str, *, private: bool = False) -> Post:
        """Let somebody reply in Moodle."""
        post = self.stage.reply(who(key), to, text, private=private)
        return self._noted(key, post, text)

    def post_of(self, written: Written) -> Post:
        """Return the post that something is, or that a mail became."""
        found = self._account.outcome(written).post_id
        if found is None:
            msg = f"{written.subject} became no post"
            raise LookupError(msg)
        return self.stage.moodle.state.posts[found]

    def answers(
        self,
        key: str,
        subject: str,
        text: str,
        *,
        quoting: bool = True,
        also_to: tuple[str, ...] = (),
    ) -> None:
        """Let somebody answer the newest mail about a subject, by mail."""
        person, clock = who(key), self.stage.clock
        mail = letters.answer(
            person,
            letters.latest_mail(self.stage, person, subject),
            text,
            key=f"answer.{len(self.written)}",
            date=clock(),
            quoting=quoting,
        )
        if also_to:
            mail["Cc"] = ", ".join(also_to)
        self.sends(key, mail, text, also_to=also_to)

    def answers_issue(self, key: str, text: str) -> None:
        """Let somebody answer several things of their newest digest in one mail."""
        mail = letters.answer(
            who(key),
            letters.latest_issue(self.stage, who(key)),
            text,
            key=f"answer.{len(self.written)}",
            date=self.stage.clock(),
        )
        self.sends(key, mail, text)

    def asks_bridge(self, key: str, text: str) -> None:
        """Let somebody write to the bridge itself, by mail."""
        mail = letters.letter(
            who(key),
            BRIDGE,
            "SM25",
            text,
            key=f"wish.{len(self.written)}",
            date=self.stage.clock(),
        )
        self.sends(key, mail, text)

    def sends(
        self, key: str, mail: EmailMessage, text: str, *, also_to: tuple[str, ...] = ()
    ) -> None:
        """Hand somebody's mail to the post office."""
        person = STRANGER if key == STRANGER.key else who(key)
        self.telling.quoted(text)
        self.stage.send(mail, person.address, str(mail["To"]), *also_to)
        self.written.append(
            Written(
                time=f"{self.stage.clock():%H:%M}",
                author=person,
                subject=str(mail["Subject"]),
                message_id=str(mail["Message-ID"]),
            )
        )

    def outcomes(self) -> list[tuple[Written, Outcome]]:
        """Return what became of everything, in the order in which it was written."""
        return [(one, self._account.outcome(one)) for one in self.written]

    def tell_outcomes(self) -> None:
        """Tell what is different since it was told last."""
        for written, outcome in self.outcomes():
            if self._told.get(written) == outcome.words:
                continue
            self._told[written] = outcome.words
            self.telling.bridge(
                f"{written.author.name}, {written.time} in {written.place}:"
                f" {outcome.words}"
            )

    def _noted(self, key: str, post: Post, text: str) -> Post:
        self.telling.quoted(text)
        self.written.append(
            Written(
                time=f"{self.stage.clock():%H:%M}",
                author=who(key),
                subject=post.subject,
                post_id=post.id,
            )
        )
        return post
