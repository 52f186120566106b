"""Tells each of the rota once a week of the watches that come, and of the gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from mappings.rota.duty import cover
from mappings.rota.look_ahead import LookAhead, look_ahead_mail
from moodle_bridge.model.rota import DutyRole, Shift

if TYPE_CHECKING:
    from mappings.recurrence import Recurrence
    from moodle_bridge.model.rota import Facilitator
    from sync.ledger import Ledger
    from sync.rota.mails import RotaMails
    from sync.rota.quiet_hours import Quietness

KIND = "mail.look-ahead"
AHEAD = timedelta(days=14)
_WEEK = timedelta(days=7)
# What is told later than this would lie beside the next one.
_TOO_LATE = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAheads:
    """Writes the mails of the week down, one for each week and person.

    `weekly` is by the clock of `zone`; None for never.
    """

    ledger: Ledger
    people: Mapping[str, Facilitator]
    quietness: Quietness
    mails: RotaMails
    weekly: Recurrence | None
    zone: str

    def due_after(self, at: datetime) -> datetime | None:
        """Return when the next one is due after a moment; None when never."""
        if self.weekly is None:
            return None
        last = self.weekly.last(at, self.zone)
        return self.weekly.last(last + _WEEK + timedelta(hours=2), self.zone)

    def plan(self, shifts: Sequence[Shift]) -> bool:
        """Write down what is due; say whether somebody's still waits.

        May be repeated, and by two runs at once. What was due before the bridge first
        looked, or before another hour was set, is not told.
        """
        if self.weekly is None:
            return False
        now = self.ledger.clock()
        due = self.weekly.last(now, self.zone)
        mark = f"{self.weekly} {due.isoformat()}"
        waits = False
        on_duty = {
            shift.person
            for shift in shifts
            if shift.start <= now < shift.end and shift.role is DutyRole.PRIMARY
        }
        for person in self.people.values():
            quiet = self.quietness.until(person, now, is_on_duty=person.key in on_duty)
            with self.ledger.writing() as transaction:
                cursor = f"rota:look-ahead:{person.key}"
                before = transaction.cursors.get(cursor)
                if before == mark:
                    continue
                first = before is None or not before.startswith(f"{self.weekly} ")
                if not first and now - due <= _TOO_LATE:
                    if quiet is not None:
                        waits = True
                        continue
                    said = self._said(person, shifts, now)
                    self.mails.write(
                        transaction,
                        person,
                        partial(look_ahead_mail, said),
                        key=f"look-ahead:{person.key}:{due.isoformat()}",
                        kind=KIND,
                        summary=f"tell {person.name} of their week",
                    )
                transaction.cursors.move(cursor, mark)
        return waits

    @staticmethod
    def _said(person: Facilitator, shifts: Sequence[Shift], now: datetime) -> LookAhead:
        end = now + _WEEK
        gaps_end = now + AHEAD if person.lead else end
        own = [
            Shift(start=begins, end=ends, person=person.key, role=role, why="")
            for role in DutyRole
            for begins, ends in cover(shifts, role, person=person.key).periods
            if begins < end and ends > now
        ]
        return LookAhead(
            reader=person,
            end=end,
            shifts=sorted(own, key=lambda shift: (shift.start, shift.role)),
            gaps=cover(shifts).gaps(now, gaps_end),
            gaps_end=gaps_end,
        )
