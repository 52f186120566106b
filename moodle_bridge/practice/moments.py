"""Times as Moodle writes them for a person, in that person's own zone."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_SERVER = "99"


def zone_of(name: str) -> tzinfo:
    """Return a user's zone; "99" and zones that nobody knows mean the server's."""
    if name == _SERVER:
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def known_zone(name: str) -> bool:
    """Tell whether a zone can be chosen in a profile."""
    return name == _SERVER or (bool(name) and name in _zones())


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def iso(moment: int, zone: tzinfo) -> str:
    """Return a time as a `datetime` attribute holds it."""
    return datetime.fromtimestamp(moment, zone).isoformat()


def spoken(moment: int, zone: tzinfo) -> str:
    """Return a time in words, such as `Monday, 23 November 2026, 1:36 AM`."""
    then = datetime.fromtimestamp(moment, zone)
    half = "AM" if then.hour < 12 else "PM"  # noqa: PLR2004 - noon
    return (
        f"{then:%A}, {then.day} {then:%B %Y}, {then.hour % 12 or 12}:{then:%M} {half}"
    )
