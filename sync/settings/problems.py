"""How what is wrong in bridge.toml is said: where, what, and what to do."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from moodle_bridge.errors import Problem

Location = tuple[str | int, ...]
"""The way from the top of the file to a value: ("pair", 1, "forum")."""

TABLES: frozenset[Location] = frozenset(
    {
        ("moodle",),
        ("ledger",),
        ("mail",),
        ("mail", "out"),
        ("mail", "listen"),
        ("mail", "authenticity"),
        ("safety",),
        ("sync",),
        ("bounces",),
        ("plugins",),
        ("rota",),
        ("alerts",),
        ("report",),
        ("run",),
        ("web",),
        ("welcome",),
    }
)
ARRAYS: frozenset[Location] = frozenset(
    {
        ("pair",),
        ("mail", "in"),
        ("intake",),
        ("rota", "person"),
        ("rota", "source"),
        ("alerts", "step"),
        ("alerts", "channel"),
        ("phase",),
        ("report", "sink"),
    }
)

_WORDS = {
    "missing": "is missing",
    "string_type": "must be a text in quotes",
    "bool_type": "must be true or false, without quotes",
    "int_type": "must be a whole number, without quotes",
    "float_type": "must be a number, without quotes",
    "list_type": "must be a list in [ ]",
    "tuple_type": "must be a list in [ ]",
    "model_type": "must be a table",
    "dict_type": "must be a table",
    "path_type": "must be a path in quotes",
    "greater_than_equal": "must be {ge} or more",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be {le} or less",
    "less_than": "must be less than {lt}",
    "string_too_short": "must not be empty",
    "string_too_long": "must have {max_length} letters or fewer",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "extra_forbidden": "there is no such key",
}

# pydantic tells of a limit that is a length of time as Python writes it.
_TIMEDELTA = re.compile(
    r"datetime\.timedelta\((?:0|(?:days=(?P<days>\d+))?(?:, )?"
    r"(?:seconds=(?P<seconds>\d+))?)\)"
)


def key_path(location: Location) -> str:
    """Write a location as an admin finds it: `[[pair]] 2 → forum`."""
    for cut in range(len(location), 0, -1):
        head, rest = location[:cut], location[cut:]
        name = ".".join(map(str, head))
        if head in TABLES:
            return _joined(f"[{name}]", rest)
        if head in ARRAYS:
            if rest and isinstance(rest[0], int):
                return _joined(f"[[{name}]] {rest[0] + 1}", rest[1:])
            return _joined(f"[[{name}]]", rest)
    return ".".join(map(str, location))


def problems_of(error: ValidationError, base: Location = ()) -> list[Problem]:
    """Return what pydantic found, without any value that was given."""
    return [
        Problem(where=key_path(base + tuple(row["loc"])), what=_worded(dict(row)))
        for row in error.errors(include_input=False, include_url=False)
    ]


def unknown(location: Location, known: Iterable[str]) -> Problem:
    """Say that there is no such key, and which one was perhaps meant."""
    name, names = str(location[-1]), sorted(known)
    meant = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    return Problem(
        where=key_path(location),
        what="there is no such key",
        advice=f"Did you mean {meant[0]}?" if meant else f"Known: {', '.join(names)}.",
    )


def _joined(head: str, rest: Location) -> str:
    return f"{head} → {'.'.join(map(str, rest))}" if rest else head


def _worded(row: Mapping[str, Any]) -> str:
    if row["type"] == "value_error":
        return str(row["ctx"]["error"])
    words = _WORDS.get(row["type"])
    limits = {name: _limit(value) for name, value in row.get("ctx", {}).items()}
    return words.format(**limits) if words else str(row["msg"])


def _limit(value: object) -> object:
    """Return a limit as it is written in bridge.toml."""
    found = _TIMEDELTA.fullmatch(str(value))
    if found is None:
        return value
    seconds = int(found["days"] or 0) * 86400 + int(found["seconds"] or 0)
    for name, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and not seconds % length:
            return f"{seconds // length}{name}"
    return f"{seconds}s"
