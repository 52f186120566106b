"""`moodle-bridge rota swap`: somebody asks to be relieved, and somebody takes it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from moodle_bridge.errors import ConfigError
from moodle_bridge.model.rota import DutyRole, Facilitator, LayerKind
from sync.cli.result import Result, Table
from sync.commands.rota import opened, when_text
from sync.commands.rota_changes import period_layer
from sync.ledger.shifts import ASKED
from sync.rota.people import facilitator_named
from sync.rota.swaps import Answered, Asked, is_absent

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation
    from sync.ledger import Transaction
    from sync.ledger.shifts import KeptLayer
    from sync.rota.swaps import Swaps

_SHOWN = timedelta(days=90)
_SEE = "See `moodle-bridge rota swap list`."
_ABSENCES = "See `moodle-bridge rota changes`; `moodle-bridge rota cancel` takes an absence back."
_MAILED = "The next `moodle-bridge sync` sends the mails."


def ask(
    invocation: Invocation,
    *,
    person: str,
    start: datetime,
    end: datetime,
    taker: str | None,
    reason: str,
    dry_run: bool,
) -> Result:
    """Ask one person, or all others, to take somebody's watch; the first yes wins."""
    with opened(invocation) as bridge:
        swaps = bridge.swaps()
        giver = facilitator_named(swaps.people, person)
        wanted = facilitator_named(swaps.people, taker) if taker else None
        layer = period_layer(
            bridge,
            LayerKind.SWAP,
            start,
            end,
            person=giver.key,
            takes_over=wanted.key if wanted else None,
        )
        with bridge.ledger.reading() as transaction:
            absent = [one for one in swaps.people if is_absent(transaction, one, layer)]
        if wanted is not None and wanted in absent:
            raise ConfigError(
                f"{wanted.name} is absent then",
                item="rota swap",
                advice=_ABSENCES,
            )
        others = [one for one in swaps.people if one not in (giver, *absent)]
        asked = [wanted] if wanted else others
        _may_be_asked(giver, asked)
        on_duty = [
            shift
            for shift in bridge.rota.shifts(layer.start, layer.end)
            if shift.person == giver.key and shift.role is not DutyRole.SHADOW
        ]
        if not on_duty:
            raise ConfigError(
                f"{giver.name} is not on duty then",
                item="rota swap",
                advice="See `moodle-bridge rota show`.",
            )
        # Asked again, it is another question: so it gets another name.
        seed = f"{layer.key} {bridge.clock().isoformat()}"
        digest = hashlib.sha256(seed.encode()).hexdigest()[:8]
        layer = replace(layer, key=f"{LayerKind.SWAP}-{digest}")
        reached = [one for one in asked if one.address]
        if not dry_run:
            bridge.rota.freeze()
            with bridge.ledger.writing() as transaction:
                _not_asked_yet(transaction, giver, layer.start, layer.end)
                swaps.ask(transaction, layer, reached, reason=reason)
        names = ", ".join(one.name for one in reached)
        return Result(
            parts=[
                f"{'Would ask' if dry_run else 'Asks'} {names}: {layer.key}.",
                *(
                    f"{one.name} is absent then, and not asked."
                    for one in absent
                    if one != giver
                ),
                *([] if dry_run else [_MAILED]),
            ],
            data={
                "id": layer.key,
                "dry_run": dry_run,
                "asked": [one.key for one in reached],
            },
        )


def listed(invocation: Invocation) -> Result:
    """List the swaps of the last months and of those to come, with how they stand."""
    with opened(invocation) as bridge:
        zone = bridge.settings.rota.zone
        since = bridge.clock() - _SHOWN
        with bridge.ledger.reading() as transaction:
            kept = transaction.layers.of_kind(LayerKind.SWAP, ends_after=since)
        return Result(
            parts=[
                Table(
                    columns=("id", "who", "instead", "from", "to", "state"),
                    rows=[
                        (
                            one.layer.key,
                            one.layer.person or "",
                            one.layer.takes_over or "",
                            when_text(one.layer.start, zone),
                            when_text(one.layer.end, zone),
                            one.state,
                        )
                        for one in kept
                    ],
                )
                if kept
                else "Nobody has asked for a swap."
            ],
            data={
                "swaps": [
                    {
                        "id": one.layer.key,
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


def answer(invocation: Invocation, *, key: str, by: str | None, yes: bool) -> Result:
    """Answer a swap for the one who was asked; `by` None = the only one who was."""
    with opened(invocation) as bridge:
        swaps = bridge.swaps()
        with bridge.ledger.writing() as transaction:
            kept = _open_swap(transaction, key)
            person = _answerer(swaps, kept, by)
            answered = swaps.answer(
                transaction, Asked(kept=kept, person=person), yes=yes
            )
            after = transaction.layers.get(key) or kept
        if answered is Answered.LATE:
            raise ConfigError(
                "it has begun, so nobody takes it any more",
                item=key,
                advice="Use `moodle-bridge rota override` for the rest of it.",
            )
        if answered is Answered.ABSENT:
            raise ConfigError(
                f"{person.name} is absent then, so nobody would be on duty",
                item=key,
                advice=_ABSENCES,
            )
        said = "takes it" if yes else "does not take it"
        return Result(
            parts=[f"{person.name} {said}: {key} is {after.state}.", _MAILED],
            data={"id": key, "person": person.key, "state": after.state},
        )


def _may_be_asked(giver: Facilitator, asked: list[Facilitator]) -> None:
    if giver in asked:
        raise ConfigError(
            "nobody takes their own watch",
            item="rota swap",
            advice="Name another person with --with, or nobody, to ask all.",
        )
    if not asked:
        raise ConfigError(
            "there is nobody else who is not absent then",
            item="rota swap",
            advice=_ABSENCES,
        )
    without = [one.name for one in (giver, *asked) if one.address is None]
    if giver.address is None or not any(one.address for one in asked):
        raise ConfigError(
            f"no mail reaches {', '.join(without)}",
            item="rota swap",
            advice="Add `address` to their [[rota.person]], or use"
            " `moodle-bridge rota override`.",
        )


def _not_asked_yet(
    transaction: Transaction, giver: Facilitator, start: datetime, end: datetime
) -> None:
    for kept in transaction.layers.between(start, end, state=ASKED):
        if kept.layer.kind is LayerKind.SWAP and kept.layer.person == giver.key:
            raise ConfigError(
                f"{giver.name} asks for a swap of this time already",
                item=kept.layer.key,
                advice=f"Take that one back first: `moodle-bridge rota cancel"
                f" {kept.layer.key}`.",
            )


def _open_swap(transaction: Transaction, key: str) -> KeptLayer:
    kept = transaction.layers.get(key)
    if kept is None or kept.layer.kind is not LayerKind.SWAP:
        raise ConfigError("there is no such swap", item=key, advice=_SEE)
    if kept.state != ASKED:
        raise ConfigError(f"it is {kept.state} already", item=key, advice=_SEE)
    return kept


def _answerer(swaps: Swaps, kept: KeptLayer, by: str | None) -> Facilitator:
    asked = swaps.asked_of(kept)
    if by is not None:
        person = facilitator_named(swaps.people, by)
        if person.key == kept.layer.person:
            raise ConfigError(
                "nobody takes their own watch",
                item=kept.layer.key,
                advice="Name who was asked with --by.",
            )
        return person
    if len(asked) != 1:
        raise ConfigError(
            "several were asked",
            item=kept.layer.key,
            advice="Say with --by who answers.",
        )
    return asked[0]
