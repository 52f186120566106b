"""`moodle-bridge listen`: mails by LMTP into the ledger."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from mappings.addresses import folded
from moodle_bridge.errors import ConfigError
from moodle_bridge.plugins.mailboxes.lmtp import LmtpListener
from sync.bridge import Bridge
from sync.cli.result import Result

if TYPE_CHECKING:
    from moodle_bridge.model.mail import IncomingMail
    from sync.cli.invocation import Invocation


def run(invocation: Invocation, *, host: str | None, port: int | None) -> Result:
    """Take mails until SIGTERM or SIGINT; each is answered when it is on the disk."""
    with Bridge(
        invocation.settings(), invocation.registry(), clock=invocation.clock
    ) as bridge:
        wanted = bridge.settings.mail.listen
        if wanted is None and (host is None or port is None):
            raise ConfigError(
                "nothing says where to listen",
                item="[mail.listen]",
                advice="Add the section to bridge.toml, or give --host and --port.",
            )
        listener = LmtpListener(
            host or (wanted.host if wanted else ""),
            port if port is not None else (wanted.port if wanted else 0),
            deliver=lambda mail: _keep(bridge, mail),
            accepts=_accepts(bridge),
            clock=invocation.clock,
        )
        # Opened before the first mail comes, so that a ledger that cannot be used is
        # told to the admin and not to the senders.
        _ = bridge.ledger
        stopped = threading.Event()
        before = {
            number: signal.signal(number, lambda *_: stopped.set())
            for number in (signal.SIGTERM, signal.SIGINT)
        }
        try:
            listener.start()
        except OSError as error:
            raise ConfigError(
                f"cannot listen there: {error}",
                item="[mail.listen]",
                advice="Choose a port that is free.",
            ) from error
        try:
            invocation.progress(f"listening on {listener.host}:{listener.port}")
            stopped.wait()
        finally:
            listener.stop()
            for number, was in before.items():
                signal.signal(number, was)
    return Result(parts=["Stopped."])


def _keep(bridge: Bridge, mail: IncomingMail) -> None:
    bridge.reception.take([mail], mailbox="listen")


def _accepts(bridge: Bridge) -> Callable[[str], bool]:
    """Return what says whether a recipient is the bridge's.

    Its own address is, with a key or without, and so are lists that are the bridge.
    """
    mine = {folded(bridge.settings.mail.address)}
    for pair in bridge.settings.pairs:
        traits = bridge.list_of(pair).traits
        if traits.knows_members:
            mine |= {folded(address) for address in traits.addresses}

    def accepts(recipient: str) -> bool:
        local, _, domain = recipient.rpartition("@")
        bare = local.partition("+")[0]
        return folded(recipient) in mine or folded(f"{bare}@{domain}") in mine

    return accepts
