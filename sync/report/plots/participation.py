"""How many of those enrolled were active, week by week, and in which phase."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from matplotlib.axes import Axes

from mappings.report.facts import Phase
from mappings.report.figures import ActiveRow, Figures
from mappings.report.palette import (
    BLUE,
    DEEPER_SHADE,
    MUTED,
    PAPER,
    SHADE,
    VERMILLION,
)
from mappings.report.plot import Plot
from mappings.report.plot_words import axis_week, participation_words
from mappings.report.words import Words, monday_of
from sync.report.plots.canvas import finished, sheet

_WEEK = 7
_MOST_LABELS = 10
_TOP = 1.16
_LONGEST = 22

Week = tuple[date, ActiveRow]


def draw_participation(
    figures: Figures, words: Words, *, png: bool = True
) -> Plot | None:
    """Draw the share of those enrolled who were active; None without a shown week."""
    weeks = [
        (monday, row)
        for row in figures.participation.weeks
        if (monday := monday_of(row.key)) is not None
    ]
    if not any(row.shown for _, row in weeks):
        return None
    with sheet(3.4) as drawn:
        axes = drawn.subplots()
        first, last = weeks[0][0], weeks[-1][0] + timedelta(days=_WEEK)
        _shade(axes, figures.plan, first, last, words=words)
        _draw_weeks(axes, weeks, first, words=words)
        axes.set_ylim(0, _TOP)
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
        axes.yaxis.set_major_formatter(lambda value, _: words.percent(value))
        axes.set_ylabel(words.worded("plot_active_share"))
        axes.set_xlim(0, (last - first).days)
        every = -(-len(weeks) // _MOST_LABELS)
        axes.set_xticks(
            [(monday - first).days + _WEEK / 2 for monday, _ in weeks[::every]],
            [axis_week(words, row.key) for _, row in weeks[::every]],
        )
        axes.set_xlabel(words.worded("plot_week_from"))
        drawn.legend(loc="outside lower center", ncols=2, handlelength=1.8)
        return finished(
            drawn,
            name="participation",
            title=words.worded("plot_participation_title"),
            description=participation_words(figures, words),
            png=png,
        )


def _draw_weeks(
    axes: Axes, weeks: Sequence[Week], first: date, *, words: Words
) -> None:
    shown = [(monday, row) for monday, row in weeks if row.shown]
    middles = [(monday - first).days + _WEEK / 2 for monday, _ in shown]
    enrolled = [row.active.enrolled for _, row in shown]
    by_mail = [
        row.active.by_mail / number
        for (_, row), number in zip(shown, enrolled, strict=True)
    ]
    in_moodle = [
        (row.active.active - row.active.by_mail) / number
        for (_, row), number in zip(shown, enrolled, strict=True)
    ]
    axes.bar(
        middles,
        in_moodle,
        width=5.4,
        color=BLUE,
        label=words.worded("plot_active_moodle"),
    )
    axes.bar(
        middles,
        by_mail,
        bottom=in_moodle,
        width=5.4,
        facecolor=PAPER,
        edgecolor=VERMILLION,
        label=words.worded("plot_active_mail"),
    )
    room = len(weeks) <= _MOST_LABELS * 2
    for middle, (_, row) in zip(middles, shown, strict=True):
        share = row.active.share or 0.0
        if room:
            # A week that is not over has no last word.
            text = words.percent(share) + ("*" if row.provisional else "")
            axes.text(middle, share + 0.015, text, ha="center", fontsize=7.5)
    for monday, row in weeks:
        if not row.shown:
            middle = (monday - first).days + _WEEK / 2
            axes.text(middle, 0.015, "-", ha="center", color=MUTED)


def _shade(
    axes: Axes, plan: Sequence[Phase], first: date, last: date, *, words: Words
) -> None:
    length = (last - first).days
    for number, phase in enumerate(plan):
        begins = max((phase.first - first).days, 0)
        ends = min((phase.last - first).days + 1, length)
        if begins >= ends:
            continue
        axes.axvspan(
            begins, ends, color=DEEPER_SHADE if number % 2 else SHADE, zorder=0
        )
        name = words.phase(phase.name)
        axes.text(
            (begins + ends) / 2,
            # Names of neighbours stand on two lines, so that short phases do not mix.
            1.105 if number % 2 else 1.04,
            name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…",
            ha="center",
            va="center",
            fontsize=8,
            color=MUTED,
        )
