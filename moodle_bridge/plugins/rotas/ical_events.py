"""The events of an iCalendar in a period, recurring ones unfolded (RFC 5545).

What one event has wrong is told and leaves out that event alone: a watch that is lost
without a word leaves nobody on duty.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

_DURATION = re.compile(r"DURATION[^:]*:\+?P[^T]*T", re.IGNORECASE)
_TIMES = frozenset(
    {"DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "RRULE", "RDATE", "EXDATE"}
)
# What comes again every minute is no watch, and of ten years takes minutes to unfold.
_FREQUENCIES = frozenset({"HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
# Of what a calendar holds, and of what libraries make of it.
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)


def events_between(
    content: bytes,
    start: datetime,
    end: datetime,
    *,
    zone: str,
    problems: list[str],
    only: str | None = None,
) -> list[Any]:
    """Return the events that touch a period (aware UTC), as icalendar gives them.

    `zone` is that of times which say none; `problems` takes lines about events that
    are left out, if their title begins with `only`. Cancelled ones are left out
    without. Raises ValueError when the whole cannot be understood.
    """
    # Heavy, and only wanted where a calendar is the rota.
    from icalendar import Calendar  # noqa: PLC0415

    try:
        calendar = Calendar.from_ical(_with_exact_durations(content))
        said = str(only or "").casefold()
        problems += [
            f"{_title(event)}: {fault}, so it is left out"
            for event, fault in _left_out(calendar)
            if _title(event).casefold().startswith(said)
        ]
        problems += [
            f"nobody knows the time zone {name!r}, so its events are read by the"
            f" clock of {zone}"
            for name in _zones_unknown(calendar)
        ]
        events = _in_its_zone(calendar, zone, problems).walk("VEVENT")
        for event in events:
            for rule in _values(event, "RRULE"):
                _include_last_day(rule, event["DTSTART"].dt, zone)
        problems += [
            f"{_title(event)} on {event['DTSTART'].dt:%Y-%m-%d}: another event has the"
            " same UID, and only one of them counts"
            for event in _hidden(events, start, end)
            if _title(event).casefold().startswith(said)
        ]
        # Floating times may lie half a day outside.
        day = timedelta(days=1)
        near = _unfolded(events, start - day, end + day, problems)
    except _BROKEN as error:
        raise ValueError(str(error)) from error
    return [one for one in near if str(one.get("STATUS", "")).upper() != "CANCELLED"]


def span_of(event: Any, zone: str) -> tuple[datetime, datetime] | None:
    """Return when an event begins and ends (aware UTC); None when it has no length."""
    try:
        begins = event["DTSTART"].dt
        start = _moment(begins, zone)
        exact = event.get("X-MOODLE-BRIDGE-EXACT")
        if exact is not None:
            end = start + timedelta(seconds=int(str(exact)))
        elif "DTEND" in event:
            end = _moment(event["DTEND"].dt, zone)
        elif not isinstance(begins, datetime):
            end = _moment(begins + timedelta(days=1), zone)
        else:
            return None
    except _BROKEN:
        return None
    return (start, end) if end > start else None


def _moment(value: date | datetime, zone: str) -> datetime:
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if value.tzinfo is None:
        value = value.replace(tzinfo=ZoneInfo(zone))
    return value.astimezone(UTC)


def _in_its_zone(calendar: Any, zone: str, problems: list[str]) -> Any:
    # Google gives times in UTC and the zone in X-WR-TIMEZONE alone: then the hour of
    # a recurring event would stay in UTC over a change of clocks.
    from x_wr_timezone import to_standard  # noqa: PLC0415

    try:
        return to_standard(calendar)
    except (ValueError, LookupError):
        problems.append(
            f"nobody knows the time zone {str(calendar.get('X-WR-TIMEZONE'))!r} of the"
            f" calendar, so times that say none are read by the clock of {zone}"
        )
        return calendar


def _left_out(calendar: Any) -> list[tuple[Any, str]]:
    """Take out events whose times cannot be read; return them, and what is wrong."""
    found = [
        (event, fault) for event in calendar.walk("VEVENT") if (fault := _fault(event))
    ]
    gone = {id(event) for event, _ in found}
    calendar.subcomponents = [
        one for one in calendar.subcomponents if id(one) not in gone
    ]
    return found


def _fault(event: Any) -> str:
    broken = sorted({name for name, _ in event.errors if name in _TIMES})
    if broken:
        return f"its {' and '.join(broken)} cannot be read"
    if len(_values(event, "DTSTART")) != 1 or len(_values(event, "DTEND")) > 1:
        return "it does not begin once and end once"
    for rule in _values(event, "RRULE"):
        often = {str(one).upper() for one in rule.get("FREQ", ["DAILY"])}
        if not often <= _FREQUENCIES:
            return "it comes again every minute or second"
        if min(rule.get("INTERVAL", [1])) < 1:
            return "its RRULE has no interval"
    return ""


def _include_last_day(rule: Any, begins: date | datetime, zone: str) -> None:
    """Let a rule that ends at a day, or at an hour without a zone, end by its clock.

    RFC 5545 3.3.10 wants UTC there. Read as such, a day would end as it begins, and an
    hour some hours early: the last watch would be lost.
    """
    if not isinstance(begins, datetime):
        return
    last = []
    for until in rule.get("UNTIL", []):
        moment = until
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time(23, 59, 59))
        if begins.tzinfo is not None and moment.tzinfo is None:
            moment = moment.replace(tzinfo=begins.tzinfo).astimezone(UTC)
        elif begins.tzinfo is None and moment.tzinfo is not None:
            moment = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        last.append(moment)
    if last:
        rule["UNTIL"] = last


def _hidden(events: Sequence[Any], start: datetime, end: datetime) -> Iterator[Any]:
    """Yield each event that hides behind another of the same UID."""
    first: dict[tuple[str, str], Any] = {}
    for event in events:
        uid = str(event.get("UID", ""))
        if not uid or "RECURRENCE-ID" in event:
            continue
        other = first.setdefault((uid, str(event.get("SEQUENCE", 0))), event)
        if _what(other) == _what(event):
            continue
        day = event["DTSTART"].dt
        soon = start.date() <= date(day.year, day.month, day.day) <= end.date()
        if soon or "RRULE" in event:
            yield event


def _what(event: Any) -> tuple[str, str]:
    return str(event["DTSTART"].dt), str(event.get("SUMMARY", ""))


def _unfolded(
    events: Sequence[Any], start: datetime, end: datetime, problems: list[str]
) -> list[Any]:
    try:
        return _between(events, start, end)
    except _BROKEN:
        # One of them breaks: the others are found by asking about each alone.
        series = defaultdict(list)
        for number, event in enumerate(events):
            series[str(event.get("UID", "")) or number].append(event)
    found = []
    for group in series.values():
        try:
            found += _between(group, start, end)
        except _BROKEN as error:
            problems.append(
                f"{_title(group[0])}: how it comes again cannot be read"
                f" ({error}), so it is left out"
            )
    return found


def _between(events: Sequence[Any], start: datetime, end: datetime) -> list[Any]:
    import recurring_ical_events  # noqa: PLC0415
    from icalendar import Calendar  # noqa: PLC0415

    calendar = Calendar()
    for event in events:
        calendar.add_component(event)
    return list(recurring_ical_events.of(calendar).between(start, end))


def _values(event: Any, name: str) -> list[Any]:
    value = event.get(name)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _title(event: Any) -> str:
    return str(event.get("SUMMARY", "")).strip() or "an event without a title"


def _zones_unknown(calendar: Any) -> Iterator[str]:
    """Yield zones that events name and the calendar does not explain, each once."""
    seen = set()
    for event in calendar.walk("VEVENT"):
        begins = event.get("DTSTART")
        name = getattr(begins, "params", {}).get("TZID")
        value = getattr(begins, "dt", None)
        floating = isinstance(value, datetime) and value.tzinfo is None
        if name and floating and name not in seen:
            seen.add(name)
            yield str(name)


def _with_exact_durations(content: bytes) -> bytes:
    """Note durations in hours beside them, for events whose end they give.

    RFC 5545 3.3.6: hours are exact, days are those of the clock. Libraries read both
    as days of the clock, so a watch of 24 hours is 23 where clocks go forward.
    """
    text = content.decode("utf-8", "replace").replace("\r\n", "\n")
    if not _DURATION.search(text):
        return content
    from icalendar import vDuration  # noqa: PLC0415

    lines = []
    inside = 0
    for line in re.sub(r"\n[ \t]", "", text).split("\n"):
        lines.append(line)
        # A duration in an alarm is that of the alarm.
        inside += line.upper().startswith("BEGIN:VALARM")
        inside -= line.upper().startswith("END:VALARM")
        if not inside and _DURATION.match(line):
            try:
                length = vDuration.from_ical(line.partition(":")[2])  # type: ignore[no-untyped-call]
                seconds = int(length.total_seconds())
            except _BROKEN:
                continue
            lines.append(f"X-MOODLE-BRIDGE-EXACT:{seconds}")
    return "\r\n".join(lines).encode()
