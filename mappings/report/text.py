"""The report as plain text: for mail, and for the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells

from mappings.direction import isolated
from mappings.one_line import one_line
from mappings.report.figures import Figures
from mappings.report.outline import Listing, Part, Section, Table, TableRow, bar_of
from mappings.report.sections import sections
from mappings.report.words import Words, report_title

_WIDTH = 80
_BAR = 10
_BAR_LEAST = 5
_GAP = "  "
_TITLE_LEAST = 16
_TITLE_LINES = 2
_LIST_MOST = 60
_SPACE = re.compile(r" +")


def report_text(figures: Figures, *, language: str, public: bool) -> str:
    """Return the report as text of at most 80 columns, with bars of blocks.

    Every bar has its number beside it. A public report names nobody.
    """
    words = Words(language=language, zone=figures.zone)
    title = report_title(figures.names.course, language)
    lines = [*wrapped(title, _WIDTH), "=" * min(cell_len(title), _WIDTH)]
    for section in sections(figures, words, public=public):
        lines.extend(_section(section, words))
    # No-break spaces have done their work, and would cost a mail its plain ASCII.
    return "".join(f"{line.rstrip()}\n" for line in lines).replace("\xa0", " ")


def wrapped(text: str, width: int) -> list[str]:
    """Return text in lines of so many columns; wide letters count for two."""
    lines: list[str] = []
    line = ""
    for word in _SPACE.split(text):
        longer = f"{line} {word}" if line else word
        if cell_len(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = chop_cells(word, width) if cell_len(word) > width else [word]
        lines.extend(full)
    return [*lines, line] if line or not lines else lines


def _section(section: Section, words: Words) -> Iterator[str]:
    yield ""
    if section.title:
        yield from wrapped(section.title, _WIDTH)
        yield "-" * min(cell_len(section.title), _WIDTH)
    for place, part in enumerate(section.parts):
        if place and not isinstance(part, Listing):
            yield ""
        yield from _part(part, words)


def _part(part: Part, words: Words) -> Iterator[str]:
    if isinstance(part, Table):
        yield from _table(part)
    elif isinstance(part, Listing):
        for entry in part.lines[:_LIST_MOST]:
            first, *others = wrapped(one_line(entry), _WIDTH - 2)
            yield f"- {first}"
            yield from (f"  {line}" for line in others)
        left = len(part.lines) - _LIST_MOST
        if left > 0:
            yield words.counted("report_left_out", left)
    else:
        yield from wrapped(part, _WIDTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """How wide a table is set: its first column, its bars, and the cells."""

    first: int
    bar: int
    cells: tuple[int, ...]

    def line(self, title: str, blocks: str, cells: Sequence[str]) -> str:
        """Return a line of the table."""
        bars = _GAP + _left(blocks, self.bar) if self.bar else ""
        return _left(title, self.first) + bars + _right(cells, self.cells)

    def noted(self, title: str, note: str, cells: Sequence[str]) -> str:
        """Return a line with a note in the place of the bar and of empty cells."""
        free = 0
        while free < len(cells) and not cells[free]:
            free += 1
        span = self.bar + sum(len(_GAP) + width for width in self.cells[:free])
        numbers = _right(cells[free:], self.cells[free:])
        return f"{_left(title, self.first)}{_GAP}{_left(note, span)}{numbers}"


def _columns(table: Table) -> _Columns:
    cells = tuple(
        max(
            *(cell_len(word) for word in column.split(" ")),
            *(cell_len(row.cells[place]) for row in table.rows),
        )
        for place, column in enumerate(table.columns[1:])
    )
    titles = max(
        cell_len(table.columns[0]), *(cell_len(row.title) for row in table.rows)
    )
    room = _WIDTH - sum(cells) - len(_GAP) * len(cells)
    bar = 0
    if table.bars:
        bar = max(min(_BAR, room - len(_GAP) - min(titles, _TITLE_LEAST)), _BAR_LEAST)
        room -= bar + len(_GAP)
    return _Columns(first=max(min(titles, room), 2), bar=bar, cells=cells)


def _table(table: Table) -> Iterator[str]:
    columns = _columns(table)
    yield from _heads(table, columns)
    for row in table.rows:
        yield from _row(row, columns)


def _heads(table: Table, columns: _Columns) -> Iterator[str]:
    widths = (columns.first, *columns.cells)
    heads = [
        wrapped(title, width)
        for title, width in zip(table.columns, widths, strict=True)
    ]
    depth = max(map(len, heads))
    # The lowest line stands next to the numbers.
    filled = [[""] * (depth - len(head)) + head for head in heads]
    for title, *cells in zip(*filled, strict=True):
        yield columns.line(title, "", cells)


def _row(row: TableRow, columns: _Columns) -> Iterator[str]:
    *above, title = _title(row.title, columns.first)
    yield from above
    if row.note:
        yield columns.noted(title, row.note, row.cells)
    else:
        blocks = "" if row.bar is None else bar_of(row.bar, columns.bar)
        yield columns.line(title, blocks, row.cells)


def _title(title: str, width: int) -> list[str]:
    lines = wrapped(title, width)
    if len(lines) > _TITLE_LINES:
        lines = lines[:_TITLE_LINES]
        lines[-1] = f"{chop_cells(lines[-1], width - 1)[0]}…"
    return [isolated(line) for line in lines]


def _left(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))


def _right(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "".join(
        f"{_GAP}{' ' * (width - cell_len(cell))}{cell}"
        for cell, width in zip(cells, widths, strict=True)
    )
