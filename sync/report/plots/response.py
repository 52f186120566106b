"""The share answered as time goes on."""

from __future__ import annotations

from itertools import cycle
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from mappings.report.figures import Figures, ResponseCurve
from mappings.report.palette import BLUE, GREEN, INK, VERMILLION
from mappings.report.plot import Plot
from mappings.report.plot_words import axis_time, curve_name, response_words
from mappings.report.read_curves import DAY, HOUR, MINUTE, shown_curves
from mappings.report.words import Words
from sync.report.plots.canvas import finished, legend_below, sheet

_FIRST = MINUTE
_SOONEST_END, _LATEST_END = 2 * DAY, 28 * DAY
_TICKS = (
    *(5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR),
    *(DAY, 7 * DAY),
)
_LINES = (
    {"color": BLUE, "linewidth": 2.6, "linestyle": "-"},
    {"color": VERMILLION, "linewidth": 1.8, "linestyle": (0, (6, 2)), "marker": "s"},
    {"color": GREEN, "linewidth": 1.8, "linestyle": (0, (1.2, 1.4)), "marker": "o"},
)


def draw_response(figures: Figures, words: Words, *, png: bool = True) -> Plot | None:
    """Draw how the share of answered questions grows; None when nothing is shown."""
    curves = tuple(shown_curves(figures))
    if not curves:
        return None
    promise = figures.promise.total_seconds()
    longest = max(curve.points[-1].seconds for curve in curves)
    last = min(max(longest, promise * 4, _SOONEST_END), _LATEST_END)
    with sheet(3.9) as drawn:
        axes = drawn.subplots()
        for curve, line in zip(curves, cycle(_LINES), strict=False):
            label = f"{curve_name(figures, curve, words)} ({words.number(curve.n)})"
            _draw_curve(axes, curve, dict(line), label=label)
        axes.axvline(promise, color=INK, linewidth=1.2, linestyle=(0, (3, 2)))
        axes.annotate(
            words.worded("plot_promise", duration=axis_time(words, promise)),
            (promise, 1.0),
            xytext=(0, 4),
            textcoords="offset points",
            xycoords=("data", "axes fraction"),
            ha="center",
            va="bottom",
        )
        axes.set_xscale("log")
        axes.set_xlim(_FIRST, last)
        axes.set_ylim(0, 1)
        ticks = [tick for tick in _TICKS if tick <= last]
        axes.xaxis.set_major_locator(FixedLocator(ticks))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xticklabels([axis_time(words, tick) for tick in ticks])
        axes.yaxis.set_major_locator(FixedLocator([0, 0.25, 0.5, 0.75, 1]))
        axes.yaxis.set_major_formatter(
            lambda value, _: words.percent(value),
        )
        axes.set_xlabel(words.worded("plot_time_since"))
        axes.set_ylabel(words.worded("plot_share_answered"))
        legend_below(axes, columns=len(curves))
        return finished(
            drawn,
            name="response",
            title=words.worded("plot_response_title"),
            description=response_words(figures, words),
            png=png,
        )


def _draw_curve(
    axes: Axes, curve: ResponseCurve, line: dict[str, Any], *, label: str
) -> None:
    times = [_FIRST / 2, *(max(point.seconds, _FIRST / 2) for point in curve.points)]
    shares = [0.0, *(point.share.share for point in curve.points)]
    if "marker" not in line:
        axes.fill_between(
            times[1:],
            [point.share.low for point in curve.points],
            [point.share.high for point in curve.points],
            step="post",
            color=line["color"],
            alpha=0.18,
            linewidth=0,
        )
    axes.plot(
        times,
        shares,
        drawstyle="steps-post",
        label=label,
        markevery=0.12,
        markersize=5,
        **line,
    )
