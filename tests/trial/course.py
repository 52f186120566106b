"""A course: its forum in a practice Moodle, its list in a practice post office."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import requests

from mappings.identity import post_message_id, site_tag
from mappings.mail_wishes import ChooseChannel
from moodle_bridge.model.channels import Channel, ChannelKind
from moodle_bridge.practice import PracticeMoodle, running
from moodle_bridge.practice.post_office import PostOffice
from moodle_bridge.practice.records import Discussion, Forum, Post, User
from sync.channels import choose
from sync.ledger import Ledger
from tests.trial.clock import TrialClock

Kind = Literal["remote", "direct"]

BRIDGE = "bridge@lists.example"
LIST = "sm25@lists.example"
STRANGER = "stranger@out.example"
_PEOPLE = (
    ("florence", "Florence", "Achieng", "florence@ug.example", "en", "editingteacher"),
    ("aminata", "Aminata", "Diop", "aminata@sn.example", "fr", "student"),
    ("ha", "Thị Hà", "Nguyễn", "ha@vn.example", "vi", "student"),
)
# Takes part only where people choose how: at first by each post.
_CHANGER = ("jan", "Jan", "de Wit", "jan@nl.example", "nl", "student")
_SERVER_THREAD = "process_request_thread"


@contextmanager
def own_folder() -> Iterator[Path]:
    """Give a folder for one course, in memory where there is such a place.

    A process that is killed loses nothing that it has written, be it on no disk.
    """
    memory = Path("/dev/shm")
    usable = os.access(memory, os.W_OK) and memory.is_dir()
    with TemporaryDirectory(
        prefix="moodle-bridge-trial-", dir=memory if usable else None
    ) as folder:
        yield Path(folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A mail that somebody wrote; `answers` is the Message-ID that it names.

    `by_list` says that the list itself gives it to its members.
    """

    message_id: str
    author: User
    word: str
    raw: bytes
    recipients: tuple[str, ...]
    answers: str | None
    by_list: bool


