"""Tells each of the rota when their coming watches are no longer as they were told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from mappings.rota.changes import Change, changes
from mappings.rota.changes_mail import ChangeReason, Told, changes_mail
from mappings.rota.swap_mail import SwapNews
from moodle_bridge.model.rota import DutyRole, Layer, LayerKind, Shift
from sync.ledger.shifts import ACCEPTED, CANCELLED, KeptLayer

if TYPE_CHECKING:
    from mappings.rota.duty import Period
    from moodle_bridge.model.rota import Facilitator
    from sync.ledger import Ledger, Transaction
    from sync.rota.mails import RotaMails
    from sync.rota.quiet_hours import Quietness

KIND = "mail.changed"
AHEAD = timedelta(days=14)
# Somebody may be in the middle of changing it.
_SETTLES = timedelta(minutes=5)
_SOON = timedelta(hours=1)
_TOLD_BY_SWAP = (SwapNews.TAKEN, SwapNews.ACCEPTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Remembered:
    """The watches that somebody was told of, up to when, and what they do not know yet.

    `seen` names the changes that were seen and not told, since when.
    """

    shifts: tuple[Shift, ...]
    until: datetime
    seen: str = ""
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftChanges:
    """Writes one mail down for each whose watches of the coming fortnight changed.

    Only what stayed changed for five minutes is told, or begins within the hour. What
    a swap changed was told by the swap.
    """

    ledger: Ledger
    people: Mapping[str, Facilitator]
    quietness: Quietness
    mails: RotaMails

    def plan(self, shifts: Sequence[Shift], *, tell: bool = True) -> bool:
        """Write down what is to be told; say whether something of it still waits.

        `shifts` are those of at least the coming fortnight, as the sources say them
        now; not for a source that is down. The first look tells nothing. May be
        repeated, and by two runs at once. `tell` false only remembers.
        """
        waits = [
            self._look(person, shifts, tell=tell) for person in self.people.values()
        ]
        return any(waits)

    def _look(
        self, person: Facilitator, shifts: Sequence[Shift], *, tell: bool
    ) -> bool:
        now = self.ledger.clock()
        own = tuple(shift for shift in shifts if shift.person == person.key)
        cursor = f"rota:told:{person.key}"
        with self.ledger.writing() as transaction:
            kept = transaction.cursors.get(cursor)
            before = _remembered(kept, person.key) if kept else None
            fresh = _Remembered(shifts=own, until=now + AHEAD)
            if before is None or not tell or before.until <= now:
                transaction.cursors.move(cursor, _text(fresh))
                return False
            end = min(before.until, fresh.until)
            layers = transaction.layers.between(now, end, state=None)
            known = self._told_by_swaps(transaction, layers, person)
            found = changes(before.shifts, own, now, end, known=known)
            if not found:
                transaction.cursors.move(cursor, _text(fresh))
                return False
            seen = _fingerprint(found)
            seen_at = before.seen_at if before.seen == seen else None
            if not self._is_ripe(person, found, seen_at, own, now):
                waiting = _Remembered(
                    shifts=before.shifts,
                    until=before.until,
                    seen=seen,
                    seen_at=seen_at or now,
                )
                transaction.cursors.move(cursor, _text(waiting))
                return True
            told = [self._why(change, before, layers, person) for change in found]
            self.mails.write(
                transaction,
                person,
                partial(changes_mail, person, told),
                key=f"changed:{person.key}:{now.isoformat()}:{seen}",
                kind=KIND,
                summary=f"tell {person.name} what changed in their watches",
            )
            transaction.cursors.move(cursor, _text(fresh))
        return False

    def _is_ripe(
        self,
        person: Facilitator,
        found: Sequence[Change],
        seen_at: datetime | None,
        own: Sequence[Shift],
        now: datetime,
    ) -> bool:
        """Say whether changes are to be told now."""
        first = min(change.start for change in found)
        if first <= now + _SOON:
            return True
        if seen_at is None or not now - seen_at >= _SETTLES:
            return False
        is_on_duty = any(
            shift.start <= now < shift.end and shift.role is DutyRole.PRIMARY
            for shift in own
        )
        quiet = self.quietness.until(person, now, is_on_duty=is_on_duty)
        return quiet is None or first <= quiet

    def _told_by_swaps(
        self,
        transaction: Transaction,
        layers: Sequence[KeptLayer],
        person: Facilitator,
    ) -> list[Period]:
        """Return the times of which somebody heard when a swap was accepted."""
        return [
            (kept.layer.start, kept.layer.end)
            for kept in layers
            if kept.layer.kind is LayerKind.SWAP and kept.state == ACCEPTED
            if any(
                transaction.intents.get(
                    f"swap:{news.value}:{kept.layer.key}:{person.key}"
                )
                for news in _TOLD_BY_SWAP
            )
        ]

    def _why(
        self,
        change: Change,
        before: _Remembered,
        layers: Sequence[KeptLayer],
        person: Facilitator,
    ) -> Told:
        """Return a change with its reason, where a layer of the rota tells it."""
        accepted = [
            kept
            for kept in layers
            if kept.state == ACCEPTED and _touches(kept.layer, change, person.key)
        ]
        if accepted:
            kept = accepted[-1]
            reason, other = _reason(kept.layer, person.key)
            named = self.people.get(other or "")
            return Told(
                change=change,
                reason=reason,
                other=named.name if named else other or "",
                words=kept.reason,
            )
        gone = {kept.layer.key for kept in layers if kept.state == CANCELLED}
        for shift in before.shifts:
            if shift.why in gone and _overlaps(shift.start, shift.end, change):
                return Told(change=change, reason=ChangeReason.TAKEN_BACK)
        taken_back = any(
            kept.layer.key in gone
            and kept.layer.kind is not LayerKind.SWAP
            and _touches(kept.layer, change, person.key)
            for kept in layers
        )
        return Told(
            change=change, reason=ChangeReason.TAKEN_BACK if taken_back else None
        )


def _touches(layer: Layer, change: Change, person: str) -> bool:
    return person in {layer.person, layer.takes_over} and _overlaps(
        layer.start, layer.end, change
    )


def _overlaps(start: datetime, end: datetime, change: Change) -> bool:
    return any(start < part[1] and end > part[0] for part in change.parts)


def _reason(layer: Layer, person: str) -> tuple[ChangeReason, str | None]:
    if layer.kind is LayerKind.ABSENCE:
        return ChangeReason.ABSENT, None
    if layer.takes_over == person:
        beside = layer.person is None
        return ChangeReason.BESIDE if beside else ChangeReason.TAKES, layer.person
    return ChangeReason.TAKEN, layer.takes_over


def _fingerprint(found: Sequence[Change]) -> str:
    # Not by the watches that they touch: where those end beyond what is known, they
    # seem to change by themselves.
    parts = [
        f"{change.role} {start.isoformat()} {end.isoformat()}"
        for change in found
        for start, end in change.parts
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _text(kept: _Remembered) -> str:
    return json.dumps(
        {
            "until": kept.until.isoformat(),
            "shifts": [
                [one.start.isoformat(), one.end.isoformat(), one.role.value, one.why]
                for one in kept.shifts
            ],
            "seen": kept.seen,
            "seen_at": kept.seen_at.isoformat() if kept.seen_at else None,
        }
    )


def _remembered(text: str, person: str) -> _Remembered:
    kept = json.loads(text)
    return _Remembered(
        shifts=tuple(
            Shift(
                start=datetime.fromisoformat(start),
                end=datetime.fromisoformat(end),
                person=person,
                role=DutyRole(role),
                why=why,
            )
            for start, end, role, why in kept["shifts"]
        ),
        until=datetime.fromisoformat(kept["until"]),
        seen=kept["seen"],
        seen_at=datetime.fromisoformat(kept["seen_at"]) if kept["seen_at"] else None,
    )
