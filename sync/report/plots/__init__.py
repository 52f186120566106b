"""Plots of a report, drawn by matplotlib where the extra `plots` is installed."""

from __future__ import annotations

from importlib.util import find_spec

from mappings.report.figures import Figures
from mappings.report.plot import Plot
from mappings.report.words import Words

__all__ = ["Plot", "can_plot", "plots_of"]


def can_plot() -> bool:
    """Say whether plots can be drawn: whether the extra `plots` is installed."""
    return find_spec("matplotlib") is not None


def plots_of(figures: Figures, *, language: str, png: bool = True) -> tuple[Plot, ...]:
    """Return the plots of a report in a language, in the order of its page.

    Those for which there is nothing to show are left out; all of them when
    `can_plot` says no. The same figures give the same bytes, as long as matplotlib
    stays the same. They name nobody. `png` asks for the files as well, which takes
    longer. Not to be called by two threads at once: matplotlib has one style for all.
    """
    if not can_plot():
        return ()
    # It takes a second to load, and most commands draw nothing.
    from sync.report.plots.cover import draw_cover  # noqa: PLC0415
    from sync.report.plots.hours import draw_hours  # noqa: PLC0415
    from sync.report.plots.participation import draw_participation  # noqa: PLC0415
    from sync.report.plots.response import draw_response  # noqa: PLC0415

    words = Words(language=language, zone=figures.zone)
    drawn = (
        draw(figures, words, png=png)
        for draw in (draw_response, draw_hours, draw_cover, draw_participation)
    )
    return tuple(plot for plot in drawn if plot is not None)
