"""Messages from the account to a person, which Moodle shows or mails as they chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from pydantic import BaseModel, TypeAdapter

from moodle_bridge.errors import InDoubt, Permanent
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.functions import SEND_MESSAGES
from moodle_bridge.moodle.items import ItemWrite, write_items
from moodle_bridge.moodle.outcomes import ItemOutcome, Outcome, done, refused

LONGEST = 4096
"""The most bytes that Moodle takes in a message."""


class TextFormat(IntEnum):
    """How Moodle reads a text."""

    HTML = 1
    PLAIN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message to one person."""

    user_id: int
    text: str
    format: TextFormat = TextFormat.HTML

    def row(self) -> dict[str, Any]:
        """Return it as `core_message_send_instant_messages` takes it."""
        return {
            "touserid": self.user_id,
            "text": self.text,
            "textformat": self.format.value,
        }


class _Row(BaseModel):
    msgid: int
    errormessage: str | None = None


_ROWS = TypeAdapter(list[_Row])


class Messages:
    """Moodle's own messages; people may block them, or have them mailed."""

    def __init__(self, client: MoodleClient) -> None:
        self._client = client

    def send(self, message: NewMessage) -> int:
        """Send a message and return its id. Never to be repeated when in doubt.

        Raises Permanent with code `toolong` over 4,096 bytes (nothing was sent), with
        code `notsent` when Moodle did not deliver it (no such person, blocked), and
        otherwise as `MoodleClient.write`.
        """
        problem = _too_long(message)
        if _size(message) > LONGEST:
            raise Permanent(problem.what, code=problem.code, advice=problem.advice)
        rows: list[_Row] = self._client.write(
            SEND_MESSAGES, {"messages": [message.row()]}, _ROWS
        ).value
        sent = _sent([message], rows)[0]
        if not sent.is_so:
            kind = InDoubt if sent.outcome is Outcome.IN_DOUBT else Permanent
            raise kind(sent.what, code=sent.code, advice=sent.advice)
        return sent.remote_id or 0

    def send_all(
        self, messages: Sequence[NewMessage]
    ) -> tuple[ItemOutcome[NewMessage], ...]:
        """Send messages; return one outcome each, in order, with the id of each sent.

        One call each: when some are sent and some are not, Moodle 4.5 breaks while it
        writes the answer, after it sent them. One in doubt stops the rest, which are
        NOT_TRIED. `core_message_send_instant_messages`.
        """
        fit = [i for i, message in enumerate(messages) if _size(message) <= LONGEST]
        written = write_items(
            self._client,
            ItemWrite(
                function=SEND_MESSAGES,
                argument="messages",
                row=NewMessage.row,
                shape=_ROWS,
                answered=_sent,
                shared=frozenset({"nopermissions", "disabled"}),
                most=1,
            ),
            [messages[index] for index in fit],
        )
        outcomes = {i: _too_long(message) for i, message in enumerate(messages)}
        outcomes.update(zip(fit, written, strict=True))
        return tuple(outcomes[index] for index in range(len(messages)))


def _size(message: NewMessage) -> int:
    return len(message.text.encode("utf-8", "replace"))


def _too_long(message: NewMessage) -> ItemOutcome[NewMessage]:
    return refused(
        message,
        "toolong",
        f"the message to user {message.user_id} is of {_size(message)} bytes, and "
        f"Moodle takes {LONGEST}",
        "Send a shorter one with a link.",
    )


def _sent(
    messages: Sequence[NewMessage], rows: list[_Row]
) -> list[ItemOutcome[NewMessage]]:
    (message,) = messages
    if len(rows) != 1:
        return [
            ItemOutcome(
                item=message,
                outcome=Outcome.IN_DOUBT,
                what=f"Moodle did not say whether user {message.user_id} was told",
                advice="Look at the conversation in Moodle before sending it again.",
            )
        ]
    (row,) = rows
    if row.msgid > 0:
        return [done(message, row.msgid)]
    reason = row.errormessage or "Moodle gives no reason"
    return [
        refused(
            message,
            "notsent",
            f"the message to user {message.user_id} was not sent: {reason}",
            "Reach the person another way; they may block messages.",
        )
    ]
