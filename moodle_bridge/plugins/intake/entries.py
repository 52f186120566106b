"""What entries from over the network have in common."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from moodle_bridge.model.intake import Entry, EntryState

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def moment(text: str | None) -> datetime | None:
    """Return an ISO 8601 time in UTC, which it is in when no zone stands there.

    None for what is no time.
    """
    try:
        found = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    if found.tzinfo is None:
        return found.replace(tzinfo=UTC)
    return found.astimezone(UTC)


def oldest_first(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return entries in the order in which they were sent."""
    return tuple(sorted(entries, key=lambda each: each.submitted or _LONG_AGO))


def reviewed(verdict: EntryState | None, *, approved_only: bool) -> EntryState:
    """Return what an entry is worth.

    `verdict` is what the review says, COMPLETE for approved, None for not reviewed.
    """
    if verdict is not None:
        return verdict
    return EntryState.AWAITED if approved_only else EntryState.COMPLETE


def plain(value: object) -> str:
    """Return an answer that JSON gave as text; "" for none, and for what is no text."""
    match value:
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004
            return str(int(value))
        case str() | int() | float():
            return str(value).strip()
    return ""
