"""A course on a practice Moodle, bridged: people who post and write, runs of `sync`.

The mail world is a list of what was sent and a mailbox to lay mails into; the clock
stands still until it is moved.
"""

from __future__ import annotations

import io
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from pydantic import SecretStr
from zope.interface import implementer

from moodle_bridge.errors import InDoubt, RemoteError
from moodle_bridge.interfaces import IMailbox, IMailer
from moodle_bridge.model.mail import IncomingMail, OutgoingMail, Sent
from moodle_bridge.moodle import Moodle
from moodle_bridge.moodle.client import ClientSettings
from moodle_bridge.moodle.facade import Connection
from moodle_bridge.moodle.patience import RetrySettings
from moodle_bridge.practice import PracticeMoodle
from moodle_bridge.practice.calls import Arguments, Call
from moodle_bridge.practice.records import Discussion, Forum, Group, Post, User
from moodle_bridge.practice.refusals import MOODLE, Refusal, crash
from sync.bridge import Bridge
from sync.cli.frame import run
from sync.cli.invocation import Invocation
from sync.ledger import Ledger, Transaction
from sync.ledger.inbound import Inbound
from sync.ledger.links import Link

POSTS = "mod_forum_get_discussion_posts"
BRIDGE = "bridge@lists.example"
LIST = "fo26@lists.example"
START = datetime(2026, 3, 1, 8, tzinfo=UTC)

REMOTE = f"""
plugin = "remote"
address = "{LIST}"
name = "FO26"
list_id = "fo26.lists.example"
"""
DIRECT = f"""
plugin = "direct"
address = "{BRIDGE}"
name = "FO26"
"""


