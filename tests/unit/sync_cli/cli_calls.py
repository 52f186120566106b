"""How the tests call the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sync.cli.invocation import Invocation


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """How a command line ended: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value


Call = Callable[..., Called]
Body = Callable[[Callable[[Invocation], object]], None]
Configured = Callable[..., None]
