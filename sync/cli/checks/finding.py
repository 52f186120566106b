"""What a check found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from moodle_bridge.errors import BridgeError, InDoubt, Transient


class State(StrEnum):
    """How a thing stands: in order, worth a look, or in the way of every run."""

    OK = "ok"
    WARNING = "warning"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at: what it is, how it stands, what to do.

    `unreachable` is true when a remote end could not be asked; then what is missing
    may be in order.
    """

    what: str
    state: State
    seen: str
    advice: str = ""
    unreachable: bool = False


def ok(what: str, seen: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(what=what, state=State.OK, seen=seen)


def warning(what: str, seen: str, advice: str) -> Finding:
    """Return a finding that works and should be looked at."""
    return Finding(what=what, state=State.WARNING, seen=seen, advice=advice)


def missing(what: str, seen: str, advice: str) -> Finding:
    """Return a finding that stands in the way."""
    return Finding(what=what, state=State.MISSING, seen=seen, advice=advice)


def caught(what: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Give what a look finds; an error that ends it is a finding as well."""
    try:
        yield from look()
    except BridgeError as error:
        yield Finding(
            what=what,
            state=State.MISSING,
            seen=str(error),
            advice=error.advice,
            unreachable=isinstance(error, Transient | InDoubt),
        )
