"""Looks at the mailing lists: what is set there so that the bridge would fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mappings.number_words import number_of
from moodle_bridge.interfaces import IListMembers
from sync.cli.checks.finding import Finding, caught, missing, ok, warning

if TYPE_CHECKING:
    from sync.bridge import Bridge
    from sync.settings.pair import PairSettings

# A mail is its files in base64, two forms of its text, and its header.
_TEXT_BYTES = 20_000


def largest_mail(attach_limit: int) -> int:
    """Return the most bytes that a mail of the bridge has on the wire, as a rule."""
    return attach_limit * 4 // 3 + attach_limit // 50 + _TEXT_BYTES


def look_at_list(bridge: Bridge, pair: PairSettings) -> Iterator[Finding]:
    """Look at the list of one pair; only what tells of itself can be looked at."""
    listed = bridge.list_of(pair)
    what = f"list of {pair.name}"
    yield ok(what, f"{pair.list.plugin}: {listed.address.address}")
    if IListMembers.providedBy(listed):
        yield from caught(what, lambda: _within(what, bridge, IListMembers(listed)))
    gathers = pair.channel in {"digest", "bundle", "moodle"}
    told = listed.traits.knows_members or IListMembers.providedBy(listed)
    if gathers and not told:
        yield warning(
            f"{what}, {pair.channel} for everybody",
            "the list mails each post to its members all the same",
            "The bridge cannot switch that off at this list: do it there by hand, or"
            " everybody has each post twice; or set `channel` to each.",
        )
    if listed.traits.knows_members and bridge.settings.web.public_url is None:
        yield warning(
            f"{what}, unsubscribing",
            "by mail alone: [web] public_url is not set",
            "Large mail providers want one click for lists that mail to many: run"
            " `moodle-bridge serve` and set [web] public_url.",
        )


def _within(what: str, bridge: Bridge, listed: IListMembers) -> Iterator[Finding]:
    mail = bridge.settings.mail
    faults = listed.faults(mail.address, largest=largest_mail(mail.attach_limit))
    for fault in faults:
        told = missing if fault.stops else warning
        yield told(f"{what}, {fault.setting}", fault.seen, fault.advice)
    members = listed.members()
    bouncing = sum(1 for one in members if one.bounce_score > 0)
    yield ok(f"{what}, members", f"{len(members)}, mail to {bouncing} came back")
    if held := listed.held():
        yield warning(
            f"{what}, held",
            number_of(
                len(held),
                "mail waits for the list's moderator",
                "mails wait for the list's moderator",
            ),
            "`moodle-bridge list held` shows them.",
        )
