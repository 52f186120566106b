"""Who comes on duty when, until when they stay, and who comes after them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mappings.rota.duty import cover, on_duty
from moodle_bridge.model.rota import DutyRole, Shift

_LATEST = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """Somebody comes on duty as primary, and stays until `end` without a break.

    `beside` and `backups` are the others on duty at `start`. `next_start` is when the
    first watch of others begins at `end` or later, and `followers` whose it is; None
    and nobody when none is planned. All people by key.
    """

    person: str
    start: datetime
    end: datetime
    beside: tuple[str, ...] = ()
    backups: tuple[str, ...] = ()
    next_start: datetime | None = None
    followers: tuple[str, ...] = ()

    def latest_after(self, at: datetime) -> datetime:
        """Return until when it is worth telling of it, from `at` within it on.

        An hour, or half of what is left where that is less.
        """
        return at + min(_LATEST, max(self.end - at, timedelta()) / 2)


def beginnings(
    shifts: Sequence[Shift], after: datetime, until: datetime
) -> tuple[Beginning, ...]:
    """Return who comes on duty as primary after one moment and up to another.

    In order of time, then by person. Who only goes on is not among them, whatever the
    rules are called by which they do; neither are backups and shadows. `shifts` must
    reach back before `after`, and ahead to the next watch.
    """
    primaries = [shift for shift in shifts if shift.role is DutyRole.PRIMARY]
    found = [
        _beginning(shifts, primaries, person, start, end)
        for person in {shift.person for shift in primaries}
        for start, end in cover(primaries, person=person).periods
        if after < start <= until
    ]
    return tuple(sorted(found, key=lambda one: (one.start, one.person)))


def _beginning(
    shifts: Sequence[Shift],
    primaries: Sequence[Shift],
    person: str,
    start: datetime,
    end: datetime,
) -> Beginning:
    here = [shift for shift in on_duty(shifts, start) if shift.person != person]
    others = [shift for shift in primaries if shift.person != person]
    staying = on_duty(others, end)
    next_start = (
        end
        if staying
        else min((one.start for one in primaries if one.start >= end), default=None)
    )
    followers = staying or (on_duty(primaries, next_start) if next_start else ())
    return Beginning(
        person=person,
        start=start,
        end=end,
        beside=_people(here, DutyRole.PRIMARY),
        backups=_people(here, DutyRole.BACKUP),
        next_start=next_start,
        followers=_people(followers, DutyRole.PRIMARY),
    )


def _people(shifts: Sequence[Shift], role: DutyRole) -> tuple[str, ...]:
    return tuple(dict.fromkeys(shift.person for shift in shifts if shift.role is role))
