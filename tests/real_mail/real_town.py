"""A course on a practice Moodle, people with mailboxes, and the real command."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import localtime, make_msgid, parseaddr
from pathlib import Path
from typing import Any, Protocol

import requests

from moodle_bridge.practice import PracticeMoodle
from moodle_bridge.practice.records import Discussion, Post, User
from moodle_bridge.runtime import utc_now
from sync.cli.frame import run
from sync.cli.invocation import Invocation
from sync.ledger import Ledger, Transaction
from sync.ledger.inbound import Inbound, InboundState
from tests.contract.mail_servers import ImapServer
from tests.real_mail.mailman_core import PASSWORD, MailmanCore, until

COMMAND = Path(sys.executable).with_name("moodle-bridge")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How the command ended."""

    code: int
    data: dict[str, Any]
    said: str


class LaterClock:
    """The true time, or so much later; days of a course need not be waited for."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return utc_now() + self.ahead

    def unix(self) -> int:
        return int(self().timestamp())

    def move(self, **by: float) -> None:
        self.ahead += timedelta(**by)

    def far_hour(self) -> str:
        """Return the hour of a day that is as far from now as can be, as HH:MM.

        What is to come at that hour comes when a day is over, and not before.
        """
        return f"{self() + timedelta(hours=12):%H:00}"


class PostOffice(Protocol):
    """The mail servers of a town: where mail is sent to, and where it lies.

    `mail_out` is [mail.out] of a bridge, and `mail_in` its [[mail.in]] for an account.
    """

    @property
    def mail_out(self) -> str: ...

    def add_account(self, address: str) -> ImapServer:
        """Make a mailbox that is read by IMAP."""

    def add_mailbox(self, *addresses: str) -> None: ...

    def mails(self, address: str) -> list[EmailMessage]: ...

    def send(
        self, mail: EmailMessage | bytes, sender: str, *recipients: str
    ) -> None: ...

    def mail_in(self, account: ImapServer, password_file: str) -> str: ...


class RealTown:
    """One course with a facilitator and two participants.

    The addresses carry the town's name, so that towns share nothing but the servers.
    `imap` is the bridge's own account.
    """

    def __init__(  # noqa: PLR0917
        self,
        folder: Path,
        name: str,
        moodle: PracticeMoodle,
        url: str,
        office: PostOffice,
        clock: LaterClock,
        *,
        domain: str = "bridge.example",
    ) -> None:
        self.folder, self.name, self.office, self.clock = folder, name, office, clock
        self.moodle, self.url = moodle, url
        self.apart = False
        self.address = f"bridge-{name}@{domain}"
        self.list_address = f"{name}@lists.example"
        self.imap = office.add_account(self.address)
        self.course = moodle.add_course("Facilitating online", shortname=name.upper())
        self.forum = moodle.add_forum(self.course, "Questions")
        self.bridge = self._person("bridge", "Course", "Bridge", role="manager")
        self.grace = self._person("grace", "Grace", "Nakato")
        self.ha = self._person("ha", "Thị Hà", "Nguyễn")
        self.jan = self._person("jan", "Jan", "de Wit")
        self.people = (self.grace, self.ha, self.jan)
        for person, role in (
            (self.bridge, "editingteacher"),
            (self.grace, "editingteacher"),
            (self.ha, "student"),
            (self.jan, "student"),
        ):
            moodle.enrol(person, self.course, role)
        office.add_mailbox(*(person.email for person in self.people))
        self.say("token", moodle.token_for(self.bridge))
        self.say("secret", f"a secret for the reply keys of {name}")
        self.say("mailman-password", PASSWORD)
        self.mailboxes = [self.imap]

    def _person(self, username: str, first: str, last: str, role: str = "") -> User:
        address = (
            self.address
            if username == "bridge"
            else f"{username}-{self.name}@home.example"
        )
        return self.moodle.add_user(
            f"{username}-{self.name}", first, last, address, systemrole=role
        )

    def say(self, name: str, text: str) -> None:
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")

    def by_mailman(self, mailman: MailmanCore, **keys: str) -> None:
        """Join the forum to a list of Mailman; `keys` are those of [pair.list]."""
        lines = [f"{key} = {value}" for key, value in keys.items()]
        self._configure(
            "\n".join(
                [
                    'plugin = "mailman3"',
                    f'address = "{self.list_address}"',
                    f'name = "{self.name}"',
                    f'rest_url = "{mailman.url}"',
                    'rest_password = { file = "mailman-password" }',
                    'lmtp_host = "127.0.0.1"',
                    f"lmtp_port = {mailman.lmtp_port}",
                    *lines,
                ]
            )
        )

    def direct(self, *, web: str | None = None, listen: int | None = None) -> None:
        """Join the forum to a list that is nobody's but the bridge's.

        `web` is the address of the bridge's pages, `listen` the port for LMTP.
        """
        further = [
            "" if web is None else f'[web]\npublic_url = "{web}"',
            "" if listen is None else f"[mail.listen]\nport = {listen}",
        ]
        self._configure(
            f'plugin = "direct"\naddress = "{self.address}"\nname = "{self.name}"',
            "\n".join(further),
        )

    def _configure(self, listed: str, further: str = "") -> None:
        read = []
        for number, account in enumerate(self.mailboxes):
            self.say(f"imap-password-{number}", account.password)
            read.append(self.office.mail_in(account, f"imap-password-{number}"))
        boxes = "\n".join(read)
        self.say(
            "bridge.toml",
            f"""
