"""`moodle-bridge report now`: who waits for an answer, and on whom it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mappings.alerts.wording import waiting_text
from mappings.rota.duty import on_duty
from moodle_bridge.errors import ConfigError
from moodle_bridge.model.rota import DutyRole
from moodle_bridge.model.waits import Medium, Wait
from sync.bridge import Bridge
from sync.cli.result import Result, Table
from sync.commands.rota import when_text
from sync.places import last_place
from sync.report.gathering import promise_of, zone_of

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation
    from sync.ledger import Transaction
    from sync.ledger.alerts import Claim

_DAY = timedelta(days=1)
_COLUMNS = ("post", "waits", "since", "who asks", "where", "subject", "on whom")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A question that waits; `taken_by` is who said that it is theirs, None: nobody."""

    wait: Wait
    asker: str
    forum: str
    subject: str
    taken_by: str | None
    late: bool


def run(invocation: Invocation, *, pair: str | None, zone: str | None) -> Result:
    """Show the questions that wait now, the longest first, as the ledger knows them.

    `pair` None means all. `zone` is the reader's, None that of the report. Questions
    of before the bridge began are counted and not listed.
    """
    with Bridge(
        invocation.settings(), invocation.registry(), clock=invocation.clock
    ) as bridge:
        place, now = _zone(zone) or zone_of(bridge.settings), bridge.clock()
        pairs = _pairs(bridge, pair)
        duty = _on_duty(bridge, now)
        promise = promise_of(bridge.settings)
        with bridge.ledger.reading() as transaction:
            waits = [one for one in transaction.waits.open() if one.pair in pairs]
            everything = transaction.waits.open(history=True)
            claims = transaction.claims.everyone()
            people = {one.key: one.name for one in bridge.rota.people}
            waiting = [
                _waiting(transaction, wait, claims, people, now=now, promise=promise)
                for wait in waits
            ]
    older = sum(wait.pair in pairs for wait in everything) - len(waiting)
    parts: list[str | Table] = [_told_of_duty(duty, bridge)]
    if waiting:
        nobody = "nobody is on duty" if bridge.settings.rota.sources else ""
        on_duty_now = ", ".join(duty.values()) or nobody
        rows = [_row(one, on_duty_now, now=now, zone=place) for one in waiting]
        parts.append(Table(columns=_COLUMNS, rows=rows, title=f"Times in {place}"))
    else:
        parts.append("No question waits.")
    if older:
        parts.append(
            f"{older} more are from before the bridge began:"
            " `moodle-bridge question list --history` lists them."
        )
    return Result(
        parts=parts,
        data={
            "at": now,
            "zone": place,
            "on_duty": list(duty),
            "waiting": [_json(one, now=now) for one in waiting],
            "older": older,
        },
    )


def _pairs(bridge: Bridge, named: str | None) -> frozenset[str]:
    known = [pair.name for pair in bridge.settings.pairs]
    if named is not None and named not in known:
        raise ConfigError(
            "no pair has this name", item=named, advice=f"There is: {', '.join(known)}."
        )
    return frozenset(name for name in known if named in {None, name})


def _on_duty(bridge: Bridge, now: datetime) -> Mapping[str, str]:
    """Return who is on duty now as primary: names by key."""
    rota = bridge.rota
    if not bridge.settings.rota.sources or not rota.people:
        return {}
    names = {one.key: one.name for one in rota.people}
    shifts = rota.shifts(now - _DAY, now + _DAY)
    return {
        shift.person: names.get(shift.person, shift.person)
        for shift in on_duty(shifts, now)
        if shift.role is DutyRole.PRIMARY
    }


def _waiting(
    transaction: Transaction,
    wait: Wait,
    claims: Mapping[tuple[str, int], Claim],
    people: Mapping[str, str],
    *,
    now: datetime,
    promise: timedelta,
) -> Waiting:
    person = transaction.people.of_user(wait.asker_id)
    said = transaction.utterances.get(wait.pair, wait.post_id)
    claim = claims.get((wait.pair, wait.post_id))
    place = last_place(transaction, wait.pair)
    forum = place.forums.get(wait.forum_id) if place else None
    return Waiting(
        wait=wait,
        asker=person.fullname if person else f"user {wait.asker_id}",
        forum=forum.name if forum else f"forum {wait.forum_id}",
        subject=said.subject if said else "",
        taken_by=people.get(claim.person, claim.person)
        if claim and claim.until > now
        else None,
        late=now - wait.began > promise,
    )


def _row(one: Waiting, on_duty_now: str, *, now: datetime, zone: str) -> Sequence[str]:
    waited = waiting_text("en", now - one.wait.began)
    by_mail = " (by mail)" if one.wait.medium is Medium.MAIL else ""
    return (
        str(one.wait.post_id),
        f"{waited}, late" if one.late else waited,
        when_text(one.wait.began, zone),
        f"{one.asker}{by_mail}",
        one.forum,
        one.subject,
        f"{one.taken_by} (took it)" if one.taken_by else on_duty_now,
    )


def _told_of_duty(duty: Mapping[str, str], bridge: Bridge) -> str:
    if duty:
        return f"On duty now: {', '.join(duty.values())}."
    if not bridge.settings.rota.sources:
        return "No rota is kept, so nobody is on duty by name."
    return "Nobody is on duty now."


def _json(one: Waiting, *, now: datetime) -> dict[str, object]:
    wait = one.wait
    return {
        "post": wait.post_id,
        "pair": wait.pair,
        "forum": one.forum,
        "asker": wait.asker_id,
        "name": one.asker,
        "medium": wait.medium.value,
        "subject": one.subject,
        "began": wait.began,
        "seconds": (now - wait.began).total_seconds(),
        "late": one.late,
        "taken_by": one.taken_by,
    }


def _zone(zone: str | None) -> str | None:
    if zone is None:
        return None
    try:
        return ZoneInfo(zone).key
    except (KeyError, OSError, ValueError):
        raise ConfigError(
            "there is no such time zone",
            item=zone,
            advice="Write it by its name, as Africa/Kampala.",
        ) from None
