"""Days and hours as the reader writes them, in the reader's own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time, get_day_names

from mappings.phrases import phrase, written_as

_SERVER_ZONE = "99"
_SPACES = {0xA0: " ", 0x202F: " "}


def zone_of(name: str | None) -> ZoneInfo | None:
    """Return the zone of an IANA name; None where it is not known.

    None for None, for a name that is none, and for Moodle's `99`, which stands for the
    zone of a server that we cannot ask.
    """
    plain = (name or "").strip()
    if not plain or plain == _SERVER_ZONE:
        return None
    try:
        return ZoneInfo(plain)
    except (KeyError, OSError, ValueError):
        return None


def moment_text(
    language: str | None, moment: datetime, zone: str | None, *, named: bool = False
) -> str:
    """Return day and hour in words: `3 May 2026, 18:00`.

    `moment` is aware; `zone` an IANA name. Where that is None or unknown the hour is
    told in UTC, and said to be: `3 May 2026, 16:00 UTC`. `named` tells the zone of a
    known one as well (`18:00 UTC+2`), for a reader who may think of another. A
    language without phrases gets English words.
    """
    day = date_text(language, _there(moment, zone).date())
    hour = clock_text(language, moment, zone, named=named)
    return phrase(language, "day_and_hour", day=day, hour=hour)


def date_text(language: str | None, day: date, *, year: bool = True) -> str:
    """Return a day in words: `3 May 2026`, or `3 May` without its year."""
    if year:
        return _plain(format_date(day, "long", locale=written_as(language)))
    return _plain(format_skeleton("MMMMd", day, locale=written_as(language)))


def clock_text(
    language: str | None, moment: datetime, zone: str | None, *, named: bool = False
) -> str:
    """Return the hour of a moment: `18:00`; the zone as `moment_text` tells it."""
    there = _there(moment, zone)
    hour = _plain(
        format_time(there.time(), "short", tzinfo=UTC, locale=written_as(language))
    )
    if zone_of(zone) is None:
        return f"{hour} UTC"
    return f"{hour} {_offset(there)}" if named else hour


def weekday_name(language: str | None, weekday: int) -> str:
    """Return the name of a day of the week, 0 for Monday, as it stands in a sentence.

    Raises ValueError for what is no day of the week.
    """
    names = get_day_names("wide", locale=written_as(language))
    if weekday not in names:
        raise ValueError(f"{weekday} is no day of the week: 0 is Monday, 6 is Sunday")
    return str(names[weekday])


def local_day(moment: datetime, zone: str | None) -> date:
    """Return the day that a moment falls on for the reader, in UTC if unknown."""
    return _there(moment, zone).date()


def _there(moment: datetime, zone: str | None) -> datetime:
    known: tzinfo = zone_of(zone) or UTC
    return moment.astimezone(known)


def _offset(there: datetime) -> str:
    # The short names of zones are not known to those who live in them everywhere, and
    # one name stands for several.
    seconds = round((there.utcoffset() or UTC.utcoffset(None)).total_seconds())
    if not seconds:
        return "UTC"
    hours, minutes = divmod(abs(seconds) // 60, 60)
    sign = "-" if seconds < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")


def _plain(text: str) -> str:
    # No-break spaces would cost a mail its plain ASCII.
    return text.translate(_SPACES)
