"""When questions come, and when somebody is on duty."""

from __future__ import annotations

from mappings.report.figures import Figures, HourRow
from mappings.report.palette import BLUE, GREEN, LINE, PAPER, VERMILLION
from mappings.report.plot import Plot
from mappings.report.plot_words import axis_days, cover_words, unwatched
from mappings.report.words import Words
from sync.report.plots.canvas import finished, sheet

_DAYS, _HOURS = 7, 24
_NOTHING = HourRow()


def draw_cover(figures: Figures, words: Words, *, png: bool = True) -> Plot | None:
    """Draw questions by hour of the week over the rota; None without a rota."""
    rows = [
        figures.hours.get((day, hour), _NOTHING)
        for day in range(_DAYS)
        for hour in range(_HOURS)
    ]
    if not figures.whole.shown or all(row.watched is None for row in rows):
        return None
    hours = range(_DAYS * _HOURS)
    with sheet(3.6) as drawn:
        asked, watched = drawn.subplots(2, sharex=True, height_ratios=(3, 1))
        for alone, key, look in (
            (False, "plot_asked_watched", {"color": BLUE}),
            (
                True,
                "plot_asked_alone",
                {"facecolor": PAPER, "edgecolor": VERMILLION},
            ),
        ):
            asked.bar(
                [hour + 0.5 for hour in hours if unwatched(rows[hour]) == alone],
                [row.asked for row in rows if unwatched(row) == alone],
                width=0.9,
                linewidth=0.9,
                label=words.worded(key),
                **look,
            )
        most = max((row.asked for row in rows), default=0)
        asked.set_ylim(0, max(most * 1.1, 1))
        asked.yaxis.get_major_locator().set_params(integer=True)
        asked.set_ylabel(words.worded("plot_questions"))
        watched.stairs(
            [row.watched or 0.0 for row in rows],
            [*hours, len(rows)],
            fill=True,
            color=GREEN,
            alpha=0.75,
            label=words.worded("plot_on_duty"),
        )
        watched.set_ylim(0, 1)
        watched.set_yticks([0, 1], [words.percent(0), words.percent(1)])
        watched.set_xlim(0, len(rows))
        watched.set_xticks(
            [day * _HOURS + _HOURS / 2 for day in range(_DAYS)],
            axis_days(words),
        )
        watched.tick_params(axis="x", length=0)
        for axes in (asked, watched):
            for day in range(1, _DAYS):
                axes.axvline(day * _HOURS, color=LINE, linewidth=0.8)
        drawn.legend(loc="outside lower center", ncols=3, handlelength=1.6)
        return finished(
            drawn,
            name="cover",
            title=words.worded("plot_cover_title"),
            description=cover_words(figures, words),
            png=png,
        )
