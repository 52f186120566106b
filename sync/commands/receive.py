"""`moodle-bridge receive`: one mail from standard input into the ledger."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from moodle_bridge.errors import ConfigError
from moodle_bridge.plugins.mailboxes.standard_input import read_stdin
from sync.bridge import Bridge
from sync.cli.result import Result

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation


def run(
    invocation: Invocation,
    *,
    stream: BinaryIO,
    sender: str | None,
    recipient: str | None,
) -> Result:
    """Keep one mail; when this returns, it is on the disk. May be repeated."""
    with Bridge(
        invocation.settings(), invocation.registry(), clock=invocation.clock
    ) as bridge:
        mail = read_stdin(
            stream, environment=invocation.environ, received=invocation.clock()
        )
        if mail is None:
            raise ConfigError(
                "there is no mail on standard input",
                advice="Let the mail server pipe each mail into this command.",
            )
        if sender is not None:
            mail = replace(mail, envelope_sender=sender)
        if recipient is not None:
            mail = replace(mail, envelope_recipient=recipient)
        bridge.reception.take([mail], mailbox="receive")
    return Result()
