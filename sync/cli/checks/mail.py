"""Looks whether mail can go out and come in; no mail is sent, none is marked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from moodle_bridge.interfaces import IMailbox, IMailer, IMailingList
from sync.cli.checks.finding import Finding, caught, ok, warning

if TYPE_CHECKING:
    from moodle_bridge.registry import Registry
    from sync.settings import PluginChoice, Settings


def look_at_mail(settings: Settings, registry: Registry) -> Iterator[Finding]:
    """Look at the way out, each way in, and the list of each pair."""
    mail = settings.mail
    yield from caught("mail out", lambda: _out(mail.out, registry))
    for number, choice in enumerate(mail.incoming, start=1):
        name = f"mail in {number}"
        yield from caught(name, lambda: _in(name, choice, registry))  # noqa: B023 - at once
    if mail.listen is not None:
        yield ok("mail in", f"LMTP at {mail.listen.host}:{mail.listen.port} (`listen`)")
    if not mail.incoming and mail.listen is None:
        yield warning(
            "mail in",
            "no [[mail.in]] and no [mail.listen]",
            "Right only if the mail server hands mails to `moodle-bridge receive`.",
        )
    for pair in settings.pairs:
        name = f"list of {pair.name}"
        yield from caught(name, lambda: _list(name, pair.list, registry))  # noqa: B023 - at once


def _out(choice: PluginChoice, registry: Registry) -> Iterator[Finding]:
    mailer = registry.build(IMailer, choice.plugin, choice.settings)
    with closing(mailer):
        look = getattr(mailer, "probe", None)
        if look is None:
            yield ok("mail out", f"{choice.plugin}: nothing to log in to")
            return
        look()
        yield ok("mail out", f"{choice.plugin}: reached, and the login is taken")


def _in(name: str, choice: PluginChoice, registry: Registry) -> Iterator[Finding]:
    mailbox = registry.build(IMailbox, choice.plugin, choice.settings)
    with closing(mailbox):
        # Fetching changes nothing at the mailbox (see `IMailbox`); one mail is enough.
        waits = next(iter(mailbox.fetch(None)), None) is not None
        seen = "mail is there" if waits else "it is empty"
        yield ok(name, f"{mailbox.name}: reached, {seen}")


def _list(name: str, choice: PluginChoice, registry: Registry) -> Iterator[Finding]:
    mailing_list = registry.build(IMailingList, choice.plugin, choice.settings)
    yield ok(name, f"{choice.plugin}: {mailing_list.address.address}")
