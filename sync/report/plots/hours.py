"""In which hours of the week questions come, and in which promises are missed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.patches import Rectangle

from mappings.report.figures import Figures, HourOfWeek, HourRow
from mappings.report.palette import LINE, MUTED, heat, on_heat
from mappings.report.plot import Plot
from mappings.report.plot_words import axis_days, hours_words
from mappings.report.words import Words
from sync.report.plots.canvas import finished, sheet

_DAYS, _HOURS = 7, 24
_THOUSAND = 1000


def draw_hours(figures: Figures, words: Words, *, png: bool = True) -> Plot | None:
    """Draw both as a map of the week, hour by hour; None when too few asked."""
    if not (figures.whole.shown and any(row.asked for row in figures.hours.values())):
        return None
    panels: tuple[tuple[str, Callable[[HourRow], int | None]], ...] = (
        ("plot_hours_asked", lambda row: row.asked),
        ("plot_hours_missed", _missed),
    )
    with sheet(4.7) as drawn:
        for axes, (key, number) in zip(drawn.subplots(2), panels, strict=True):
            _draw_week(axes, figures, number, words=words)
            title = words.worded(key)
            if any(number(row) is None for row in figures.hours.values()):
                title = words.worded("plot_struck", title=title)
            axes.set_title(title, loc="left", fontsize=9, fontweight="bold")
        return finished(
            drawn,
            name="hours",
            title=words.worded("plot_hours_title"),
            description=hours_words(figures, words),
            png=png,
        )


def _missed(row: HourRow) -> int | None:
    return row.missed if row.shown or not row.asked else None


def _draw_week(
    axes: Axes,
    figures: Figures,
    number: Callable[[HourRow], int | None],
    *,
    words: Words,
) -> None:
    counts = {key: number(row) for key, row in figures.hours.items()}
    most = max((count for count in counts.values() if count), default=1)
    week = {
        (day, hour): counts.get((day, hour), 0)
        for day in range(_DAYS)
        for hour in range(_HOURS)
    }
    empty = [hour for hour, count in week.items() if count == 0]
    # Too few people asked for a number.
    few = [hour for hour, count in week.items() if count is None]
    filled = {hour: heat(count / most) for hour, count in week.items() if count}
    _draw_cells(axes, empty, facecolor="none", edgecolor=LINE)
    _draw_cells(axes, few, facecolor="none", edgecolor=LINE)
    # Lines, for a pattern makes a printed page huge.
    strokes = [((hour + 0.1, day + 0.9), (hour + 0.9, day + 0.1)) for day, hour in few]
    axes.add_collection(
        LineCollection(strokes, color=LINE, linewidth=0.8, clip_on=False)
    )
    _draw_cells(axes, filled, facecolor=list(filled.values()), edgecolor=MUTED)
    for (day, hour), colour in filled.items():
        told = axes.text(
            hour + 0.5,
            day + 0.52,
            _short(week[day, hour] or 0),
            color=on_heat(colour),
            fontsize=7.5,
            ha="center",
            va="center",
        )
        told.set_in_layout(False)
    axes.set_xlim(0, _HOURS)
    axes.set_ylim(_DAYS, 0)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.set_yticks([day + 0.5 for day in range(_DAYS)], axis_days(words))
    axes.set_xticks(
        [hour + 0.5 for hour in range(0, _HOURS, 2)],
        [f"{hour:02}" for hour in range(0, _HOURS, 2)],
    )


def _draw_cells(axes: Axes, hours: Iterable[HourOfWeek], **look: Any) -> None:
    cells = [Rectangle((hour + 0.04, day + 0.05), 0.92, 0.9) for day, hour in hours]
    if cells:
        axes.add_collection(
            PatchCollection(cells, linewidth=0.5, clip_on=False, **look)
        )


def _short(count: int) -> str:
    return str(count) if count < _THOUSAND else f"{count // _THOUSAND}k"
