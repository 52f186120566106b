"""A report in words, before it is laid out: sections of sentences, lists and tables.

Text and Moodle page are laid out from the same outline, so that they say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, overload

T = TypeVar("T")

_EIGHTHS = "▏▎▍▌▋▊▉█"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A line of a table: `title`, a `bar` from 0 to 1 (None: none), and its cells.

    `note` stands in the place of the bar and of the empty cells that follow it: why
    there are no numbers.
    """

    title: str
    cells: tuple[str, ...]
    bar: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`columns` are the titles: of the first column, then of the cells.

    `bars` says whether there are bars, between the first column and the others.
    Where a table is shortened, `newest_last` keeps its end, otherwise its beginning.
    """

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    bars: bool = True
    newest_last: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """Lines of equal rank; a `whole` one is never shortened."""

    lines: Sequence[str]
    whole: bool = False


class LinesOf(Sequence[str], Generic[T]):
    """A line of each of many things, written only where it is looked at."""

    def __init__(self, things: Sequence[T], write: Callable[[T], str]) -> None:
        self._things = things
        self._write = write

    def __len__(self) -> int:
        """Say how many there are."""
        return len(self._things)

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[str, ...]: ...

    def __getitem__(self, at: int | slice) -> str | tuple[str, ...]:
        """Write a line, or some."""
        if isinstance(at, slice):
            return tuple(map(self._write, self._things[at]))
        return self._write(self._things[at])


Part = str | Table | Listing
"""A paragraph, a table, or a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a report; without a title it belongs to what stands above it.

    Where room is short, sections of the highest `rank` go first, those of rank 0 never.
    """

    title: str
    parts: tuple[Part, ...]
    rank: int = 0


def bar_of(share: float, cells: int) -> str:
    """Return a bar of blocks, as long as a share of so many cells."""
    eighths = round(min(max(share, 0.0), 1.0) * cells * 8)
    full, rest = divmod(eighths, 8)
    return _EIGHTHS[-1] * full + (_EIGHTHS[rest - 1] if rest else "")
