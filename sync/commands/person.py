"""`moodle-bridge person`: how people take part, shown and set by the admin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from mappings.addresses import folded
from mappings.bounce_score import AddressState
from mappings.delivery_hours import next_hour
from mappings.mail_wishes import ChooseChannel, LimitMail, LimitPictures, Pause, Resume
from mappings.moments import weekday_name, zone_of
from moodle_bridge.errors import ConfigError
from moodle_bridge.model.channels import Channel, ChannelKind, Frequency
from sync.bridge import Bridge
from sync.channels import (
    Change,
    as_changed,
    choose,
    default_channel,
    zone_name_for,
)
from sync.cli.result import Result, Table
from sync.commands.person_address import told_of
from sync.commands.person_forms import form_facts, form_lines
from sync.settings.values import size_text

if TYPE_CHECKING:
    from moodle_bridge.model.people import Person
    from sync.cli.invocation import Invocation
    from sync.settings.pair import PairSettings

_ISSUES = 5
_CHOSEN_BY = {
    "mail": "themselves, by mail",
    "web": "themselves, on a page",
    "form": "themselves, in the form",
    "admin": "an admin",
}
_CANDIDATES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the admin wants for somebody; None leaves a thing as it is.

    `budget` and `picture_limit` are bytes, or the word `none` for no limit.
    """

    kind: ChannelKind | None = None
    every: Frequency | None = None
    weekday: int | None = None
    at: time | None = None
    budget: int | str | None = None
    picture_limit: int | str | None = None

    def changes(self, now: Channel) -> list[Change]:
        """Return the wish as changes of a channel that is `now`."""
        found: list[Change] = []
        if (self.kind, self.every, self.weekday, self.at) != (None,) * 4:
            found.append(
                ChooseChannel(
                    kind=self.kind or now.kind,
                    every=self.every,
                    weekday=self.weekday,
                    at=self.at,
                )
            )
        if self.budget is not None:
            found.append(LimitMail(budget=_number(self.budget)))
        if self.picture_limit is not None:
            found.append(LimitPictures(size=_number(self.picture_limit)))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A person with the pair through which they are known."""

    person: Person
    pair: PairSettings
    pairs: tuple[str, ...]


def overview(invocation: Invocation, *, pair: str | None) -> Result:
    """List everybody of the pairs with their channel."""
    with _bridge(invocation) as bridge:
        known = _everybody(bridge, pair)
        with bridge.ledger.reading() as transaction:
            chosen = transaction.channels.of(list(known))
            ways = transaction.channels.chosen_by()
        told = [
            _told(bridge, one, chosen.get(number)) | {"chosen_by": ways.get(number)}
            for number, one in known.items()
        ]
    return Result(
        parts=[
            Table(
                columns=("id", "name", "address", "channel", "chosen by"),
                rows=[
                    (
                        str(one["user_id"]),
                        one["name"],
                        next(iter(one["addresses"]), ""),
                        one["said"],
                        _CHOSEN_BY.get(one["chosen_by"] or "", "nobody"),
                    )
                    for one in told
                ],
            )
            if told
            else "Nobody takes part."
        ],
        data={"people": told},
    )


def show(invocation: Invocation, *, name: str) -> Result:
    """Show how somebody takes part."""
    with _bridge(invocation) as bridge:
        one = _find(bridge, name)
        user_id = one.person.user_id
        with bridge.ledger.reading() as transaction:
            told = _told(bridge, one, transaction.channels.get(user_id))
            issues = transaction.issues.of_person(user_id, limit=_ISSUES)
            first = next(iter(one.person.addresses), "")
            standing = transaction.bounces.get(folded(first))
            from_forms = form_facts(transaction, user_id)
        issued = [
            {
                "number": issue.id,
                "kind": issue.kind.value,
                "posts": len(issue.items),
                "left_out": len(issue.left_out),
                "sent_at": issue.sent_at,
            }
            for issue in issues
        ]
    parts: list[str | Table] = [
        f"{told['name']} ({told['username']}, user {user_id}): {told['said']}",
        f"Addresses: {', '.join(told['addresses']) or 'none known'}",
        f"Pairs: {', '.join(told['pairs'])}; clock: {told['zone']}",
    ]
    if standing.state is not AddressState.ALIVE or standing.score:
        parts.append(f"Mail to {first}: {told_of(standing)}")
    parts += form_lines(from_forms)
    if told["next_at"]:
        parts.append(f"Next: {told['next_at']:%Y-%m-%d %H:%M} UTC")
    if issued:
        parts.append(
            Table(
                title="Latest digests and bundles",
                columns=("number", "kind", "posts", "left out", "sent (UTC)"),
                rows=[
                    (
                        str(row["number"]),
                        str(row["kind"]),
                        str(row["posts"]),
                        str(row["left_out"]),
                        f"{issue.sent_at:%Y-%m-%d %H:%M}" if issue.sent_at else "no",
                    )
                    for row, issue in zip(issued, issues, strict=True)
                ],
            )
        )
    return Result(
        parts=parts,
        data={
            "person": told,
            "issues": issued,
            "mail": standing.state.value,
            "forms": from_forms,
        },
    )


def channel(invocation: Invocation, *, name: str, wish: Wish, dry_run: bool) -> Result:
    """Set how somebody takes part."""
    with _bridge(invocation) as bridge:
        one = _find(bridge, name)
        with bridge.ledger.reading() as transaction:
            now = transaction.channels.get(one.person.user_id)
        changes = wish.changes(now or _default(bridge, one))
        if not changes:
            raise ConfigError(
                "nothing was said that could be changed",
                item="person channel",
                advice="Name each, digest, bundle or moodle, or an option; see --help.",
            )
        return _changed(bridge, one, changes, dry_run=dry_run)


def pause(invocation: Invocation, *, name: str, until: date, dry_run: bool) -> Result:
    """Mail nothing to somebody until the beginning of a day where they live."""
    with _bridge(invocation) as bridge:
        one = _find(bridge, name)
        zone = zone_name_for(one.person, one.pair, bridge.settings.mail)
        begins = datetime.combine(until, time(), tzinfo=zone_of(zone) or UTC)
        if begins <= bridge.clock():
            raise ConfigError(
                f"{until} is not in the future",
                item="--until",
                advice="Name a later day. Nothing was changed.",
            )
        change = Pause(until=begins.astimezone(UTC))
        return _changed(bridge, one, [change], dry_run=dry_run)


def resume(invocation: Invocation, *, name: str, dry_run: bool) -> Result:
    """End a pause."""
    with _bridge(invocation) as bridge:
        one = _find(bridge, name)
        return _changed(bridge, one, [Resume()], dry_run=dry_run)


def _changed(
    bridge: Bridge, one: _Known, changes: Sequence[Change], *, dry_run: bool
) -> Result:
    default, user_id = _default(bridge, one), one.person.user_id
    with bridge.ledger.reading() as transaction:
        before = transaction.channels.get(user_id) or default
    after = before
    if dry_run:
        for change in changes:
            after = as_changed(after, change, bridge.clock())
    else:
        with bridge.ledger.writing() as transaction:
            for change in changes:
                after = choose(
                    transaction, user_id, change, default=default, by="admin"
                ).after
    same = replace(before, since=None) == replace(after, since=None)
    was, said = _said(before, bridge.clock()), _said(after, bridge.clock())
    told = "Nothing changes" if same else "It would be" if dry_run else "Now"
    return Result(
        parts=[f"{one.person.fullname}: {was}", f"{told}: {said}"],
        data={
            "user_id": one.person.user_id,
            "dry_run": dry_run,
            "changed": not same,
            "before": _data(before),
            "after": _data(after),
        },
    )


def _everybody(bridge: Bridge, pair: str | None = None) -> dict[int, _Known]:
    """Return who takes part, by user id; of one pair, or of all."""
    found: dict[int, _Known] = {}
    pairs = [one for one in bridge.pairs() if pair in {None, one.name}]
    if not pairs:
        raise ConfigError(
            "no pair has this name", item=str(pair), advice="`list show` names them."
        )
    for one in pairs:
        for person in bridge.participants.of_course(one.place.course.id):
            if person.user_id == bridge.account_id:
                continue
            before = found.get(person.user_id)
            found[person.user_id] = _Known(
                person=before.person if before else person,
                pair=before.pair if before else one.settings,
                pairs=(*(before.pairs if before else ()), one.name),
            )
    return found


def _find(bridge: Bridge, name: str) -> _Known:
    """Return who is meant; raises ConfigError with the candidates if it is not one."""
    everybody = _everybody(bridge)
    wanted = name.strip()
    found: list[_Known] = []
    for matches in (_is_named, _is_part_of_name):
        found = [one for one in everybody.values() if matches(one.person, wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            break
    shown = ", ".join(
        f"{one.person.user_id} ({one.person.fullname})" for one in found[:_CANDIDATES]
    )
    raise ConfigError(
        "several people are called that" if found else "nobody is called that",
        item=wanted,
        advice=f"Name one by the number: {shown}."
        if found
        else "`moodle-bridge person list` shows everybody.",
    )


def _is_named(person: Person, name: str) -> bool:
    return (
        name == str(person.user_id)
        or name.casefold() in {person.username.casefold(), person.fullname.casefold()}
        or folded(name) in {folded(address) for address in person.addresses}
    )


def _is_part_of_name(person: Person, name: str) -> bool:
    return bool(name) and name.casefold() in person.fullname.casefold()


def _default(bridge: Bridge, one: _Known) -> Channel:
    return default_channel(one.pair, bridge.settings.mail)


def _told(bridge: Bridge, one: _Known, chosen: Channel | None) -> dict[str, Any]:
    now = bridge.clock()
    channel = chosen or _default(bridge, one)
    zone = zone_name_for(one.person, one.pair, bridge.settings.mail)
    hour = next_hour(channel, zone, after=now) if channel.is_gathered else None
    return {
        "user_id": one.person.user_id,
        "username": one.person.username,
        "name": one.person.fullname,
        "addresses": list(one.person.addresses),
        "pairs": list(one.pairs),
        "zone": zone,
        "chosen": chosen is not None,
        "channel": _data(channel),
        "said": _said(channel, now),
        "next_at": None if channel.is_paused(now) else hour,
    }


def _said(channel: Channel, now: datetime) -> str:
    said = {
        ChannelKind.EACH: "each post",
        ChannelKind.DIGEST: "digest",
        ChannelKind.BUNDLE: "bundle",
        ChannelKind.MOODLE: "no mail",
    }[channel.kind]
    if channel.is_gathered:
        weekly = channel.every is Frequency.WEEKLY
        day = f"every {weekday_name('en', channel.weekday)}" if weekly else "every day"
        said += f" {day} at {channel.at:%H:%M}"
    if channel.budget is not None:
        said += f", at most {size_text(channel.budget)} a day"
    if channel.picture_limit is not None:
        limit = channel.picture_limit
        said += f", pictures up to {size_text(limit)}" if limit else ", no pictures"
    if channel.is_paused(now):
        said += f"; paused until {channel.paused_until:%Y-%m-%d %H:%M} UTC"
    return said


def _data(channel: Channel) -> Mapping[str, Any]:
    return {
        "kind": channel.kind.value,
        "every": channel.every.value,
        "weekday": channel.weekday,
        "at": f"{channel.at:%H:%M}",
        "paused_until": channel.paused_until,
        "budget": channel.budget,
        "picture_limit": channel.picture_limit,
        "since": channel.since,
    }


def _number(limit: int | str) -> int | None:
    return limit if isinstance(limit, int) else None


def _bridge(invocation: Invocation) -> Bridge:
    return Bridge(invocation.settings(), invocation.registry(), clock=invocation.clock)
