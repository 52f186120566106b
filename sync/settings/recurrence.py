"""Times that come again, as bridge.toml writes them."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, WithJsonSchema

from mappings.recurrence import Recurrence, read_recurrence


def recurrence(value: object) -> object:
    """Return the time that a text names; anything else is left to be refused."""
    return read_recurrence(value) if isinstance(value, str) else value


RecurrenceText: TypeAlias = Annotated[
    Recurrence,
    BeforeValidator(recurrence),
    WithJsonSchema({"type": "string", "examples": ["monday 07:00"]}),
]
