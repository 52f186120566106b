"""Who comes on duty is known, and until when; who only goes on does not begin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mappings.rota.beginnings import beginnings
from moodle_bridge.model.rota import DutyRole, Shift

DAY = datetime(2026, 3, 2, tzinfo=UTC)
SHADOW, BACKUP = DutyRole.SHADOW, DutyRole.BACKUP


def at(hours: float) -> datetime:
    return DAY + timedelta(hours=hours)


def shift(
    person: str, start: float, end: float, role: DutyRole = DutyRole.PRIMARY
) -> Shift:
    why = f"{person} {start}"
    return Shift(start=at(start), end=at(end), person=person, role=role, why=why)


def test_the_next_begins_and_knows_who_comes_after() -> None:
    shifts = [
        shift("ana", 0, 8),
        shift("ben", 8, 16),
        shift("chi", 20, 24),
        shift("dee", 6, 12, BACKUP),
    ]
    (found,) = beginnings(shifts, at(7), at(9))
    assert (found.person, found.start, found.end) == ("ben", at(8), at(16))
    assert (found.next_start, found.followers) == (at(20), ("chi",))
    assert (found.beside, found.backups) == ((), ("dee",))


def test_who_goes_on_by_another_rule_does_not_begin() -> None:
    shifts = [shift("ana", 0, 8), shift("ana", 8, 16)]
    assert beginnings(shifts, at(7), at(9)) == ()


def test_several_may_begin_at_once_and_backups_and_shadows_do_not() -> None:
    shifts = [
        shift("ben", 8, 16),
        shift("ana", 8, 12),
        shift("chi", 8, 12, SHADOW),
        shift("dee", 8, 12, BACKUP),
    ]
    first, second = beginnings(shifts, at(7), at(8))
    assert (first.person, second.person) == ("ana", "ben")
    assert first.beside == ("ben",)
    assert (first.next_start, first.followers) == (at(12), ("ben",))
    assert second.next_start is None


def test_it_is_worth_telling_for_an_hour_or_half_of_what_is_left() -> None:
    long, short = beginnings([shift("ana", 8, 16), shift("ben", 9, 10)], at(7), at(9))
    assert long.latest_after(long.start) == at(9)
    assert short.latest_after(short.start) == at(9.5)
    assert short.latest_after(at(12)) == at(12)