[moodle]
url = "{self.url}"
token = {{ file = "token" }}
[mail]
address = "{self.address}"
reply_secret = {{ file = "secret" }}
[mail.out]
{self.office.mail_out}
{boxes}
[[pair]]
name = "{self.name}"
course = "{self.course.shortname}"
forum = {self.forum.cmid}
hold = "0s"
[pair.list]
{listed}
{further}
""",
        )

    def run(self, *arguments: str) -> Ended:
        """Run the command; in a process of its own where `apart` says so."""
        given = ("--config", str(self.folder / "bridge.toml"), *arguments, "--json")
        code, out, err = self._apart(given) if self.apart else self._here(given)
        assert "Traceback" not in err, err
        assert code != 1, out + err
        data = json.loads(out) if out.strip() else {}
        return Ended(code=code, data=data, said=out + err)

    def _here(self, arguments: tuple[str, ...]) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        invocation = Invocation(
            environ={"XDG_STATE_HOME": str(self.folder / "state")},
            folder=self.folder,
            home=self.folder,
            stdout=out,
            stderr=err,
            clock=self.clock,
        )
        return run(arguments, invocation), out.getvalue(), err.getvalue()

    def _apart(self, arguments: tuple[str, ...]) -> tuple[int, str, str]:
        done = subprocess.run(
            [str(COMMAND), *arguments],
            capture_output=True,
            text=True,
            env={**os.environ, "XDG_STATE_HOME": str(self.folder / "state")},
            timeout=600,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    @contextmanager
    def at_work(self, *arguments: str) -> Iterator[None]:
        """Let a command that goes on until it is stopped run while the block does."""
        with subprocess.Popen(
            [str(COMMAND), "--config", str(self.folder / "bridge.toml"), *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, "XDG_STATE_HOME": str(self.folder / "state")},
        ) as command:
            assert command.stderr is not None
            try:
                # It says where it listens when it does.
                line = command.stderr.readline().decode()
                assert re.search(r":\d+", line), line
                yield
            finally:
                command.terminate()
                command.wait(300)
                said = command.stderr.read().decode()
        assert command.returncode == 0, said

    def sync(self, *arguments: str) -> Ended:
        return self.run("sync", *arguments)

    def begin(self) -> None:
        begun = self.sync("--from", "now")
        assert begun.code == 0, begun.said

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        ledger = Ledger.open(f"sqlite:///{self.folder / 'ledger.db'}")
        try:
            with ledger.reading() as transaction:
                yield transaction
        finally:
            ledger.close()

    def taken(self) -> list[Inbound]:
        """Return the mails that the bridge keeps, in the order they came."""
        with self.reading() as transaction:
            mails = [
                mail
                for state in InboundState
                for mail in transaction.inbound.with_state(state)
            ]
        return sorted(mails, key=lambda mail: mail.id)

    def posts(self, discussion: Discussion | None = None) -> list[Post]:
        return [
            post
            for post in self.moodle.state.posts.values()
            if discussion is None or post.discussionid == discussion.id
        ]

    def post(
        self, person: User, subject: str, text: str, *, photo: bytes = b""
    ) -> Discussion:
        """Let somebody begin a discussion in Moodle, with a photo if there is one."""
        if not photo:
            return self.moodle.post(
                person, self.forum, subject, f"<p>{text}</p>", groupid=-1
            )
        rows = requests.post(
            f"{self.url}/webservice/upload.php",
            data={"token": self.moodle.token_for(person), "itemid": "0"},
            files={"file_1": ("market.jpg", photo, "image/jpeg")},
            timeout=300,
        ).json()
        answer = self.moodle.call(
            person,
            "mod_forum_add_discussion",
            forumid=self.forum.id,
            subject=subject,
            message=f"<p>{text}</p>",
            options=[{"name": "attachmentsid", "value": rows[0]["itemid"]}],
        )
        return self.moodle.state.discussions[answer["discussionid"]]

    def mails(self, person: User) -> list[EmailMessage]:
        return self.office.mails(person.email)

    def gets(self, person: User, words: str, *, number: int = 1) -> list[EmailMessage]:
        """Wait until somebody has so many mails that hold these words; return them."""

        def found() -> list[EmailMessage]:
            some = [mail for mail in self.mails(person) if words in text_of(mail)]
            return some if len(some) >= number else []

        found_mails: list[EmailMessage] = until(found, f"{person.email} gets {words!r}")
        return found_mails

    def waits(self, number: int = 1) -> None:
        """Wait until so many mails lie unread in the bridge's account."""
        until(
            lambda: self.imap.does(unread) >= number,
            f"{number} mails for {self.address}",
        )

    def list_brings(self, words: str) -> None:
        """Wait until the list has brought the bridge a mail that holds these words.

        It is not enough to count: a post that goes out by mail brings a receipt too.
        """

        def brought(client: Any) -> bool:
            return any(
                mail["List-Id"] and words in text_of(mail)
                for mail in unread_mails(client)
            )

        until(lambda: self.imap.does(brought), f"{self.address} gets {words!r}")

    def write(
        self,
        person: User | str,
        text: str,
        *,
        answers: EmailMessage | None = None,
        to: str | None = None,
        copy: str | None = None,
        subject: str = "A question",
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """Let somebody write or answer as their mail program would; return the mail."""
        address = person if isinstance(person, str) else person.email
        mail = EmailMessage()
        mail["From"] = address
        if answers is not None:
            to = to or parseaddr(str(answers["Reply-To"] or answers["From"]))[1]
            subject = f"Re: {answers['Subject']}"
            mail["In-Reply-To"] = str(answers["Message-ID"])
            mail["References"] = " ".join(
                [*str(answers["References"] or "").split(), str(answers["Message-ID"])]
            )
        mail["To"] = to or self.list_address
        if copy:
            mail["Cc"] = copy
        mail["Subject"] = subject
        mail["Date"] = localtime()
        mail["Message-ID"] = make_msgid(domain="home.example")
        for name, value in (headers or {}).items():
            mail[name] = value
        mail.set_content(text)
        self.office.send(mail, address, str(mail["To"]), *([copy] if copy else []))
        return mail


def text_of(mail: EmailMessage) -> str:
    """Return the plain words of a mail."""
    part = mail.get_body(("plain",))
    return "" if part is None else str(part.get_content())


def quoted(mail: EmailMessage) -> list[str]:
    """Return the lines of a mail as a mail program quotes them below an answer."""
    return [f"> {line}".rstrip() for line in text_of(mail).splitlines()]


def unread(client: Any) -> int:
    """Return how many mails of an account nobody has read."""
    client.select_folder("INBOX", readonly=True)
    return len(client.search("UNSEEN"))


def unread_mails(client: Any) -> list[EmailMessage]:
    """Return the mails of an account that nobody has read, and leave them so."""
    client.select_folder("INBOX", readonly=True)
    told = client.fetch(client.search("UNSEEN"), ["BODY.PEEK[]"])
    return [
        message_from_bytes(part[b"BODY[]"], policy=policy.default)
        for part in told.values()
    ]