class Course:
    """Both ends of a bridge, with what people write at either; close it at the end.

    Every text holds a word of its own, by which it is known wherever it comes up.
    """

    def __init__(
        self,
        folder: Path,
        kind: Kind,
        *,
        seed: int = 0,
        hold: str = "0s",
        settle_after: str = "4m",
        channels: bool = False,
    ) -> None:
        self.folder = folder
        self.kind = kind
        self._all_people = (*_PEOPLE, _CHANGER) if channels else _PEOPLE
        self.gathers: tuple[User, ...] = ()
        self.clock = TrialClock()
        self.moodle = PracticeMoodle.empty(now=self.clock.unix, seed=seed)
        self.office = PostOffice(
            folder / "mail",
            [
                "lists.example",
                "ug.example",
                "sn.example",
                "vn.example",
                "nl.example",
                "out.example",
            ],
            clock=self.clock,
        )
        # Servers of other tests in this program are none of this course's business.
        self._threads_before = frozenset(threading.enumerate())
        self._open = ExitStack()
        self._words = 0
        self._dated: set[str] = set()
        self._fill()
        self.url = self._open.enter_context(running(self.moodle))
        self._open.enter_context(self.office)
        self.tag = site_tag(self.url)
        self._configure(hold, settle_after)

    def close(self) -> None:
        self._open.close()

    def __enter__(self) -> Course:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def config(self) -> Path:
        return self.folder / "bridge.toml"

    def _fill(self) -> None:
        moodle = self.moodle
        self.course = moodle.add_course("Social media 2025", shortname="SM25")
        self.forum = moodle.add_forum(self.course, "Open questions")
        self.group_forum = moodle.add_forum(self.course, "In groups", group_mode=2)
        self.account = moodle.add_user(
            "bridge", "Course", "Bridge", BRIDGE, systemrole="manager"
        )
        moodle.enrol(self.account, self.course, "editingteacher")
        self.people: dict[str, User] = {}
        for username, first, last, address, language, role in self._all_people:
            user = moodle.add_user(username, first, last, address, lang=language)
            moodle.enrol(user, self.course, role)
            self.people[username] = user
        self.facilitator = self.people["florence"]
        self.group = moodle.add_group(self.course, "Group 1", self.people["aminata"])
        for address in (BRIDGE, STRANGER, *(one.email for one in self.readers)):
            self.office.add_mailbox(address)
        if self.kind == "remote":
            members = [BRIDGE, *(one.email for one in self.readers)]
            self.office.add_list(LIST, members)

    @property
    def readers(self) -> tuple[User, ...]:
        return tuple(self.people.values())

    def _configure(self, hold: str, settle_after: str) -> None:
        for name, secret in (
            ("token", self.moodle.token_for(self.account)),
            ("secret", "s" * 40),
        ):
            path = self.folder / name
            path.write_text(secret)
            path.chmod(0o600)
        address = LIST if self.kind == "remote" else BRIDGE
        self.config.write_text(
            f"""
[moodle]
url = "{self.url}"
token = {{ file = "token" }}
[mail]
address = "{BRIDGE}"
reply_secret = {{ file = "secret" }}
[mail.out]
plugin = "smtp"
host = "127.0.0.1"
port = {self.office.port}
security = "none"
local_hostname = "bridge.example"
[[mail.in]]
plugin = "maildir"
path = "{self.office.path(BRIDGE)}"
[[pair]]
name = "sm25"
course = "SM25"
forum = [{self.forum.cmid}, {self.group_forum.cmid}]
new_discussions_to = {self.forum.cmid}
hold = "{hold}"
[pair.list]
plugin = "{self.kind}"
address = "{address}"
name = "SM25"
[safety]
settle_after = "{settle_after}"
[sync]
recheck_every = "1h"
"""
        )

    # What people write in Moodle. Each writing takes a second, as it would.

    def word(self) -> str:
        self._words += 1
        return f"wort{self._words:04d}x"

    def begin(
        self,
        user: User,
        word: str,
        *,
        forum: Forum | None = None,
        groupid: int = 0,
        from_time: int = 0,
    ) -> Discussion:
        """Start a discussion; it is hidden until `from_time` (unix seconds)."""
        self.clock.move(seconds=1)
        with self.moodle.state.lock:
            discussion = self.moodle.post(
                user,
                forum or self.forum,
                f"About {word}",
                f"<p>Bonjour, voici {word}.</p>",
                groupid=groupid,
            )
            if from_time:
                self.moodle.schedule(discussion, timestart=from_time)
        return discussion

    def reply(
        self, user: User, to: Post | Discussion, word: str, *, private: bool = False
    ) -> Post:
        self.clock.move(seconds=1)
        return self.moodle.reply(
            user, to, f"<p>Ma réponse : {word}.</p>", private=private
        )

    def reply_with_file(self, user: User, to: Post | Discussion, word: str) -> Post:
        self.clock.move(seconds=1)
        token = self.moodle.token_for(user)
        rows = requests.post(
            f"{self.url}/webservice/upload.php",
            data={"token": token, "itemid": "0", "filepath": "/"},
            files={"file_1": (f"{word}.txt", b"attached", "text/plain")},
            timeout=120,
        ).json()
        first = to.firstpost if isinstance(to, Discussion) else to.id
        answer = self.moodle.call(
            user,
            "mod_forum_add_discussion_post",
            postid=first,
            subject=f"Re: {word}",
            message=f"<p>Voici le fichier {word}.</p>",
            messageformat=1,
            options=[{"name": "attachmentsid", "value": rows[0]["itemid"]}],
        )
        return self.moodle.state.posts[answer["postid"]]

    def message_id(self, post: Post | int) -> str:
        number = post if isinstance(post, int) else post.id
        return post_message_id(number, site_tag=self.tag, domain="lists.example")

    # What people write by mail.

    def mail(
        self,
        author: User,
        word: str,
        *,
        answers: str | None = None,
        past_the_list: bool = False,
        attached: bool = False,
        headers: dict[str, str] | None = None,
        sender: str | None = None,
    ) -> Written:
        """Write a mail and send it; `past_the_list` goes to the bridge alone."""
        self.clock.move(seconds=1)
        by_list = self.kind == "remote" and not past_the_list
        message = EmailMessage()
        address = sender or author.email
        message["From"] = f"{author.firstname} <{address}>"
        message["To"] = LIST if by_list else BRIDGE
        message["Subject"] = f"Re: {word}" if answers else f"About {word}"
        message["Message-ID"] = f"<{word}@mail.example>"
        if answers:
            message["In-Reply-To"] = answers
            message["References"] = answers
        message["Date"] = self.clock.now
        for name, value in (headers or {}).items():
            message[name] = value
        message.set_content(f"Xin chào, {word}.\n\n> Bonjour, voici.\n")
        if attached:
            message.add_attachment(
                b"attached", maintype="image", subtype="png", filename=f"{word}.png"
            )
        written = Written(
            message_id=f"<{word}@mail.example>",
            author=author,
            word=word,
            raw=message.as_bytes(),
            recipients=(LIST if by_list else BRIDGE,),
            answers=answers,
            by_list=by_list,
        )
        self.send(written, sender=address)
        return written

    def send(self, mail: Written, *, sender: str | None = None) -> None:
        """Let a mail arrive, once more if it did before."""
        self.office.send(mail.raw, sender or mail.author.email, mail.recipients)
        self._date_arrivals()

    def send_copy(self, mail: Written) -> None:
        """Let a copy arrive at the bridge that went another way."""
        trace = b"Received: from elsewhere.example by other.example; Mon, 2 Mar 2026\n"
        self.office.send(trace + mail.raw, mail.author.email, [BRIDGE])
        self._date_arrivals()

    def _date_arrivals(self) -> None:
        # A Maildir tells by the time of a file when a mail came.
        for path in sorted((self.office.path(BRIDGE) / "new").iterdir()):
            if path.name not in self._dated:
                self._dated.add(path.name)
                moment = self.clock.now.timestamp()
                os.utime(path, (moment, moment))

    def gather(self, reader: User, kind: ChannelKind = ChannelKind.DIGEST) -> None:
        """Let a reader have digests or bundles, the first of them soon."""
        ledger = Ledger.open(f"sqlite:///{self.folder / 'ledger.db'}", clock=self.clock)
        at = (self.clock.now + timedelta(minutes=10)).time().replace(second=0)
        wish = ChooseChannel(kind=kind, at=at)
        try:
            with ledger.writing() as transaction:
                choose(transaction, reader.id, wish, default=Channel(), by="admin")
        finally:
            ledger.close()
        self.gathers = (*self.gathers, reader)

    def wish(self, reader: User, text: str) -> None:
        """Let a reader ask something of the bridge by mail, and send it twice."""
        self.clock.move(seconds=1)
        mail = self._letter(reader, text, subject="Bridge", to=BRIDGE)
        for _ in range(2):
            self.office.send(mail, reader.email, [BRIDGE])
        self._date_arrivals()
        self.gathers = (*self.gathers, reader)

    def answer(self, reader: User, mail: EmailMessage, text: str) -> None:
        """Let a reader answer a mail as it came, and send the answer twice."""
        self.clock.move(seconds=1)
        raw = self._letter(
            reader,
            text,
            subject=f"Re: {mail['Subject']}",
            to=str(mail["Reply-To"]),
            answers=str(mail["Message-ID"]),
        )
        for _ in range(2):
            self.office.send(raw, reader.email, [str(mail["Reply-To"])])
        self._date_arrivals()

    def _letter(
        self, author: User, text: str, *, subject: str, to: str, answers: str = ""
    ) -> bytes:
        message = EmailMessage()
        message["From"] = f"{author.firstname} <{author.email}>"
        message["To"] = to
        message["Subject"] = subject
        message["Message-ID"] = f"<{self.word()}@mail.example>"
        if answers:
            message["In-Reply-To"] = message["References"] = answers
        message["Date"] = self.clock.now
        message.set_content(text)
        return message.as_bytes()

    # What lies where.

    def message_ids_at(self, reader: User) -> list[str]:
        """Return the Message-IDs of all that a reader has got, as it came."""
        return [
            str(message_from_bytes(raw)["Message-ID"])
            for raw in self.office.mails(reader.email)
        ]

    def posts_by_bridge(self) -> list[Post]:
        posts = self.moodle.state.posts.values()
        return [post for post in posts if post.userid == self.account.id]

    def ledger(self, query: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(self.folder / "ledger.db", timeout=20)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def is_quiet(self) -> bool:
        """Say whether nothing waits to be done in these years, as the bridge knows."""
        waiting = self.ledger(
            "select 1 from intent where state in ('planned', 'sending', 'held')"
            " union all select 1 from inbound where state in ('new', 'accepted')"
            " union all select 1 from link where state = 'waiting' and due_at < '2100'"
        )
        return not waiting and not any((self.office.path(BRIDGE) / "new").iterdir())

    def wait_until_idle(self) -> None:
        """Wait until nothing that a dead bridge began is still being done."""
        # Who connected before this request has been let in when it is answered.
        requests.get(self.url, timeout=120)
        deadline = time.monotonic() + 300
        while not self._is_idle():
            if time.monotonic() > deadline:
                raise TimeoutError("the practice servers are still at work")
            time.sleep(0.005)

    def _is_idle(self) -> bool:
        ours = set(threading.enumerate()) - self._threads_before
        if any(_SERVER_THREAD in thread.name for thread in ours):
            return False
        counter = self.office._counter
        assert counter is not None
        probe = asyncio.run_coroutine_threadsafe(_others(), counter.loop)
        return probe.result(timeout=120) == 0


async def _others() -> int:
    return len(asyncio.all_tasks()) - 1
