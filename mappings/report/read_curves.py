"""What the curves of a report say at given times, and which of them are shown."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from mappings.report.figures import Figures, ResponseCurve
from mappings.response.survival import Share

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
TOLD_AT = (15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY)
"""The times, in seconds, at which a curve is told in numbers."""

_EXACT_BOUND = 0.025


def shown_curves(figures: Figures) -> Iterator[ResponseCurve]:
    """Give the curve of all questions, then those by medium, where they are shown."""
    curves = {curve.key: curve for curve in figures.curves}
    for row in (figures.whole, *figures.media):
        curve = curves.get(row.key)
        if curve is not None and row.shown and curve.n and curve.points:
            yield curve


def told_at(promise: float) -> tuple[float, ...]:
    """Return the times at which curves are told, the promise among them; seconds."""
    return tuple(sorted({*TOLD_AT, promise}))


def share_at(curve: ResponseCurve, seconds: float) -> Share | None:
    """Return the share answered by then; None where nobody was watched for so long."""
    at = bisect_right(curve.points, seconds, key=lambda point: point.seconds) - 1
    if at < 0:
        # Nobody yet: the exact bound, as `survival.Curve` gives it.
        return Share(share=0.0, low=0.0, high=1 - _EXACT_BOUND ** (1 / curve.n))
    point = curve.points[at]
    beyond = at == len(curve.points) - 1 and seconds > point.seconds
    # When all are answered nothing more can happen.
    return None if beyond and point.share.share < 1 else point.share
