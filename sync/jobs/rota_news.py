"""What the rota tells those who keep it: of its own accord, and each thing once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from moodle_bridge.model.rota import DutyRole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moodle_bridge.model.rota import Shift
    from sync.jobs.handover import Handovers
    from sync.jobs.look_ahead import LookAheads
    from sync.jobs.shift_changes import ShiftChanges
    from sync.ledger import Ledger
    from sync.rota.book import Rota

_CURSOR = "rota:looked"
# Calendars need not be fetched with every run.
_EVERY = timedelta(minutes=10)
_BEHIND, _AHEAD = timedelta(days=2), timedelta(days=16)


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaNews:
    """Writes down handovers, the weekly look ahead and what changed.

    `tell_changes` false only remembers what the rota was.
    """

    ledger: Ledger
    rota: Rota
    handovers: Handovers
    look_aheads: LookAheads
    changes: ShiftChanges
    tell_changes: bool

    def plan(self) -> None:
        """Write down what is due; may be repeated, and by two runs at once.

        The rota is read every ten minutes, when a watch begins, when it was changed,
        and as long as something waits to be told.
        """
        now = self.ledger.clock()
        if not self._to_look(now):
            return
        shifts = self.rota.shifts(now - _BEHIND, now + _AHEAD)
        down = any(state.problem for state in self.rota.states())
        waits = [self.handovers.plan(shifts), self.look_aheads.plan(shifts)]
        if not down:
            # What a source said last may be long out of date: no change to tell.
            waits.append(self.changes.plan(shifts, tell=self.tell_changes))
        coming = now if any(waits) else self._next(shifts, now)
        with self.ledger.writing() as transaction:
            transaction.cursors.move(
                _CURSOR, json.dumps({"at": now.isoformat(), "next": coming.isoformat()})
            )

    def _to_look(self, now: datetime) -> bool:
        with self.ledger.reading() as transaction:
            kept = transaction.cursors.get(_CURSOR)
            changed_at = transaction.layers.changed_at()
        if kept is None or self.rota.states_read():
            return True
        looked = json.loads(kept)
        at = datetime.fromisoformat(looked["at"])
        if changed_at is not None and changed_at >= at:
            return True
        fresh = timedelta() <= now - at < _EVERY
        return not fresh or now >= datetime.fromisoformat(looked["next"])

    def _next(self, shifts: Sequence[Shift], now: datetime) -> datetime:
        due = self.look_aheads.due_after(now)
        return min(
            [
                now + _EVERY,
                *([due] if due else []),
                *(
                    shift.start
                    for shift in shifts
                    if shift.role is DutyRole.PRIMARY and shift.start > now
                ),
            ]
        )
