"""The outline of a report, laid out as HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mappings.report.html_parts import (
    NOTHING,
    Html,
    cell,
    listed,
    note_cell,
    paragraph,
    row_head,
    table,
)
from mappings.report.outline import Listing, Part, Table, TableRow
from mappings.report.words import Words

MOST_LINES = 150
"""Of longer lists and tables the page shows so many: files of data have them all."""


def laid_out(
    parts: Sequence[Part], words: Words, *, ident: str, caption: str, kind: str = ""
) -> Html:
    """Return the parts of a section one below the other.

    `ident` begins the names of its tables, `caption` is what they are called by who
    reads the page aloud; `kind` is the look of its paragraphs.
    """
    told = []
    for number, part in enumerate(parts):
        if isinstance(part, str):
            told.append(paragraph(part, kind=kind))
        elif isinstance(part, Listing):
            most = len(part.lines) if part.whole else MOST_LINES
            told.append(listed(part.lines[:most]))
            told.append(_left_out(len(part.lines) - most, words))
        else:
            told.append(_table(part, f"{ident}-{number}", caption))
            told.append(_left_out(len(part.rows) - MOST_LINES, words))
    return Html("".join(told))


def _table(part: Table, ident: str, caption: str) -> Html:
    rows = part.rows[-MOST_LINES:] if part.newest_last else part.rows[:MOST_LINES]
    return table(
        ident,
        caption,
        part.columns,
        ((row_head(row.title), *_cells(row, bars=part.bars)) for row in rows),
        seen=False,
    )


def _cells(row: TableRow, *, bars: bool) -> Iterator[Html]:
    cells = list(row.cells)
    if row.note:
        empty = next((at for at, text in enumerate(cells) if text), len(cells))
        yield note_cell(row.note, max(empty, 1))
        cells = cells[max(empty, 1) :]
    elif bars and cells:
        yield cell(cells.pop(0), share=row.bar)
    yield from (cell(text) for text in cells)


def _left_out(number: int, words: Words) -> Html:
    if number <= 0:
        return NOTHING
    left_out = words.counted("report_left_out", number)
    return paragraph(left_out, kind="note")
