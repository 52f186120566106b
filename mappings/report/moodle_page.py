"""The report as HTML that Moodle's cleaning leaves as it is: a post, or a wiki page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

from mappings.direction import direction_of
from mappings.phrases import known_language
from mappings.report.figures import Figures
from mappings.report.outline import (
    Listing,
    Part,
    Section,
    Table,
    TableRow,
    bar_of,
)
from mappings.report.sections import sections
from mappings.report.words import Words

LARGEST = 9_500
"""Bytes of the page at most: who posts it adds a marker, and 10 KB are the limit."""

_BAR = 10
_ROOMS = (60, 40, 26, 18, 12, 8)
_SMALL_ROOMS = (5, 3, 2)
_NEEDED = 4
# Themes leave cells of tables in a post without any room between them.
_TABLE = '<table cellpadding="4">'
_LINKS = str.maketrans({"[": "&#91;", "]": "&#93;", "{": "&#123;", "}": "&#125;"})


def moodle_page(figures: Figures, *, language: str, public: bool) -> str:
    """Return the report as HTML of at most `LARGEST` bytes; a public one names nobody.

    Only tables, lists, headings and paragraphs, with bars of blocks that have their
    number beside them: no pictures, scripts, ids or data attributes, all of which
    Moodle drops. Where there is no room, tables and lists are shortened, and say so;
    where that is not enough, whole sections are left out, and it says how many.
    """
    words = Words(language=language, zone=figures.zone)
    found = sections(figures, words, public=public)
    highest = max(section.rank for section in found)
    for room, rank in (
        *((room, highest) for room in _ROOMS),
        *((_ROOMS[-1], rank) for rank in range(highest - 1, _NEEDED - 1, -1)),
        *((room, _NEEDED) for room in _SMALL_ROOMS),
        *((_SMALL_ROOMS[-1], rank) for rank in range(_NEEDED - 1, -1, -1)),
    ):
        kept = [section for section in found if section.rank <= rank]
        page = _page(kept, room, words, left=len(found) - len(kept))
        if len(page.encode()) <= LARGEST:
            return page
    raise AssertionError("what is always told has no lists of any length")


def _page(found: Sequence[Section], room: int, words: Words, *, left: int) -> str:
    inside = "".join(
        _tables(list(group), room, words)
        if columns
        else "".join(_section(section, room, words) for section in group)
        for columns, group in groupby(found, key=_columns)
    )
    if left:
        inside += _element("p", words.counted("report_left_sections", left))
    return f'<div lang="{known_language(words.language)}">{inside}</div>'


def _columns(section: Section) -> tuple[str, ...]:
    """Return the columns of a section that is a table and notes; else none."""
    first, *others = section.parts
    notes = all(isinstance(part, str) for part in others)
    return first.columns[1:] if isinstance(first, Table) and notes else ()


def _tables(found: Sequence[Section], room: int, words: Words) -> str:
    """Return sections whose tables have the same columns as one: it is shorter."""
    title, rows, notes = "", "", ""
    for section in found:
        for part in section.parts:
            if not isinstance(part, Table):
                note = _element("p", str(part))
                notes += "" if note in notes else note
            elif not title:
                title = _element("h4", section.title)
                rows = _heads(part) + _rows(part, room, words)
            else:
                width = len(part.columns) + part.bars
                rows += f'<tr><th colspan="{width}">{_escaped(section.title)}</th></tr>'
                rows += _rows(part, room, words)
    return f"{title}{_TABLE}{rows}</table>{notes}"


def _section(section: Section, room: int, words: Words) -> str:
    title = _element("h4", section.title) if section.title else ""
    return title + "".join(_part(part, room, words) for part in section.parts)


def _part(part: Part, room: int, words: Words) -> str:
    if isinstance(part, Table):
        return f"{_TABLE}{_heads(part)}{_rows(part, room, words)}</table>"
    if isinstance(part, Listing):
        shown = part.lines if part.whole else part.lines[:room]
        lines = "".join(_element("li", line) for line in shown)
        left = _left_out(len(part.lines) - len(shown), words)
        return f"<ul>{lines}</ul>{left and _element('p', left)}"
    return _element("p", part)


def _left_out(number: int, words: Words) -> str:
    return words.counted("report_left_out", number) if number > 0 else ""


def _heads(table: Table) -> str:
    first, *others = table.columns
    bar = "<td></td>" if table.bars else ""
    heads = "".join(_element("th", one) for one in others)
    return f"<tr>{_element('td', first)}{bar}{heads}</tr>"


def _rows(table: Table, room: int, words: Words) -> str:
    rows = table.rows[-room:] if table.newest_last else table.rows[:room]
    shown = "".join(_row(row, bars=table.bars) for row in rows)
    left = _left_out(len(table.rows) - len(rows), words)
    width = len(table.columns) + table.bars
    return shown + (
        f'<tr><td colspan="{width}">{_escaped(left)}</td></tr>' if left else ""
    )


def _row(row: TableRow, *, bars: bool) -> str:
    cells = list(row.cells)
    bar = ""
    if row.note:
        span = int(bars)
        while cells and not cells[0]:
            span += 1
            del cells[0]
        bar = f'<td colspan="{span}">{_escaped(row.note)}</td>'
    elif bars:
        blocks = "" if row.bar is None else bar_of(row.bar, _BAR)
        bar = f"<td>{blocks}</td>"
    numbers = "".join(f"<td>{_escaped(cell)}</td>" for cell in cells)
    return f"<tr>{_element('td', row.title)}{bar}{numbers}</tr>"


def _element(name: str, text: str) -> str:
    # Not `dir="auto"`, which Moodle drops.
    way = ' dir="rtl"' if direction_of(text) == "rtl" else ""
    return f"<{name}{way}>{_escaped(text)}</{name}>"


def _escaped(text: str) -> str:
    # Brackets would make links of the wiki, braces words of Moodle's filters.
    return escape(text, quote=False).translate(_LINKS)
