"""Which tables of a post are too wide for lines of text, and what names their columns."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

_COLUMNS = 72
_CELLS = frozenset({"td", "th"})
_ROWS_MOST = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WideTable:
    """A table whose rows do not fit; each cell gets a line, named by its column.

    `names` are the words above the columns, empty for none; `head` is the row that
    holds them, None where there is none.
    """

    names: tuple[str, ...]
    head: etree._Element | None


def wide_table(table: etree._Element) -> WideTable | None:
    """Return a table of data that is too wide for 72 columns; None for any other."""
    rows = _rows(table)
    if len(rows) > _ROWS_MOST or not rows:
        return None
    cells = [[_text(cell) for cell in row if cell.tag in _CELLS] for row in rows]
    widest = max((sum(map(len, row)) + 3 * (len(row) - 1) for row in cells), default=0)
    if widest <= _COLUMNS or any(True for _ in table.iterdescendants("table")):
        return None
    if max(map(len, cells)) < 2:  # noqa: PLR2004 (one column is a list)
        return None
    is_head = len(rows) > 1 and all(
        cell.tag == "th" for cell in rows[0] if cell.tag in _CELLS
    )
    even = {len(row) for row in cells} == {len(cells[0])}
    if is_head and even:
        return WideTable(names=tuple(cells[0]), head=rows[0])
    return WideTable(names=(), head=None)


def _rows(table: etree._Element) -> list[etree._Element]:
    return [
        row
        for row in table.iterdescendants("tr")
        if next(row.iterancestors("table")) is table
    ]


def _text(cell: etree._Element) -> str:
    return " ".join("".join(str(text) for text in cell.itertext()).split())