@dataclass
class Hands:
    """A clock that stands still until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, **step: float) -> None:
        self.now += timedelta(**step)


@implementer(IMailer)
@dataclass
class Outbox:
    """The way out for mail (IMailer): keeps what it sends, fails when it is told to.

    `troubles` befall the next mails, one each; None is a mail that goes well. A mail
    whose trouble is InDoubt goes out all the same when `lost_after` is set.
    """

    copies_to: Box
    sent: list[OutgoingMail] = field(default_factory=list)
    troubles: deque[RemoteError | None] = field(default_factory=deque)
    lost_after: bool = True
    can_look: bool = False
    tried: int = 0

    def send(self, mail: OutgoingMail) -> Sent:
        self.tried += 1
        trouble = self.troubles.popleft() if self.troubles else None
        if trouble is None or (isinstance(trouble, InDoubt) and self.lost_after):
            self.sent.append(mail)
            if BRIDGE in mail.recipients:
                self.copies_to.lay(mail.content)
        if trouble is not None:
            raise trouble
        return Sent(accepted=mail.recipients)

    def was_sent(self, mail: OutgoingMail) -> bool | None:
        return None

    def close(self) -> None: ...


@implementer(IMailbox)
@dataclass
class Box:
    """A mailbox (IMailbox): what lies in it stays until it is acknowledged.

    `trouble` befalls every fetch after so many mails as are in `before_trouble`.
    """

    clock: Hands
    name: str = "box"
    waiting: dict[str, IncomingMail] = field(default_factory=dict)
    taken: dict[str, IncomingMail] = field(default_factory=dict)
    trouble: RemoteError | None = None
    before_trouble: int = 0
    laid: int = 0

    def lay(
        self, raw: bytes, *, recipient: str | None = None, sender: str | None = None
    ) -> None:
        self.laid += 1
        key = f"{self.name}:{self.laid}"
        self.waiting[key] = IncomingMail(
            key=key,
            raw=raw,
            received=self.clock.now,
            envelope_recipient=recipient,
            envelope_sender=sender,
        )

    def give_again(self) -> None:
        """Offer again what was taken, as after a change of UIDVALIDITY."""
        self.waiting |= {f"again {key}": mail for key, mail in self.taken.items()}

    def fetch(self, after: str | None) -> Iterator[IncomingMail]:
        for number, mail in enumerate(list(self.waiting.values())):
            if self.trouble is not None and number >= self.before_trouble:
                break
            yield mail
        if self.trouble is not None:
            raise self.trouble

    def cursor_after(self, mail: IncomingMail) -> str | None:
        return mail.key

    def acknowledge(self, keys: Iterable[str]) -> None:
        for key in keys:
            mail = self.waiting.pop(key, None)
            if mail is not None:
                self.taken[key] = mail

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """How a command ended."""

    code: int
    data: dict[str, Any]
    said: str

    @property
    def counts(self) -> dict[str, int]:
        found = self.data["counts"]
        assert isinstance(found, dict)
        return found


class TriedBridge(Bridge):
    """A bridge whose mail world is that of the test, and that does not wait."""

    course: BridgedCourse

    def moodle_with(self, token: SecretStr) -> Moodle:
        moodle = Moodle.connect(
            Connection(
                site_url=self.settings.moodle.url,
                client=ClientSettings(retry=RetrySettings(attempts=2), parallel=1),
            ),
            token,
            clock=self.clock,
            sleep=lambda _seconds: None,
            jitter=lambda: 0.0,
        )
        self._open.callback(moodle.close)
        return moodle

    @cached_property
    def mailer(self) -> Outbox:
        return self.course.outbox

    @cached_property
    def mailboxes(self) -> tuple[Box, ...]:
        return tuple(self.course.boxes)


class BridgedCourse:
    """The course FO26 with its people, and the bridge that joins it to a list."""

    def __init__(
        self, folder: Path, *, lists: str = REMOTE, kind: str = "general"
    ) -> None:
        self.folder = folder
        self.clock = Hands()
        self.moodle = PracticeMoodle.empty(now=lambda: int(self.clock.now.timestamp()))
        moodle = self.moodle
        self.course = moodle.add_course("Facilitating online", shortname="FO26")
        self.forum = moodle.add_forum(self.course, "Questions", kind)
        self.bridge = self._person("bridge", "Course", "Bridge", BRIDGE, "manager")
        self.grace = self._person("grace", "Grace", "Nakato", "grace@ug.example")
        self.aminata = self._person("aminata", "Aminata", "Diop", "aminata@sn.example")
        self.ha = self._person("ha", "Thị Hà", "Nguyễn", "ha@vn.example")
        self.jan = self._person("jan", "Jan", "de Wit", "jan@nl.example")
        moodle.enrol(self.bridge, self.course, "editingteacher")
        moodle.enrol(self.grace, self.course, "editingteacher")
        for person in (self.aminata, self.ha, self.jan):
            moodle.enrol(person, self.course, "student")
        self.box = Box(self.clock)
        self.boxes = [self.box]
        self.outbox = Outbox(self.box)
        self.lists = lists
        self.url = ""
        self.token = moodle.token_for(self.bridge)
        self.ids = 0
        self.asked: list[str] = []
        self.environ: dict[str, str] = {}

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer as the practice Moodle, and remember what was asked."""
        body = environ["wsgi.input"].getvalue()
        self.asked += parse_qs(body.decode("latin-1")).get("wsfunction", ["a file"])
        return self.moodle(environ, start_response)

    @contextmanager
    def failing_for(self, discussion_id: int) -> Iterator[None]:
        """Let Moodle refuse to show the posts of one discussion, as a broken one."""
        whole = self.moodle.functions[POSTS]

        def broken(call: Call, arguments: Arguments) -> Any:
            if arguments["discussionid"] == discussion_id:
                raise crash("Call to a member function get_forum_id() on null")
            return whole.run(call, arguments)

        with self._changed(POSTS, broken):
            yield

    @contextmanager
    def refusing(self, function: str, code: str) -> Iterator[None]:
        """Let Moodle refuse a function with an errorcode."""

        def refused(_call: Call, _arguments: Arguments) -> Any:
            raise Refusal(MOODLE, code, "Not here, not now")

        with self._changed(function, refused):
            yield

    @contextmanager
    def _changed(
        self, name: str, run: Callable[[Call, Arguments], Any]
    ) -> Iterator[None]:
        functions = self.moodle.functions
        changed = replace(functions[name], run=run)
        self.moodle.functions = {**functions, name: changed}
        try:
            yield
        finally:
            self.moodle.functions = functions

    def asked_by_sync(self, *arguments: str) -> list[str]:
        """Run once and return the functions that it asked, one a request."""
        self.asked.clear()
        assert self.sync(*arguments).code == 0
        return list(self.asked)

    def _person(
        self, username: str, first: str, last: str, address: str, role: str = ""
    ) -> User:
        return self.moodle.add_user(username, first, last, address, systemrole=role)

    def configure(
        self, *, pairs: str | None = None, safety: str = "", **changed: str
    ) -> None:
        """Write bridge.toml; `changed` are lines of the pair, by key."""
        keys = {
            "name": '"fo26"',
            "course": '"FO26"',
            "forum": str(self.forum.cmid),
            "hold": '"0s"',
            **changed,
        }
        mail = keys.pop("mail", "")
        moodle = keys.pop("moodle", "")
        sync = keys.pop("sync", "")
        ledger = keys.pop("ledger", "")
        pair = "\n".join(f"{key} = {value}" for key, value in keys.items())
        pairs = pairs or f"[[pair]]\n{pair}\n[pair.list]{self.lists}"
        (self.folder / "bridge.toml").write_text(
            f"""
[moodle]
url = "{self.url}"
token = {{ env = "TOKEN" }}
{moodle}
[mail]
address = "{BRIDGE}"
reply_secret = {{ env = "SECRET" }}
{mail}
[mail.out]
plugin = "maildir"
path = "out"
[[mail.in]]
plugin = "maildir"
path = "in"
[safety]
settle_after = "10m"
{safety}
[sync]
{sync}
[ledger]
{ledger}
{pairs}
""",
            encoding="utf-8",
        )

    def call(self, *arguments: str) -> Called:
        """Run a command and return how it ended."""
        code, text, error = self._run((*arguments, "--json"))
        return Called(
            code=code,
            data=json.loads(text) if text.strip() else {},
            said=text + error,
        )

    def printed(self, *arguments: str) -> str:
        """Run a command and return what a person reads."""
        code, text, error = self._run(arguments)
        assert code == 0, error
        return text

    def _run(self, arguments: tuple[str, ...]) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        invocation = Invocation(
            environ={
                **self.environ,
                "TOKEN": self.token,
                "SECRET": "a secret for reply keys",
                "XDG_STATE_HOME": str(self.folder / "state"),
            },
            folder=self.folder,
            home=self.folder,
            stdout=out,
            stderr=err,
            clock=self.clock,
        )
        code = run(arguments, invocation)
        assert code != 1, err.getvalue() + out.getvalue()
        return code, out.getvalue(), err.getvalue()

    def sync(self, *arguments: str) -> Called:
        return self.call("sync", *arguments)

    def begin(self, *arguments: str) -> None:
        """Let the bridge begin, from now on unless something else is said."""
        assert self.sync(*(arguments or ("--from", "now"))).code == 0
        self.clock.move(minutes=1)

    # What people do.

    def post(
        self,
        user: User,
        subject: str = "Blog",
        text: str = "<p>How do I begin a blog?</p>",
        *,
        forum: Forum | None = None,
        group: Group | None = None,
    ) -> Discussion:
        return self.moodle.post(
            user, forum or self.forum, subject, text, groupid=group.id if group else -1
        )

    def reply(
        self, user: User, to: Discussion | Post, text: str, *, private: bool = False
    ) -> Post:
        return self.moodle.reply(user, to, f"<p>{text}</p>", private=private)

    def write(
        self,
        user: User | str,
        text: str,
        *,
        to: str = LIST,
        subject: str = "A question",
        answers: str | None = None,
        references: str | None = None,
        message_id: str | None = None,
        box: Box | None = None,
        recipient: str | None = None,
        sender: str | None = None,
        headers: dict[str, str] | None = None,
        files: Iterable[tuple[str, bytes]] = (),
    ) -> str:
        """Let somebody write a mail; return its Message-ID."""
        self.ids += 1
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"] = user if isinstance(user, str) else user.email
        mail["To"] = to
        mail["Subject"] = subject
        mail["Message-ID"] = message_id or f"<{self.ids}@home.example>"
        mail["Date"] = self.clock.now
        if answers:
            mail["In-Reply-To"] = answers
        if references or answers:
            mail["References"] = references or answers or ""
        for name, value in (headers or {}).items():
            mail[name] = value
        mail.set_content(text)
        for name, content in files:
            mail.add_attachment(
                content, maintype="image", subtype="jpeg", filename=name
            )
        (box or self.box).lay(mail.as_bytes(), recipient=recipient, sender=sender)
        return str(mail["Message-ID"])

    # What there is afterwards.

    def posts(self, discussion: Discussion | None = None) -> list[Post]:
        found = [
            post
            for post in self.moodle.state.posts.values()
            if discussion is None or post.discussionid == discussion.id
        ]
        return sorted(found, key=lambda post: post.id)

    def sent(self) -> list[OutgoingMail]:
        return self.outbox.sent

    def mails(self, address: str | None = None) -> list[EmailMessage]:
        """Return the mails that were sent, to one envelope address if it is given."""
        return [
            read(mail.content)
            for mail in self.outbox.sent
            if address is None or address in mail.recipients
        ]

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        ledger = Ledger.open(f"sqlite:///{self.folder / 'ledger.db'}", clock=self.clock)
        try:
            with ledger.reading() as transaction:
                yield transaction
        finally:
            ledger.close()

    def mail(self, message_id: str) -> Inbound:
        """Return the first mail in the ledger with this Message-ID."""
        with self.reading() as transaction:
            return transaction.inbound.find(message_id)[0]

    def link(self, post: Post | int, pair: str = "fo26") -> Link:
        number = post if isinstance(post, int) else post.id
        with self.reading() as transaction:
            return transaction.links.by_post(number, pair)[0]


def read(raw: bytes) -> EmailMessage:
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content


MakeCourse = Callable[..., BridgedCourse]
