"""What every section of bridge.toml has in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A table of bridge.toml: no unknown keys, no guessing of types, never changed."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
        arbitrary_types_allowed=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginChoice:
    """A plug-in that the file names, with its own settings, already checked.

    `plugin` is the name in the registry; hand both to `registry.build`.
    """

    plugin: str
    settings: BaseModel

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _core: object, _handler: object
    ) -> dict[str, Any]:
        """Describe the table in the JSON schema; each plug-in adds its own keys."""
        return {
            "type": "object",
            "required": ["plugin"],
            "properties": {"plugin": {"type": "string"}},
        }
