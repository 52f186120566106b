"""A call that waits to be made, and how calls are packed into requests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from moodle_bridge.errors import InDoubt, Permanent, RemoteError
from moodle_bridge.interfaces.transport import Answer

Result = Answer | RemoteError
"""What came of one call of several: its answer, or why it has none."""

_FIELDS_OF_A_REQUEST = 2
_PROBLEMS_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of an external function.

    `shape` is what the answer is parsed into; None leaves it as JSON decodes. `rows`
    is roughly how many rows it will bring, so that no request brings too many.
    """

    function: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    shape: TypeAdapter[Any] | None = None
    rows: int = 1

    def json_arguments(self) -> str:
        """Return the arguments as the JSON object that the batch function takes."""
        # Bad JSON makes Moodle run the function without arguments: only what a JSON
        # library wrote goes out.
        return json.dumps(dict(self.arguments), allow_nan=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """How much goes into one batched request: calls, rows, form fields, bytes."""

    calls: int = 25
    rows: int = 2_000
    form_fields: int = 900
    size: int = 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPacking:
    """How much goes into one write of many items: items, form fields, bytes, time.

    `seconds` is how long a write should take at most, as the ones before it went; it
    keeps a call under the patience of what stands before the site. `items` is the
    most in a form; where the service has the batch function and the site is known to
    be quick enough, `most` go as JSON, which knows no limit of form fields.
    """

    items: int = 100
    most: int = 400
    form_fields: int = 900
    size: int = 1_000_000
    seconds: float = 25.0


def packed(calls: Iterable[Call], packing: Packing) -> Iterator[tuple[Call, ...]]:
    """Yield the calls in order, as many to a request as the packing allows.

    A call that is over a limit by itself goes alone. Takes no more from `calls` than
    it has to.
    """
    most = max(1, min(packing.calls, packing.form_fields // _FIELDS_OF_A_REQUEST))
    waiting: list[Call] = []
    rows = size = 0
    for call in calls:
        length = len(call.json_arguments())
        over = rows + call.rows > packing.rows or size + length > packing.size
        if waiting and over:
            yield tuple(waiting)
            waiting, rows, size = [], 0, 0
        waiting.append(call)
        rows += call.rows
        size += length
        if len(waiting) == most:
            yield tuple(waiting)
            waiting, rows, size = [], 0, 0
    if waiting:
        yield tuple(waiting)


def misshapen(error: ValidationError, call: Call, *, writes: bool) -> RemoteError:
    """Return the error for an answer of a form that the bridge does not know.

    InDoubt for a write, because the function has run; Permanent for a read. Shows
    where the answer differs, never what stood there.
    """
    problems = error.errors(include_input=False, include_url=False)
    shown = "; ".join(
        f"{'.'.join(map(str, problem['loc'])) or 'answer'}: {problem['msg']}"
        for problem in problems[:_PROBLEMS_SHOWN]
    )
    kind = InDoubt if writes else Permanent
    return kind(
        f"Moodle's answer has a form that the bridge does not know ({shown})",
        item=call.function,
        code="shape",
        advice="Tell the makers of the bridge, with the release of the site.",
    )
