"""How the tests call the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
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


def not_ok(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [row for row in rows if row["state"] != "ok"]


def checked(
    call: Call, *, now: datetime | None = None
) -> tuple[int, dict[str, tuple[str, str]]]:
    called = call("check", "--json", now=now or datetime.now(UTC))
    findings = {
        row["what"]: (row["state"], f"{row['seen']} | {row['advice']}")
        for row in called.data["findings"]
    }
    return called.code, findings
