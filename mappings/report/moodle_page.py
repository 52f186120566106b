"""The report as HTML that Moodle's cleaning leaves as it is: a post, or a wiki page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

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
_ROOMS = (60, 40, 26, 18, 12, 8, 5)
# Dark enough on white, and told from it by who sees no colours.
_BARS = "color:#0f6cbf;white-space:nowrap"
_LINKS = str.maketrans({"[": "&#91;", "]": "&#93;", "{": "&#123;", "}": "&#125;"})


def moodle_page(figures: Figures, *, language: str, public: bool) -> str:
    """Return the report as HTML of at most `LARGEST` bytes; a public one names nobody.

    Only tables, lists, headings and paragraphs, with bars of blocks that have their
    number beside them: no pictures, scripts, ids or data attributes, all of which
    Moodle drops. Where there is no room, tables and lists are shortened, and say so;
    where that is not enough, whole sections are left out.
    """
    words = Words(language=language, zone=figures.zone)
    left = sections(figures, words, public=public)
    for room in _ROOMS:
        page = _page(left, room, words)
        if _fits(page):
            return page
    for rank in range(max(section.rank for section in left), 0, -1):
        left = tuple(section for section in left if section.rank < rank)
        page = _page(left, _ROOMS[-1], words)
        if _fits(page):
            return page
    return _page(left, 1, words)


def _fits(page: str) -> bool:
    return len(page.encode()) <= LARGEST


def _page(found: Sequence[Section], room: int, words: Words) -> str:
    inside = "".join(_section(section, room, words) for section in found)
    return f'<div lang="{known_language(words.language)}">{inside}</div>'


def _section(section: Section, room: int, words: Words) -> str:
    title = f"<h4>{_escaped(section.title)}</h4>" if section.title else ""
    return title + "".join(_part(part, room, words) for part in section.parts)


def _part(part: Part, room: int, words: Words) -> str:
    if isinstance(part, Table):
        rows = part.rows[-room:] if part.newest_last else part.rows[:room]
        left = _left_out(len(part.rows) - len(rows), words)
        return f"<table>{_heads(part)}{''.join(_rows(rows, part))}</table>{left}"
    if isinstance(part, Listing):
        lines = "".join(_element("li", line) for line in part.lines[:room])
        return f"<ul>{lines}</ul>{_left_out(len(part.lines) - room, words)}"
    return _element("p", part)


def _left_out(number: int, words: Words) -> str:
    return _element("p", words.counted("report_left_out", number)) if number > 0 else ""


def _heads(table: Table) -> str:
    first, *others = table.columns
    bar = "<td></td>" if table.bars else ""
    heads = "".join(f'<th scope="col">{_escaped(one)}</th>' for one in others)
    return f"<tr>{_element('td', first)}{bar}{heads}</tr>"


def _rows(rows: Sequence[TableRow], table: Table) -> Iterator[str]:
    for row in rows:
        cells = list(row.cells)
        bar = ""
        if row.note:
            span = int(table.bars)
            while cells and not cells[0]:
                span += 1
                del cells[0]
            bar = f'<td colspan="{span}">{_escaped(row.note)}</td>'
        elif table.bars:
            blocks = "" if row.bar is None else bar_of(row.bar, _BAR)
            bar = f'<td style="{_BARS}">{blocks}</td>' if blocks else "<td></td>"
        numbers = "".join(f"<td>{_escaped(cell)}</td>" for cell in cells)
        yield f"<tr>{_element('td', row.title)}{bar}{numbers}</tr>"


def _element(name: str, text: str) -> str:
    # Not `dir="auto"`, which Moodle drops.
    way = ' dir="rtl"' if direction_of(text) == "rtl" else ""
    return f"<{name}{way}>{_escaped(text)}</{name}>"


def _escaped(text: str) -> str:
    # Brackets would make links of the wiki, braces words of Moodle's filters.
    return escape(text, quote=False).translate(_LINKS)
