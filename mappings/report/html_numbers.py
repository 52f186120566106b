"""The numbers that plots show, in tables: curves, and the week hour by hour."""

from __future__ import annotations

from collections.abc import Callable

from mappings.report.figures import Figures, HourRow
from mappings.report.html_parts import NOTHING, Html, cell, paragraph, row_head, table
from mappings.report.plot_words import axis_days, curve_name
from mappings.report.read_curves import share_at, shown_curves, told_at
from mappings.report.words import Words

_DAYS, _HOURS = 7, 24
_NOBODY = HourRow()
_NONE = "-"


def curve_table(figures: Figures, words: Words) -> Html:
    """Return the share answered at some times, for each curve that is shown."""
    curves = list(shown_curves(figures))
    if not curves:
        return NOTHING
    rows = []
    for seconds in told_at(figures.promise.total_seconds()):
        shares = [share_at(curve, seconds) for curve in curves]
        rows.append(
            (
                row_head(words.duration(seconds)),
                *(
                    cell(words.share(share), share=share.share if share else None)
                    for share in shares
                ),
            )
        )
    return table(
        "curves",
        words.worded("plot_share_answered"),
        [
            words.worded("plot_time_since"),
            *(curve_name(figures, curve, words) for curve in curves),
        ],
        rows,
    )


def hours_tables(figures: Figures, words: Words) -> Html:
    """Return the tables of the week: questions, missed ones, and who is on duty."""

    def asked(row: HourRow) -> str:
        return words.number(row.asked)

    def missed(row: HourRow) -> str:
        return words.number(row.missed) if row.shown or not row.asked else _NONE

    def watched(row: HourRow) -> str:
        return _NONE if row.watched is None else words.percent(row.watched)

    hours = figures.hours.values()
    parts = [_week(figures, words, "hours-asked", "plot_hours_asked", asked)]
    if any(row.shown for row in hours):
        made = _week(figures, words, "hours-missed", "plot_hours_missed", missed)
        parts.append(made)
    if any(row.watched is not None for row in hours):
        made = _week(figures, words, "hours-cover", "plot_on_duty", watched)
        parts.append(made)
    few = paragraph(words.worded("plot_few_words"), kind="note")
    return Html(f'<div class="side">\n{"".join(parts)}</div>\n{few}')


def _week(
    figures: Figures,
    words: Words,
    ident: str,
    key: str,
    told: Callable[[HourRow], str],
) -> Html:
    rows = (
        (
            row_head(words.hour(hour)),
            *(
                cell(told(figures.hours.get((day, hour), _NOBODY)))
                for day in range(_DAYS)
            ),
        )
        for hour in range(_HOURS)
    )
    heads = [words.worded("plot_hour"), *axis_days(words)]
    return table(ident, words.worded(key), heads, rows, kind="week")
