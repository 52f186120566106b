"""The share answered as time goes on, thin enough for a page; and comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from mappings.report.figures import Comparison, CurvePoint, ResponseCurve
from mappings.report.rows import Group
from mappings.response.survival import Curve, log_rank_of

MOST_POINTS = 200
"""How many points a curve has at most, so that pages stay small."""


def response_curve(group: Group) -> ResponseCurve:
    """Return the curve of a group in at most `MOST_POINTS` points, from 0 on.

    Between two points it is a step: the share is that of the point before. Points are
    left out where the share rises least, so that no step that is drawn is wrong by more
    than about half a per cent. The last stands at the longest time that anybody was
    watched.
    """
    row, curve = group.row, group.curve
    points = []
    for seconds in _shown(curve):
        share = curve.answered_within(seconds)
        if share is not None:
            points.append(CurvePoint(seconds=seconds, share=share))
    return ResponseCurve(key=row.key, title=row.title, n=curve.n, points=tuple(points))


def comparisons(kind: str, groups: Sequence[Group]) -> tuple[Comparison, ...]:
    """Compare each two groups by the log-rank test (Mantel 1966).

    The p-value is None for those of which one has fewer than 20 questions
    (`survival.LEAST_TO_COMPARE`), or too few askers to be shown.
    """
    return tuple(
        Comparison(
            kind=kind,
            first=one.row.key,
            second=two.row.key,
            p_value=log_rank_of(one.times, two.times)
            if one.row.shown and two.row.shown
            else None,
        )
        for one, two in combinations(groups, 2)
    )


def _shown(curve: Curve) -> list[float]:
    """Return the times of the points, rising, each once."""
    ends = {0.0, curve.longest} if curve.n else set()
    room = MOST_POINTS - len(ends)
    if len(curve.times) <= room:
        return sorted({*curve.times, *ends})
    step = (1 - curve.waiting[-1]) / (room - 2)
    chosen, reached = set(), 0.0
    for seconds, waiting in zip(curve.times, curve.waiting, strict=True):
        if 1 - waiting >= reached:
            chosen.add(seconds)
            reached = 1 - waiting + step
    return sorted({*chosen, curve.times[-1], *ends})
