"""A sheet to draw a plot on, and how it becomes a file."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Sheet

from mappings.report.palette import INK, LINE, MUTED, PAPER
from mappings.report.plot import Plot
from sync.report.plots.svg import standing_alone

WIDTH = 7.0
"""Inches; at 72 points each, as wide as a page of text."""

_PNG_DOTS = 120
_STYLE: Mapping[str, object] = {
    "axes.edgecolor": MUTED,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": PAPER,
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "grid.color": LINE,
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "path.simplify": False,
    "svg.fonttype": "none",
    # Names of pieces are made from this and what is drawn: alike each time.
    "svg.hashsalt": "report",
    "text.color": INK,
    # A dollar sign in a name begins no formula.
    "text.parse_math": False,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
}


@contextmanager
def sheet(height: float) -> Iterator[Sheet]:
    """Give an empty sheet, so many inches high, in the style of all plots.

    What the machine has set for matplotlib does not count meanwhile. It has to become
    a plot before the end.
    """
    with mpl.rc_context(), warnings.catch_warnings():
        # A letter that the font lacks stands as a box in a PNG, and well in an SVG.
        warnings.filterwarnings("ignore", message=r"(?s).*[Gg]lyph .*")
        mpl.rcdefaults()
        style: Any = _STYLE
        mpl.rcParams.update(style)
        yield Sheet(figsize=(WIDTH, height), layout="constrained")


def finished(
    drawn: Sheet, *, name: str, title: str, description: str, png: bool
) -> Plot:
    """Return a drawn sheet as a plot. See `Plot`."""
    written = BytesIO()
    FigureCanvasSVG(drawn)
    drawn.savefig(
        written,
        format="svg",
        transparent=True,
        metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
    )
    picture = None
    if png:
        # Where everything stands is known by now, and takes long to find.
        drawn.set_layout_engine("none")
        FigureCanvasAgg(drawn)
        file = BytesIO()
        drawn.savefig(file, format="png", dpi=_PNG_DOTS, metadata={"Software": None})
        picture = file.getvalue()
    return Plot(
        name=name,
        svg=standing_alone(written.getvalue(), name=name, title=title),
        png=picture,
        title=title,
        description=description,
    )


def legend_below(axes: Axes, *, columns: int) -> None:
    """Put the legend under the plot, where it hides nothing."""
    axes.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, -0.2),
        ncols=columns,
        handlelength=3.2,
        columnspacing=1.6,
    )
