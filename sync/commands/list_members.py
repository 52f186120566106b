"""What `moodle-bridge list` does: members, held mails and delivery of lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mappings.number_words import number_of
from moodle_bridge.errors import ConfigError
from moodle_bridge.interfaces import IListMembers, IMailingList
from sync.bridge import Bridge
from sync.cli.result import ExitCode, Result, Table
from sync.list_delivery import DeliveryPlan, ListDelivery

if TYPE_CHECKING:
    from moodle_bridge.model.list_members import HeldMessage, ListMember
    from sync.cli.invocation import Invocation
    from sync.settings.pair import PairSettings


def show(invocation: Invocation) -> Result:
    """Say of each pair's list what it is, and what can be done with it."""
    rows = []
    with _bridge(invocation) as bridge:
        for pair in bridge.settings.pairs:
            listed = bridge.list_of(pair)
            rows.append(
                {
                    "pair": pair.name,
                    "plugin": pair.list.plugin,
                    "address": listed.address.address,
                    "list_id": listed.address.list_id or "",
                    "mails": "each reader by itself"
                    if listed.traits.knows_members
                    else "the list",
                    "members": "can be read"
                    if IListMembers.providedBy(listed)
                    else "are not told",
                }
            )
    return Result(
        parts=[
            Table(
                columns=("pair", "kind", "address", "who is mailed", "members"),
                rows=[
                    (
                        row["pair"],
                        row["plugin"],
                        row["address"],
                        row["mails"],
                        row["members"],
                    )
                    for row in rows
                ],
            )
        ],
        data={"lists": rows},
    )


def members(invocation: Invocation, *, pair: str | None) -> Result:
    """List who is on a list, and whether mail reaches them."""
    with _bridge(invocation) as bridge:
        found = list(_the_list(bridge, pair).members())
    found.sort(key=lambda member: (-member.bounce_score, member.address.lower()))
    return Result(
        parts=[
            Table(
                columns=("address", "name", "delivery", "bounces", "last"),
                rows=[
                    (
                        one.address,
                        one.name,
                        _delivery(one),
                        f"{one.bounce_score:g}" if one.bounce_score else "",
                        f"{one.last_bounce:%Y-%m-%d}" if one.last_bounce else "",
                    )
                    for one in found
                ],
            ),
            f"{number_of(len(found), 'member')}.",
        ],
        data={
            "members": [
                {
                    "address": one.address,
                    "name": one.name,
                    "status": one.status.value,
                    "mode": one.mode.value,
                    "bounce_score": one.bounce_score,
                    "last_bounce": one.last_bounce,
                }
                for one in found
            ]
        },
    )


def held(
    invocation: Invocation,
    *,
    pair: str | None,
    accept: tuple[str, ...],
    discard: tuple[str, ...],
) -> Result:
    """List what waits for the list's moderator; let some of it go on, or drop it."""
    if both := set(accept) & set(discard):
        raise ConfigError(
            "a mail cannot be let go on and dropped",
            item=", ".join(sorted(both)),
            advice="Name it once. Nothing was changed.",
        )
    with _bridge(invocation) as bridge:
        listed = _the_list(bridge, pair)
        waiting = {one.id for one in listed.held()} if accept or discard else set()
        if unknown := [one for one in (*accept, *discard) if one not in waiting]:
            raise ConfigError(
                "the list holds nothing of this name",
                item=", ".join(unknown),
                advice="`moodle-bridge list held` lists what it holds. Nothing was"
                " changed.",
            )
        for one in accept:
            listed.accept(one)
        for one in discard:
            listed.discard(one)
        left = listed.held()
    said = [f"Let go on: {', '.join(accept)}."] if accept else []
    said += [f"Dropped: {', '.join(discard)}."] if discard else []
    return Result(
        exit_code=ExitCode.HELD if left else ExitCode.DONE,
        parts=[*said, _held_table(left)],
        data={
            "accepted": list(accept),
            "discarded": list(discard),
            "held": [
                {
                    "id": one.id,
                    "sender": one.sender,
                    "subject": one.subject,
                    "message_id": one.message_id,
                    "reasons": list(one.reasons),
                    "held_at": one.held_at,
                }
                for one in left
            ],
        },
    )


def admit(invocation: Invocation, *, pair: str | None) -> Result:
    """Let the bridge's own mails to the list without a moderator."""
    with _bridge(invocation) as bridge:
        address = bridge.settings.mail.address
        _the_list(bridge, pair).admit(address)
    return Result(
        parts=[f"Mails of {address} go to the list without a moderator."],
        data={"admitted": address},
    )


