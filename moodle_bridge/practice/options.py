"""The name-and-value options that forum functions take."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.parameters import Presence, items, record, value
from moodle_bridge.practice.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Set

OPTIONS = items(
    record(name=value("alphanum"), value=value("raw")), presence=Presence.DEFAULT
)

_TRUE = {"1", "on", "yes", "true"}


def read_options(
    options: Iterable[Mapping[str, Any]], *, bools: Set[str], ints: Set[str]
) -> dict[str, int]:
    """Return the options by name, cleaned; refuse a name that is not expected."""
    found: dict[str, int] = {}
    for option in options:
        name = option["name"].strip()
        text = "" if option["value"] is None else str(option["value"])
        if name in bools:
            found[name] = int(text.lower() in _TRUE or _number(text) != 0)
        elif name in ints:
            found[name] = _number(text)
        else:
            raise refused("errorinvalidparam", f'The param "{name}" is invalid.')
    return found


def _number(text: str) -> int:
    number = re.match(r"\s*[+-]?\d+", text)
    return int(number[0]) if number else 0
