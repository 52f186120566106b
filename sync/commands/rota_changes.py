"""`moodle-bridge rota override`, `absent`, `changes`, `cancel`: changes for a while."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mappings.rota.duty import cover
from moodle_bridge.errors import ConfigError
from moodle_bridge.model.rota import Layer, LayerKind
from sync.cli.result import ExitCode, Result, Table
from sync.commands.rota import moment_said, opened, period_json, when_text
from sync.ledger.shifts import ACCEPTED, ASKED
from sync.rota.people import facilitator_named

if TYPE_CHECKING:
    from sync.bridge import Bridge
    from sync.cli.invocation import Invocation

_COLUMNS = ("id", "what", "who", "instead", "from", "to", "state", "why")
_COUNTING = frozenset({ASKED, ACCEPTED})


def override(
    invocation: Invocation,
    *,
    person: str | None,
    by: str,
    start: datetime,
    end: datetime,
    reason: str,
    dry_run: bool,
) -> Result:
    """Put somebody in another's place for a while, or beside whoever is on duty."""
    with opened(invocation) as bridge:
        people = bridge.rota.people
        instead_of = facilitator_named(people, person).key if person else None
        takes_over = facilitator_named(people, by).key
        if instead_of == takes_over:
            raise ConfigError(
                "nobody stands in for themselves",
                item="rota override",
                advice="Name another person with --by.",
            )
        layer = period_layer(
            bridge,
            LayerKind.OVERRIDE,
            start,
            end,
            person=instead_of,
            takes_over=takes_over,
        )
        return _laid(bridge, layer, reason, dry_run=dry_run)


def absent(
    invocation: Invocation,
    *,
    person: str,
    start: datetime,
    end: datetime,
    reason: str,
    dry_run: bool,
) -> Result:
    """Take somebody off duty for a while."""
    with opened(invocation) as bridge:
        key = facilitator_named(bridge.rota.people, person).key
        layer = period_layer(bridge, LayerKind.ABSENCE, start, end, person=key)
        return _laid(bridge, layer, reason, dry_run=dry_run)


def changes(invocation: Invocation) -> Result:
    """List the changes that hold now or will."""
    with opened(invocation) as bridge:
        now = bridge.clock()
        place = bridge.settings.rota.zone
        with bridge.ledger.reading() as transaction:
            kept = [
                one
                for one in transaction.layers.between(
                    now, now + timedelta(days=3660), state=None
                )
                if one.state in _COUNTING
            ]
        return Result(
            parts=[
                Table(
                    columns=_COLUMNS,
                    rows=[
                        (
                            one.layer.key,
                            str(one.layer.kind),
                            one.layer.person or "",
                            one.layer.takes_over or "",
                            when_text(one.layer.start, place),
                            when_text(one.layer.end, place),
                            one.state,
                            one.reason,
                        )
                        for one in kept
                    ],
                )
                if kept
                else "Nothing changes the rota."
            ],
            data={
                "changes": [
                    {
                        "id": one.layer.key,
                        "kind": str(one.layer.kind),
                        "person": one.layer.person,
                        "takes_over": one.layer.takes_over,
                        "start": one.layer.start,
                        "end": one.layer.end,
                        "state": one.state,
                        "reason": one.reason,
                    }
                    for one in kept
                ]
            },
        )


def cancel(invocation: Invocation, *, key: str) -> Result:
    """Take a change back; what has passed stays as it was."""
    with opened(invocation) as bridge:
        bridge.rota.freeze()
        with bridge.ledger.writing() as transaction:
            if transaction.layers.get(key) is None:
                raise ConfigError(
                    "there is no such change",
                    item=key,
                    advice="See `moodle-bridge rota changes`.",
                )
            transaction.layers.change(key, state="cancelled")
        return Result(parts=[f"Taken back: {key}."], data={"id": key})


def period_layer(
    bridge: Bridge,
    kind: LayerKind,
    start: datetime,
    end: datetime,
    *,
    person: str | None = None,
    takes_over: str | None = None,
) -> Layer:
    """Return a change for a time; raises ConfigError for one that is over.

    Times without a zone are by the clock of the rota's.
    """
    zone = bridge.settings.rota.zone
    begins, ends = moment_said(start, zone), moment_said(end, zone)
    if ends <= begins:
        said = start.replace(tzinfo=None) < end.replace(tzinfo=None)
        skipped = said and start.tzinfo is None and end.tzinfo is None
        raise ConfigError(
            f"there are no such hours in {zone}: clocks go forward then"
            if skipped
            else "it ends before it begins",
            item=str(kind),
            advice="Look at both times.",
        )
    if ends <= bridge.clock():
        raise ConfigError(
            "it is over already, and what has passed does not change",
            item=str(kind),
            advice="Give times that are yet to come.",
        )
    seed = f"{kind} {begins.isoformat()} {ends.isoformat()} {person} {takes_over}"
    digest = hashlib.sha256(seed.encode()).hexdigest()[:8]
    return Layer(
        key=f"{kind}-{digest}",
        kind=kind,
        start=begins,
        end=ends,
        person=person,
        takes_over=takes_over,
    )


def _laid(bridge: Bridge, layer: Layer, reason: str, *, dry_run: bool) -> Result:
    zone = bridge.settings.rota.zone
    before = bridge.rota.shifts(layer.start, layer.end)
    if not dry_run:
        # What has passed is written down first: it must not change by this.
        bridge.rota.freeze()
        with bridge.ledger.writing() as transaction:
            transaction.layers.add(layer, asked_by="admin", reason=reason)
        after = bridge.rota.shifts(layer.start, layer.end)
    else:
        after = before
    holes = cover(after).gaps(layer.start, layer.end)
    parts: list[str | Table] = [
        f"{'Would be laid' if dry_run else 'Laid'} over the rota: {layer.key}."
    ]
    if not dry_run:
        parts += [
            f"Nobody is on duty from {when_text(begins, zone)} to {when_text(ends, zone)}"
            f" {zone}."
            for begins, ends in holes
        ]
    return Result(
        exit_code=ExitCode.DONE,
        parts=parts,
        data={
            "id": layer.key,
            "dry_run": dry_run,
            "gaps": [period_json(period) for period in holes],
        },
    )