def sync(
    invocation: Invocation,
    *,
    pair: str | None,
    dry_run: bool,
    subscribe: bool,
    bridge_too: bool,
) -> Result:
    """Bring the delivery of members in line with their channels."""
    with _bridge(invocation) as bridge:
        dry_run = dry_run or bridge.settings.safety.dry_run
        wanted = _pair_settings(bridge, pair)
        place = next(one for one in bridge.pairs() if one.name == wanted.name)
        listed = _members_of(place.mailing_list, wanted.name)
        delivery = ListDelivery(bridge, place, listed)
        plan = delivery.plan()
        new = [(one.addresses[0], one.fullname) for one in plan.absent] * subscribe
        own = bridge.settings.mail.address
        if bridge_too:
            new.insert(0, (own, wanted.list.settings.model_dump().get("name", "")))
        if not dry_run:
            delivery.carry_out(plan)
            for address, name in new:
                listed.subscribe(address, name)
    return _synced(plan, new, dry_run=dry_run, subscribe=subscribe)


def _synced(
    plan: DeliveryPlan, new: list[tuple[str, str]], *, dry_run: bool, subscribe: bool
) -> Result:
    changes = [one for one in plan.changes if one.status is not None]
    rows = [
        (one.member.address, one.member.status.value, one.status.value)
        for one in changes
        if one.status is not None
    ]
    rows += [(address, "no member", "member") for address, _ in new]
    parts: list[str | Table] = [
        Table(
            title="This would be set" if dry_run else "This was set",
            columns=("address", "is", "becomes"),
            rows=rows,
        )
        if rows
        else "Every member's delivery agrees with their channel."
    ]
    parts += [
        f"{one.member.address} is left alone: {one.reason}. Mail to them came back, or"
        " a moderator decided; look at the list."
        for one in plan.left
    ]
    if plan.absent and not subscribe:
        parts.append(
            number_of(
                len(plan.absent),
                "participant is no member; --subscribe makes them one",
                "participants are no members; --subscribe makes them members",
            )
            + ", if they agreed."
        )
    return Result(
        parts=parts,
        data={
            "dry_run": dry_run,
            "planned": [
                {
                    "address": one.member.address,
                    "before": one.member.status.value,
                    "after": one.status.value,
                }
                for one in changes
                if one.status is not None
            ],
            "subscribed": [address for address, _ in new],
            "left_alone": [
                {"address": one.member.address, "reason": one.reason}
                for one in plan.left
            ],
            "absent": [one.addresses[0] for one in plan.absent],
        },
    )


@contextmanager
def _bridge(invocation: Invocation) -> Iterator[Bridge]:
    with Bridge(
        invocation.settings(), invocation.registry(), clock=invocation.clock
    ) as bridge:
        yield bridge


def _the_list(bridge: Bridge, name: str | None) -> IListMembers:
    pair = _pair_settings(bridge, name)
    return _members_of(bridge.list_of(pair), pair.name)


def _pair_settings(bridge: Bridge, name: str | None) -> PairSettings:
    pairs = bridge.settings.pairs
    if name is None:
        able = [one for one in pairs if IListMembers.providedBy(bridge.list_of(one))]
        if len(able) > 1:
            raise ConfigError(
                "there are several lists",
                item="--pair",
                advice=f"Name one: {', '.join(one.name for one in able)}.",
            )
        return able[0] if able else pairs[0]
    found = bridge.settings.pair(name)
    if found is None:
        raise ConfigError(
            "no pair has this name",
            item=name,
            advice=f"There is: {', '.join(one.name for one in pairs)}.",
        )
    return found


def _members_of(listed: IMailingList, name: str) -> IListMembers:
    if not IListMembers.providedBy(listed):
        raise ConfigError(
            "this list does not tell who its members are",
            item=f"pair {name}",
            advice='Only a list of plugin = "mailman3" does; look at the list itself.',
        )
    return IListMembers(listed)


def _delivery(member: ListMember) -> str:
    if member.status.value != "enabled":
        return f"off ({member.status.value})"
    return "on" if member.mode.value == "regular" else f"on ({member.mode.value})"


def _held_table(rows: Sequence[HeldMessage]) -> Table | str:
    if not rows:
        return "The list holds nothing."
    return Table(
        title="Held by the list",
        columns=("id", "from", "subject", "why"),
        rows=[
            (one.id, one.sender, one.subject, "; ".join(one.reasons)) for one in rows
        ],
    )
