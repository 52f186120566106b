"""`moodle-bridge person address` and `revive`: further addresses, and dead ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mappings.addresses import folded
from mappings.bounce_score import AddressState, Standing
from moodle_bridge.errors import ConfigError
from sync.bridge import Bridge
from sync.cli.result import Result, Table
from sync.jobs.scoring import revive as revive_address
from sync.ledger.addresses import Claim
from sync.participants import named
from sync.settings.values import address as checked

if TYPE_CHECKING:
    from moodle_bridge.model.people import Person
    from sync.cli.invocation import Invocation

_SAID_BY = {"owner": "by themselves", "admin": "by an admin"}


def overview(invocation: Invocation, *, name: str) -> Result:
    """List the addresses of somebody, and how mail to each fares."""
    with _bridge(invocation) as bridge:
        person = _person(bridge, name)
        with bridge.ledger.reading() as transaction:
            further = transaction.addresses.of_user(person.user_id)
            known = {one.address: one for one in further}
            rows = [
                (
                    address,
                    "Moodle"
                    if folded(address) not in known
                    else f"confirmed {_SAID_BY[known[folded(address)].source]}",
                    told_of(transaction.bounces.get(folded(address))),
                )
                for address in person.addresses
            ]
            rows += [
                (one.shown, f"refused {_SAID_BY[one.source]}", "")
                for one in further
                if one.state is Claim.REFUSED
            ]
    columns = ("address", "known from", "mail to it")
    return Result(
        parts=[
            f"{person.fullname} (user {person.user_id})",
            Table(columns=columns, rows=rows) if rows else "No address is known.",
        ],
        data={
            "user_id": person.user_id,
            "addresses": [
                {"address": one, "known_from": where, "mail": mail}
                for one, where, mail in rows
            ],
        },
    )


def add(invocation: Invocation, *, name: str, address: str) -> Result:
    """Let an address count as somebody's; never one that Moodle gives to another."""
    plain = _checked(address)
    with _bridge(invocation) as bridge:
        person = _person(bridge, name)
        _refuse_if_anothers(bridge, person, plain)
        with bridge.ledger.writing() as transaction:
            transaction.addresses.put(
                folded(plain),
                shown=plain,
                user_id=person.user_id,
                state=Claim.CONFIRMED,
                source="admin",
            )
    return Result(
        parts=[
            (
                f"{plain} counts as {person.fullname}'s from now on. What is held from"
                " it goes on when you release it."
            )
        ],
        data={"user_id": person.user_id, "added": plain},
    )


def remove(invocation: Invocation, *, name: str, address: str) -> Result:
    """Let a further address count no more; those that Moodle has stay."""
    with _bridge(invocation) as bridge:
        person = _person(bridge, name)
        with bridge.ledger.writing() as transaction:
            known = transaction.addresses.get(folded(address))
            if known is None or known.user_id != person.user_id:
                raise ConfigError(
                    f"this is no further address of {person.fullname}",
                    item=address,
                    advice="`person address list` shows them. What Moodle has is"
                    " changed in Moodle. Nothing was changed.",
                )
            transaction.addresses.remove(known.address)
    return Result(
        parts=[f"{known.shown} counts as {person.fullname}'s no more."],
        data={"user_id": person.user_id, "removed": known.shown},
    )


def revive(invocation: Invocation, *, name: str) -> Result:
    """Let mail go again to somebody whose address was taken for dead."""
    with _bridge(invocation) as bridge:
        person = _person(bridge, name)
        with bridge.ledger.writing() as transaction:
            before = {
                one: revive_address(transaction, folded(one))
                for one in person.addresses
            }
    revived = [
        one
        for one, standing in before.items()
        if standing.state is not AddressState.ALIVE
    ]
    said = (
        f"Mail goes to {person.fullname} again: {', '.join(revived)}. What was said"
        " meanwhile comes in one mail."
        if revived
        else f"Mail to {person.fullname} was not stopped; nothing changes."
    )
    return Result(parts=[said], data={"user_id": person.user_id, "revived": revived})


def told_of(standing: Standing) -> str:
    """Return in words how mail to an address fares."""
    if standing.state is AddressState.ALIVE and not standing.score:
        return "arrives, as far as is known"
    since = f" since {standing.since:%Y-%m-%d}" if standing.since else ""
    reason = f": {standing.reason}" if standing.reason else ""
    points = "1 point" if standing.score == 1 else f"{standing.score:g} points"
    said = {
        AddressState.ALIVE: f"came back lately ({points})",
        AddressState.DOUBTFUL: f"doubtful{since}, {points}",
        AddressState.DEAD: f"dead{since}; tried once a week",
        AddressState.UNWANTED: f"called spam{since}; stopped until they write",
    }[standing.state]
    return f"{said}{reason}"


def _refuse_if_anothers(bridge: Bridge, person: Person, address: str) -> None:
    own = {folded(bridge.settings.mail.address)}
    for pair in bridge.pairs():
        own |= {folded(one) for one in pair.mailing_list.traits.addresses}
        for other in bridge.participants.of_course(pair.place.course.id):
            if other.user_id == person.user_id:
                continue
            if folded(address) in {folded(one) for one in other.addresses}:
                raise ConfigError(
                    f"it is an address of {other.fullname}",
                    item=address,
                    advice="An address belongs to one person. Nothing was changed.",
                )
    if folded(address) in own:
        raise ConfigError(
            "it is an address of the bridge or of a list",
            item=address,
            advice="Name the address that the person writes from.",
        )


def _checked(address: str) -> str:
    try:
        return checked(address.strip())
    except ValueError as error:
        raise ConfigError(
            f"it {error}", item=address, advice="Nothing was changed."
        ) from None


def _person(bridge: Bridge, name: str) -> Person:
    everybody = {
        person.user_id: person
        for pair in bridge.pairs()
        for person in bridge.participants.of_course(pair.place.course.id)
    }
    people = tuple(everybody.values())
    found = named(people, name) or [
        one for one in people if one.fullname.casefold() == name.strip().casefold()
    ]
    if len(found) == 1:
        return found[0]
    raise ConfigError(
        "several people are called that" if found else "nobody is called that",
        item=name,
        advice="Name them by the number that `moodle-bridge person list` shows.",
    )


def _bridge(invocation: Invocation) -> Bridge:
    return Bridge(invocation.settings(), invocation.registry(), clock=invocation.clock)
