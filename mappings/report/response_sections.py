"""How long people wait, in words and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mappings.report.figures import Estimate, Figures, HourRow, OpenQuestion, Row
from mappings.report.headline import compared
from mappings.report.hours import BLOCK
from mappings.report.outline import (
    LinesOf,
    Listing,
    Part,
    Section,
    Table,
    TableRow,
)
from mappings.report.words import Words
from mappings.response.causes import Cause, WhatIf
from moodle_bridge.model.waits import Medium

_HALF = 0.5
_NONE = "–"
PROVISIONAL = " *"
"""What marks a time that is not over."""


def clocks_section(figures: Figures, words: Words) -> Section:
    """Return the whole by each clock, and what stands beside it."""
    whole = figures.whole
    clocks = (
        ("report_clock_felt", whole.felt, whole.asked),
        ("report_clock_anyone", whole.anyone, whole.asked),
        ("report_clock_watched", whole.watched_shown, whole.watched_number),
    )
    parts: list[Part] = []
    if whole.shown:
        rows = tuple(
            _estimate_row(words.worded(key), estimate, words, words.number(asked))
            for key, estimate, asked in clocks
            if estimate is not None
        )
        columns = (words.worded("report_c_clock"), *_columns(figures, words)[:-1])
        parts.append(Table(columns=columns, rows=rows))
        parts.extend(_besides(figures, words))
    title = words.worded("report_h_clocks")
    return Section(title=title, parts=tuple(parts), rank=1)


def waiting_section(figures: Figures, words: Words) -> Section:
    """Return who waits now, the oldest first; for facilitators only."""
    # Thousands may wait in a course of years, and pages show the first few.
    lines = LinesOf(figures.waiting, lambda wait: _waits(wait, figures, words))
    return Section(
        title=words.worded("report_h_waiting"),
        parts=(Listing(lines),) if lines else (),
        rank=1,
    )


def why_section(figures: Figures, words: Words) -> Section:
    """Return why promises were missed, and which cover would have kept them."""
    title = words.worded("report_h_why")
    if not figures.whole.shown:
        return Section(title=title, parts=(), rank=2)
    total = sum(figures.missed.values())
    unknown = sum(hour.missed for hour in figures.hours.values()) - total
    parts: list[Part] = []
    if total:
        rows = tuple(
            TableRow(
                title=words.worded(f"report_cause_{cause.name.lower()}"),
                bar=figures.missed[cause] / total,
                cells=(words.part(figures.missed[cause], total),),
            )
            for cause in Cause
            if cause in figures.missed
        )
        columns = (words.worded("report_c_cause"), words.worded("report_c_missed"))
        parts.append(Table(columns=columns, rows=rows))
    if unknown > 0:
        key = "report_unknown_more" if total else "report_unknown"
        parts.append(words.counted(key, unknown))
    elif not total:
        parts.append(words.worded("report_none_missed"))
    parts.extend(_what_if(figures.what_if, words))
    return Section(title=title, parts=tuple(parts), rank=2)


def row_sections(figures: Figures, words: Words) -> Iterator[Section]:
    """Give the tables by week, phase, forum, channel and group; then comparisons."""
    tables: tuple[tuple[str, Sequence[Row], Callable[[Row], str], int], ...] = (
        ("weeks", figures.weeks, lambda row: words.week(row.key), 3),
        ("phases", figures.phases, lambda row: words.phase(row.key), 3),
        ("forums", figures.forums, words.title, 5),
        ("media", figures.media, lambda row: words.medium(row.key), 5),
        ("groups", figures.groups, words.title, 7),
    )
    for name, rows, title, rank in tables:
        parts: list[Part] = []
        if rows:
            parts.append(
                Table(
                    columns=(
                        words.worded(f"report_c_{name}"),
                        *_columns(figures, words),
                    ),
                    rows=tuple(_row(row, title(row), words) for row in rows),
                    newest_last=name == "weeks",
                )
            )
        if any(row.provisional for row in rows):
            parts.append(words.worded("report_provisional"))
        heading = words.worded(f"report_h_{name}")
        yield Section(title=heading, parts=tuple(parts), rank=rank)
    lines = compared(figures, words) if figures.whole.shown else ()
    yield Section(
        title=words.worded("report_h_compared"),
        parts=(Listing(lines),) if lines else (),
        rank=6,
    )


def hours_section(figures: Figures, words: Words) -> Section:
    """Return when questions come, and when they were late: by day, four hours each."""
    title = words.worded("report_h_hours")
    if not (figures.whole.shown and any(hour.asked for hour in figures.hours.values())):
        return Section(title=title, parts=(), rank=8)
    promise = words.duration(figures.promise.total_seconds())
    intro = words.worded("report_hours", promise=promise)
    if any(hour.watched is not None for hour in figures.hours.values()):
        intro = f"{intro} {words.worded('report_hours_watch')}"
    starts = range(0, 24, BLOCK)
    grid = Table(
        columns=("", *(f"{start:02}–{start + BLOCK:02}" for start in starts)),
        rows=tuple(
            TableRow(
                title=words.weekdays(frozenset({day})),
                cells=tuple(
                    _block(figures.blocks.get((day, start), HourRow()), words)
                    for start in starts
                ),
            )
            for day in range(7)
        ),
        bars=False,
    )
    return Section(title=title, parts=(intro, grid), rank=8)


def _columns(figures: Figures, words: Words) -> tuple[str, ...]:
    promise = words.duration(figures.promise.total_seconds())
    return (
        words.worded("report_c_within", promise=promise),
        words.worded("report_c_median"),
        words.worded("report_c_p90"),
        words.worded("report_c_asked"),
        words.worded("report_c_open"),
    )


def _row(row: Row, title: str, words: Words) -> TableRow:
    marked = title + (PROVISIONAL if row.provisional else "")
    if not row.asked:
        # Nobody asked: there is nothing to hide.
        return TableRow(title=marked, cells=(*[_NONE] * 3, *[words.number(0)] * 2))
    if not row.shown:
        asked = words.number(row.asked)
        note = words.worded("report_too_few")
        return TableRow(title=marked, cells=("", "", "", asked, ""), note=note)
    counts = words.number(row.asked), words.number(row.open)
    return _estimate_row(marked, row.felt, words, *counts)


def _estimate_row(
    title: str, estimate: Estimate, words: Words, *counts: str
) -> TableRow:
    share = estimate.within
    return TableRow(
        title=title,
        bar=share.share if share else None,
        cells=(
            words.share(share),
            words.duration(estimate.median),
            words.duration(estimate.p90),
            *counts,
        ),
    )


def _besides(figures: Figures, words: Words) -> Iterator[str]:
    whole = figures.whole
    if figures.bias is not None:
        yield words.worded("report_bias", share=words.percent(figures.bias))
    told = [
        words.counted(key, number)
        for key, number in (
            ("report_withdrawn", whole.withdrawn),
            ("report_not_needed", whole.not_needed),
            ("report_delayed", whole.delayed),
        )
        if number
    ]
    if told:
        yield " ".join(told)


def _waits(wait: OpenQuestion, figures: Figures, words: Words) -> str:
    key = "report_waits_mail" if wait.medium is Medium.MAIL else "report_waits"
    return words.worded(
        key,
        name=words.person(figures.names, wait.asker_id),
        place=words.forum(figures.names.forums, wait.forum_id),
        waited=words.duration((figures.made_at - wait.began).total_seconds()),
        moment=words.moment(wait.began),
    )


def _what_if(found: Sequence[WhatIf], words: Words) -> Iterator[Part]:
    if not found:
        return
    yield words.counted("report_what_if", max(one.missed for one in found))
    yield Listing(
        tuple(
            words.worded(
                "report_what_if_block",
                days=words.weekdays(one.weekdays),
                since=words.hour(one.since),
                until=words.hour(one.until),
                caught=words.part(one.caught, one.missed),
            )
            for one in found
        )
    )


def _block(block: HourRow, words: Words) -> str:
    text = words.number(block.asked) if block.asked else "·"
    if block.shown:
        text += f" ({words.number(block.missed)})"
    if block.watched is not None and block.watched < _HALF:
        text += "°"
    return text
