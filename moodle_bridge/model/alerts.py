"""Alerts: what a facilitator is told about a question that waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertNotice:
    """One message to one facilitator, about one question or several.

    `key` names it for ever: the same notice sent again has the same key. `subject` is
    one line. `text` is plain text of any length; `short` says the same in at most 300
    characters, for what charges by the message. `language` is that of the words.
    `reply_to` is the address that takes an answer by mail, None when there is none.
    `message_id` and `headers` are for channels that send mail: by them its copy, and
    an answer to it, are known again.
    """

    key: str
    subject: str
    text: str
    short: str
    language: str
    reply_to: str | None = None
    message_id: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertTarget:
    """Where a channel reaches somebody.

    `address` is what the channel takes: a mail address, a Moodle user id, an Apprise
    address (which may hold a secret: never shown). `name` is theirs.
    """

    name: str
    address: str
