"""What entries from over the network have in common."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from moodle_bridge.errors import Permanent, Transient
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


def key_of(value: object, *, item: str) -> str:
    """Return the id of an entry; raises Permanent when there is none."""
    key = plain(value)
    if not key:
        raise Permanent(
            "gives an entry without an id",
            item=item,
            advice="Look whether the address is that of the API; if it is, report it.",
        )
    return key


def all_there(count: int | None, found: int, *, item: str) -> None:
    """Raise Transient when a source has more entries than it gave.

    `count` is what it says that it has, None when it does not say.
    """
    if count is not None and found < count:
        raise Transient(
            f"has {count} entries and gave {found}",
            item=item,
            advice="Run the command again; nothing of it was used.",
        )
