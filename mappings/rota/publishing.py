"""The rota as others see it: events of a calendar, and iCalendar files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from icalendar import Calendar, Event

from mappings.one_line import one_line
from mappings.phrases import phrase
from moodle_bridge.model.rota import DutyRole, Facilitator, Shift

_NAMES = {DutyRole.PRIMARY: "rota_on_duty", DutyRole.BACKUP: "rota_backup"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedEvent:
    """An event that is to stand in the calendar of a course.

    `key` names the shift in this course, `fingerprint` all that is seen of it.
    """

    key: str
    course_id: int
    name: str
    start: datetime
    end: datetime

    @property
    def fingerprint(self) -> str:
        """What changes when the event does."""
        seen = f"{self.name}\n{self.start.isoformat()}\n{self.end.isoformat()}"
        return hashlib.sha256(seen.encode()).hexdigest()


def watch_of(course_id: int, shift: Shift) -> str:
    """Return what all shifts of a person in a role have in common, in a course."""
    return f"{course_id}:{shift.role.value}:{shift.person}:"


def start_in(key: str) -> datetime:
    """Return when the shift of a key begins."""
    return datetime.fromisoformat(key.partition("@")[2])


def wanted_events(
    shifts: Iterable[Shift],
    names: Mapping[str, str],
    *,
    course_id: int,
    language: str | None,
) -> tuple[WantedEvent, ...]:
    """Return the events of shifts, in order; shadows have none.

    `names` are by the key of a person; the words around them are in `language`. Their
    times are whole seconds, as calendars have them.
    """
    found = {}
    for shift in shifts:
        if shift.role is DutyRole.SHADOW:
            continue
        # What goes on as the history begins was cut at any moment.
        start, end = (
            shift.start.replace(microsecond=0),
            shift.end.replace(microsecond=0),
        )
        key = f"{watch_of(course_id, shift)}@{start.isoformat()}"
        found[key] = WantedEvent(
            key=key,
            course_id=course_id,
            # Moodle refuses what it takes for a tag: any "<" that no space follows.
            name=_name(shift, names, language).replace("<", "‹"),
            start=start,
            end=end,
        )
    return tuple(found.values())


def rota_ical(
    shifts: Sequence[Shift],
    people: Sequence[Facilitator],
    *,
    stamp: datetime,
    domain: str,
    language: str | None,
) -> bytes:
    """Return shifts as an iCalendar file (RFC 5545), all times in UTC; no shadows.

    The UID of a shift stays when its end changes. Nothing rings: alerts are the
    bridge's. `stamp` is when it was made.
    """
    names = {person.key: person.name for person in people}
    calendar = Calendar()
    calendar.add("prodid", "-//moodle-bridge//rota//EN")
    calendar.add("version", "2.0")
    for shift in shifts:
        event = Event()
        event.add("uid", f"{_uid(shift)}@{domain}")
        event.add("dtstamp", stamp)
        event.add("dtstart", shift.start)
        event.add("dtend", shift.end)
        event.add("summary", _name(shift, names, language))
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def _name(shift: Shift, names: Mapping[str, str], language: str | None) -> str:
    name = one_line(names.get(shift.person, shift.person))
    return phrase(language, _NAMES[shift.role], name=name)


def _uid(shift: Shift) -> str:
    told = f"{shift.person}\n{shift.role.value}\n{shift.start.isoformat()}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]
