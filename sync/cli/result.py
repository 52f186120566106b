"""What a command gives back; how it is shown is not its business."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """How a command ended, for scripts and timers."""

    DONE = 0
    BUG = 1
    CONFIGURATION = 2
    HELD = 3
    GUARD = 4
    UNREACHABLE = 5
    TRY_AGAIN = 75
    """`receive` only: EX_TEMPFAIL of sysexits.h; the mail server keeps the mail."""
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows for a person; each cell is a text."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a command found or did.

    `parts` are lines and tables for a person, in order; `data` says the same for a
    program and must be plain JSON values (datetimes are written in ISO 8601).
    """

    exit_code: ExitCode = ExitCode.DONE
    parts: Sequence[str | Table] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
