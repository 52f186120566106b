"""A report in one sentence, and what a comparison tells in one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mappings.participation.activity import LEAST_SHOWN
from mappings.report.figures import Comparison, Figures, Row
from mappings.report.words import Words, in_a_hundred, name_shown

_ALPHA = 0.05


def headline(figures: Figures, words: Words) -> str:
    """Return the report in a sentence: how many were answered in time, how many wait.

    Fewer than five askers: only how many questions there were. Nobody is named.
    """
    whole = figures.whole
    if not whole.asked:
        return words.worded("report_nothing_asked")
    if not whole.shown:
        return words.counted("report_few_asked", whole.asked, least=LEAST_SHOWN)
    return words.worded(
        "report_headline",
        answered=_answered(figures, words),
        waiting=waiting_now(whole, words),
    )


def waiting_now(whole: Row, words: Words) -> str:
    """Return how many questions wait, and the oldest for how long."""
    if not whole.open:
        return words.worded("report_none_waits")
    if whole.oldest_open is None:
        return words.counted("report_wait", whole.open)
    waited = words.duration(whole.oldest_open)
    return words.counted("report_wait_oldest", whole.open, waited=waited)


def compared(figures: Figures, words: Words) -> tuple[str, ...]:
    """Return each comparison in a sentence, those that hardly differ by chance first.

    The more that are made, the surer each has to be (Bonferroni): of twenty that mean
    nothing, one would otherwise look as if it did.
    """
    tested = [one for one in figures.comparisons if one.p_value is not None]
    level = _ALPHA / max(len(tested), 1)
    ordered = sorted(
        figures.comparisons,
        key=lambda one: (one.p_value is None, one.p_value or 0.0),
    )
    return tuple(_compared(one, figures, words, level) for one in ordered)


def _answered(figures: Figures, words: Words) -> str:
    promise = words.duration(figures.promise.total_seconds())
    asked = figures.whole.asked
    within = figures.whole.felt.within
    if within is None:
        return words.counted("report_answered_unknown", asked, promise=promise)
    return words.counted(
        "report_answered",
        asked,
        share=in_a_hundred(within.share),
        low=in_a_hundred(within.low),
        high=in_a_hundred(within.high),
        promise=promise,
    )


def _compared(one: Comparison, figures: Figures, words: Words, level: float) -> str:
    rows = _rows_of(one.kind, figures)
    first, second = (_named(one.kind, key, rows, words) for key in _sides(one))
    if one.p_value is None or not _both_shown(one, rows):
        return words.worded("report_compared_few", first=first, second=second)
    chance = words.chance(one.p_value)
    if one.p_value > level:
        return words.worded(
            "report_compared_chance", first=first, second=second, chance=chance
        )
    slower = _slower(one, rows)
    if slower is None:
        return words.worded(
            "report_compared_differ", first=first, second=second, chance=chance
        )
    if slower == one.second:
        first, second = second, first
    if one.kind == "media":
        return words.worded(
            "report_compared_longer", slower=first, faster=second, chance=chance
        )
    return words.worded(
        "report_compared_rows", slower=first, faster=second, chance=chance
    )


def _sides(one: Comparison) -> tuple[str, str]:
    return one.first, one.second


def _rows_of(kind: str, figures: Figures) -> Sequence[Row]:
    return {
        "weeks": figures.weeks,
        "phases": figures.phases,
        "forums": figures.forums,
        "media": figures.media,
        "groups": figures.groups,
    }.get(kind, ())


def _row(side: str, rows: Iterable[Row]) -> Row | None:
    return next((row for row in rows if row.key == side), None)


def _both_shown(one: Comparison, rows: Sequence[Row]) -> bool:
    found = [_row(side, rows) for side in _sides(one)]
    return all(row is None or row.shown for row in found)


def _named(kind: str, side: str, rows: Sequence[Row], words: Words) -> str:
    if kind == "media":
        return words.medium(side)
    if kind == "phases":
        return words.phase(side)
    row = _row(side, rows)
    return words.title(row) if row else name_shown(side)


def _slower(one: Comparison, rows: Sequence[Row]) -> str | None:
    first, second = (_row(side, rows) for side in _sides(one))
    if first is None or second is None:
        return None
    for left, right in (
        (_late(first), _late(second)),
        (first.felt.median, second.felt.median),
    ):
        if left is not None and right is not None and left != right:
            return one.first if left > right else one.second
    return None


def _late(row: Row) -> float | None:
    return None if row.felt.within is None else 1 - row.felt.within.share
