"""What became of everything that was written, as ledger and mailboxes tell it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from email.policy import compat32
from typing import TYPE_CHECKING, Any

from mappings.one_line import cut
from sync.cli.result import Table
from sync.demo.people import EVERYBODY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from email.message import Message

    from sync.demo.console import Console
    from sync.demo.people import Character
    from sync.demo.stage import Stage

FORUM, MAIL = "Moodle", "mail"
_SUBJECT_LONGEST = 26

_NOT_MAILED = {
    "private": "not mailed: a private reply",
    "group": "not mailed: for one group only",
    "qanda": "not mailed: a hidden answer",
}
_SET_ASIDE = {
    "auto-reply": "not posted: an auto-reply",
    "duplicate": "not posted: a second copy",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Something that somebody wrote: a post (`post_id`) or a mail (`message_id`)."""

    time: str
    author: Character
    subject: str
    post_id: int | None = None
    message_id: str | None = None

    @property
    def place(self) -> str:
        """Where it was written."""
        return FORUM if self.message_id is None else MAIL


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of it, in `words` and as facts.

    `post_id` is None when it is no post; `state` and `reason` are the ledger's.
    `copies` says by address how often a mailbox of the course holds it.
    """

    words: str
    state: str
    reason: str = ""
    post_id: int | None = None
    copies: dict[str, int] = field(default_factory=dict)
    sender_told: bool = False


class Account:
    """Looks up outcomes; what it says is read, never assumed."""

    def __init__(self, console: Console, stage: Stage) -> None:
        self._console = console
        self._stage = stage
        # Mailboxes are looked through for everything that was written.
        self._read: dict[bytes, Message] = {}

    def outcome(self, written: Written) -> Outcome:
        """Return what became of a post or a mail until now."""
        name = written.message_id or str(written.post_id)
        told = self._console.ask_or_none("explain", name)
        if told is None:
            words = "not looked at yet"
            if written.post_id is not None and written.time < self._began():
                words = "not mailed: older than the bridge"
            return Outcome(words=words, state="unknown", post_id=written.post_id)
        if written.message_id is None:
            return self._of_post(told["posts"][0])
        return self._of_mail(written.message_id, told["mails"], told["posts"])

    def _of_post(self, post: dict[str, Any]) -> Outcome:
        state, reason = post["state"], post["reason"]
        copies = self._copies(post["message_id"])
        words = {
            "gone": "not mailed: deleted in time",
            "sent": f"mailed to {len(copies)} people",
            "withheld": _NOT_MAILED.get(reason, f"not mailed: {reason}"),
        }.get(state, "")
        if reason == "written before the bridge began":
            words = "not mailed: older than the bridge"
        if state == "waiting":
            words = f"waits until {post['due_at'][11:16]}, then goes out"
        if state == "sent" and post["edited_at"]:
            words += ", as corrected"
        return Outcome(
            words=words,
            state=state,
            reason=reason,
            post_id=post["post_id"],
            copies=copies,
        )

    def _of_mail(
        self,
        message_id: str,
        mails: Sequence[dict[str, Any]],
        posts: Sequence[dict[str, Any]],
    ) -> Outcome:
        mail = next((one for one in mails if one["state"] == "posted"), mails[0])
        state, reason, copies = mail["state"], mail["reason"], self._copies(message_id)
        told = False
        numbers = [part["post_id"] for part in mail["parts"] if part["post_id"]]
        if state == "answered":
            words = "done as asked, and answered"
        elif state == "posted" and numbers:
            words = f"{len(numbers)} posts: " + ", ".join(map(str, numbers))
        elif state == "posted":
            words = f"post {mail['post_id']}"
            by_list = any(
                post["reason"] == "readers have it from the list" for post in posts
            )
            seen = len(copies)
            words += (
                f"; the list gave it to {seen}" if by_list else f", mailed to {seen}"
            )
            if mail["copies"] > 1 or len(mails) > 1:
                words = f"post {mail['post_id']}, once; its copy set aside"
        elif state == "ignored":
            words = _SET_ASIDE.get(reason, f"not posted: {reason}")
        elif state == "held":
            told = self._was_told(message_id, mail["from"])
            words = (
                "held, and its sender told so" if told else "held, nobody told again"
            )
        else:
            words = state
        return Outcome(
            words=words,
            state=state,
            reason=reason,
            post_id=mail["post_id"],
            copies=copies,
            sender_told=told,
        )

    def _began(self) -> str:
        """Return when the bridge was told to begin, as `HH:MM`."""
        runs = (one.time for one in self._console.typed if "--from now" in one.line)
        return next(runs, "")

    def _copies(self, message_id: str) -> dict[str, int]:
        counted = {
            person.address: self._ids(person.address, "Message-ID")[message_id]
            for person in EVERYBODY
        }
        return {address: number for address, number in counted.items() if number}

    def _was_told(self, message_id: str, sender: str) -> bool:
        return bool(self._ids(sender, "In-Reply-To")[message_id])

    def _ids(self, address: str, name: str) -> Counter[str]:
        """Count the values of a header over the mails of a mailbox."""
        heads = map(self._head, self._stage.office.mails(address))
        return Counter(str(head.get(name, "")).strip() for head in heads)

    def _head(self, raw: bytes) -> Message:
        if raw not in self._read:
            self._read[raw] = BytesHeaderParser(policy=compat32).parsebytes(raw)
        return self._read[raw]


def table(entries: Iterable[tuple[Written, Outcome]]) -> Table:
    """Return the table of the day."""
    return Table(
        title="What went where",
        columns=("at", "who", "wrote", "subject", "what became of it"),
        rows=[
            (
                written.time,
                written.author.name,
                MAIL if written.post_id is None else f"post {written.post_id}",
                cut(written.subject, _SUBJECT_LONGEST),
                outcome.words,
            )
            for written, outcome in entries
        ],
    )


def facts(entries: Iterable[tuple[Written, Outcome]]) -> list[dict[str, Any]]:
    """Return the same for a program."""
    return [
        {
            "at": written.time,
            "who": written.author.name,
            "organisation": written.author.organisation,
            "address": written.author.address,
            "written_in": "forum" if written.place == FORUM else "mail",
            "subject": written.subject,
            "message_id": written.message_id,
            "post_id": outcome.post_id,
            "state": outcome.state,
            "reason": outcome.reason,
            "outcome": outcome.words,
            "mailboxes": outcome.copies,
            "sender_told": outcome.sender_told,
        }
        for written, outcome in entries
    ]
