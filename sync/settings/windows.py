"""Windows of the week, as bridge.toml writes them."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, WithJsonSchema

from mappings.rota.windows import Window, read_window


def window(value: object) -> object:
    """Return the window that a text names; anything else is left to be refused."""
    return read_window(value) if isinstance(value, str) else value


WindowText: TypeAlias = Annotated[
    Window,
    BeforeValidator(window),
    WithJsonSchema({"type": "string", "examples": ["weekdays 08:00-18:00"]}),
]
