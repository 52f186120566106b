"""A post office to practise with: SMTP, mailboxes, lists, bounces, and mischief.

`python -m moodle_bridge.practice.post_office --folder F [--port N] --plan FILE` runs
one by itself; see `post_office_plan` for the file.
"""

from __future__ import annotations

import ssl
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Any, Self

from moodle_bridge.errors import Permanent
from moodle_bridge.practice.post_office_letter import Letter, bare, with_crlf
from moodle_bridge.practice.post_office_lists import PracticeList
from moodle_bridge.practice.post_office_mailboxes import Maildirs
from moodle_bridge.practice.post_office_misbehave import Misbehave
from moodle_bridge.practice.post_office_notes import AutoReply, bounce
from moodle_bridge.practice.post_office_server import Counter
from moodle_bridge.runtime import Clock, utc_now

_MOST_HOPS = 30
_MOST_LETTERS = 10_000
_MOST_NOTES = 500


class PostOffice:
    """Takes mail for its domains and delivers it into Maildirs under `folder`.

    One mail is delivered whole, with all copies, bounces and notes that come of it,
    before it is answered with 250; so what lies in the mailboxes can be counted at
    any time. `tls` offers STARTTLS, or TLS from the first byte with `tls_at_once`;
    `login` (username, password) is then asked for. `size_limit` (bytes) is announced.

    `storms` counts mails that begot more than 500 bounces and notes, or 10,000 copies,
    and were stopped there.
    """

    def __init__(
        self,
        folder: Path,
        domains: Iterable[str],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        size_limit: int | None = None,
        tls: ssl.SSLContext | None = None,
        tls_at_once: bool = False,
        login: tuple[str, str] | None = None,
        misbehave: Misbehave | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self.host = host
        self.port = port
        self.misbehave = misbehave or Misbehave()
        self.storms = 0
        self._domains = tuple(domain.lower() for domain in domains)
        self._size_limit = size_limit
        self._tls = tls
        self._tls_at_once = tls_at_once
        self._login = login
        self._clock = clock
        self._lock = RLock()
        self._maildirs = Maildirs(folder)
        self._mailboxes: dict[str, AutoReply | None] = {}
        self._dead: dict[str, str] = {}
        self._lists: dict[str, PracticeList] = {}
        self._answered: set[tuple[str, str]] = set()
        self._accepted = 0
        self._written = 0
        self._counter: Counter | None = None

    def add_mailbox(self, address: str, *, autoreply: AutoReply | None = None) -> None:
        """Make a mailbox; `autoreply` answers what comes. May be repeated."""
        with self._lock:
            self._maildirs.make(bare(address))
            self._mailboxes[bare(address)] = autoreply

    def add_dead(self, address: str, *, status: str = "5.1.1") -> None:
        """Make an address that takes mail and reports later that it cannot be read."""
        with self._lock:
            self._dead[bare(address)] = status

    def add_list(
        self, address: str, members: Iterable[str], **traits: Any
    ) -> PracticeList:
        """Make a mailing list, or put another in its place.

        `traits` are the further fields of `PracticeList`.
        """
        practice_list = PracticeList(address=address, members=tuple(members), **traits)
        with self._lock:
            self._lists[bare(practice_list.address)] = practice_list
            self._maildirs.make(bare(practice_list.bounce_address()))
            self._mailboxes[bare(practice_list.bounce_address())] = None
        return practice_list

    def path(self, address: str) -> Path:
        """Return the Maildir of an address."""
        return self._maildirs.path(bare(address))

    def mails(self, address: str) -> list[bytes]:
        """Return what was delivered to an address, by arrival, with LF line ends."""
        with self._lock:
            return self._maildirs.mails(bare(address))

    def refusal(self, address: str) -> str | None:
        """Return the SMTP reply that refuses a recipient; None = welcome."""
        known = bare(address)
        if known.rpartition("@")[2] not in self._domains:
            return "550 5.7.1 relaying denied"
        with self._lock:
            if known in self._mailboxes or known in self._lists or known in self._dead:
                return None
        return "550 5.1.1 no such mailbox"

    def send(self, raw: bytes, sender: str, recipients: Iterable[str]) -> None:
        """Deliver a mail as if a participant had sent it; nothing goes wrong here.

        Raises Permanent for a recipient that the post office refuses; then nobody
        gets it.
        """
        recipients = tuple(recipients)
        for recipient in recipients:
            refusal = self.refusal(recipient)
            if refusal is not None:
                raise Permanent(refusal, item=recipient, code="550")
        self.accept(sender, recipients, with_crlf(raw))

    def accept(self, sender: str, recipients: Iterable[str], content: bytes) -> int:
        """Deliver a mail with all that comes of it; return its number here."""
        with self._lock:
            self._accepted += 1
            number = self._accepted
            waiting = deque(
                Letter(
                    sender=sender,
                    recipient=recipient,
                    content=self._stamped(content, recipient, number),
                )
                for recipient in recipients
            )
            delivered: list[tuple[str, bytes]] = []
            most_written = self._written + _MOST_NOTES
            for _ in range(_MOST_LETTERS):
                if not waiting or self._written > most_written:
                    break
                waiting.extend(self._sorted(waiting.popleft(), delivered))
            if waiting:
                self.storms += 1
            for address, mail in delivered:
                self._maildirs.store(address, mail, self._clock())
            return number

    def start(self) -> None:
        """Listen; `port` then says where."""
        self._counter = Counter(
            self,
            host=self.host,
            port=self.port,
            size_limit=self._size_limit,
            tls=self._tls,
            tls_at_once=self._tls_at_once,
            login=self._login,
        )
        self._counter.start()
        self.port = self._counter.port

    def stop(self) -> None:
        """Listen no more; may be repeated."""
        counter, self._counter = self._counter, None
        if counter is not None:
            counter.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _sorted(
        self, letter: Letter, delivered: list[tuple[str, bytes]]
    ) -> list[Letter]:
        known = bare(letter.recipient)
        if letter.hops() > _MOST_HOPS:
            return self._returned(letter, "5.4.6", "too many hops")
        if known in self._lists:
            return list(self._lists[known].copies(letter))
        if known in self._mailboxes:
            envelope = f"Return-Path: <{letter.sender}>\r\nDelivered-To: {letter.recipient}\r\n"
            delivered.append((known, envelope.encode() + letter.content))
            return self._answers(known, letter)
        status = self._dead.get(known, "5.1.1")
        return self._returned(letter, status, "no such mailbox")

    def _answers(self, known: str, letter: Letter) -> list[Letter]:
        autoreply = self._mailboxes[known]
        if autoreply is None:
            return []
        if autoreply.obeys and (known, letter.sender) in self._answered:
            return []
        answer = autoreply.answer(letter, number=self._next_number(), now=self._clock())
        if answer is None:
            return []
        self._answered.add((known, letter.sender))
        return [answer]

    def _returned(self, letter: Letter, status: str, why: str) -> list[Letter]:
        report = bounce(
            letter,
            status=status,
            why=why,
            host=self._domains[0],
            number=self._next_number(),
            now=self._clock(),
        )
        return [] if report is None else [report]

    def _next_number(self) -> int:
        self._written += 1
        return self._written

    def _stamped(self, content: bytes, recipient: str, number: int) -> bytes:
        moment = self._clock().strftime("%a, %d %b %Y %H:%M:%S +0000")
        received = (
            f"Received: by post-office.practice with SMTP id {number}\r\n"
            f"\tfor <{recipient}>; {moment}\r\n"
        )
        return received.encode() + content


if __name__ == "__main__":
    from moodle_bridge.practice.post_office_plan import main

    main()
