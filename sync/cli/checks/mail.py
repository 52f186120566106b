"""Looks whether mail can go out and come in; no mail is sent, none is marked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from moodle_bridge.authenticity import Unanswered
from sync.cli.checks.finding import Finding, caught, ok, warning
from sync.cli.checks.lists import look_at_list

if TYPE_CHECKING:
    from moodle_bridge.interfaces import IMailbox
    from sync.bridge import Bridge


def look_at_mail(bridge: Bridge) -> Iterator[Finding]:
    """Look at the way out, each way in, and the list of each pair."""
    mail = bridge.settings.mail
    yield from caught("mail out", lambda: _out(bridge))
    yield from caught("mail in", lambda: _in(bridge))
    yield _authenticity(bridge)
    if mail.listen is not None:
        yield ok("mail in", f"LMTP at {mail.listen.host}:{mail.listen.port} (`listen`)")
    if not mail.incoming and mail.listen is None:
        yield warning(
            "mail in",
            "no [[mail.in]] and no [mail.listen]",
            "Right only if the mail server hands mails to `moodle-bridge receive`.",
        )
    for pair in bridge.settings.pairs:
        yield from look_at_list(bridge, pair)


def _authenticity(bridge: Bridge) -> Finding:
    """Say who looks whether From is true."""
    mail = bridge.settings.mail
    what = "whether From is true"
    if mail.authenticity_by == "none":
        return warning(
            what,
            "nobody checks whether From is true",
            "Whoever forges an address writes in its owner's name. Set"
            ' [mail.authenticity].by to "server" or "library" in bridge.toml.',
        )
    if mail.authenticity.unproven == "post":
        return warning(
            what,
            f"{mail.authenticity_by} looks; what nothing proves is posted",
            'Set [mail.authenticity].unproven to "ask", and the owner of the address'
            " is asked before.",
        )
    if mail.authenticity_by == "library":
        return _dns_asked(bridge, what)
    return ok(what, f"{mail.authserv_id} looks, and its word is taken")


def _dns_asked(bridge: Bridge, what: str) -> Finding:
    domain = bridge.settings.mail.domain
    try:
        bridge.resolver().records(domain, "TXT")
    except Unanswered as error:
        return warning(
            what,
            f"the bridge itself is to look, and the DNS does not answer ({error})",
            "Let this machine ask the DNS. Until then mails wait, and are held after"
            " a day.",
        )
    return ok(what, "the bridge itself looks (DKIM, DMARC, SPF)")


def _out(bridge: Bridge) -> Iterator[Finding]:
    plugin = bridge.settings.mail.out.plugin
    look = getattr(bridge.mailer, "probe", None)
    if look is None:
        yield ok("mail out", f"{plugin}: set up; it is tried with the first mail")
        return
    look()
    yield ok("mail out", f"{plugin}: reached, and the login is taken")


def _in(bridge: Bridge) -> Iterator[Finding]:
    for mailbox in bridge.mailboxes:
        yield from caught("mail in", lambda: _mailbox(mailbox))  # noqa: B023 - at once


def _mailbox(mailbox: IMailbox) -> Iterator[Finding]:
    look = getattr(mailbox, "probe", None)
    if look is not None:
        look()
    # Fetching changes nothing at the mailbox (see `IMailbox`); one mail is enough.
    waits = next(iter(mailbox.fetch(None)), None) is not None
    state = "mail is there" if waits else "reached; it is empty"
    yield ok("mail in", f"{mailbox.name}: {state}")
