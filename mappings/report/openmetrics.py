"""The report as metrics for a collector, in the text form of OpenMetrics 1.0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.registry import Collector

from mappings.report.figures import RESPONSE_BUCKETS, Figures, Row
from mappings.response.causes import Cause

_HOUR = 3600
_HOURS_A_WEEK = 7 * 24


def openmetrics(figures: Figures) -> str:
    """Return the metrics of a report; it ends with `# EOF`, and names nobody.

    A histogram cannot hold what is not answered yet, so the share within the promise
    stands beside it, estimated by Kaplan and Meier. What is not known, not reached, or
    of fewer than five people, is left out.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Report(figures))
    return str(generate_latest(registry).decode())  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True, eq=False)
class _Report(Collector):
    """What the library asks for metrics."""

    figures: Figures

    def collect(self) -> Iterable[Metric]:
        """Give the metrics; the order is that of the text."""
        figures = self.figures
        yield _gauge(
            "facilitation_report_timestamp_seconds",
            "When the report was made.",
            figures.made_at.timestamp(),
        )
        yield _gauge(
            "facilitation_target_seconds",
            "Within what time every question is to be answered.",
            figures.promise.total_seconds(),
        )
        yield _gauge(
            "facilitation_questions",
            "Questions asked.",
            figures.whole.asked,
        )
        if figures.whole.shown:
            yield from _responses(figures)
            yield from _estimates(figures.whole)
            yield from _open(figures.whole)
            yield from _missed(figures)
        gap = _gap(figures)
        if gap is not None:
            yield _gauge(
                "facilitation_rota_gap_seconds",
                "Time of an ordinary week in which nobody is on duty.",
                gap,
            )


def _gauge(name: str, text: str, value: float) -> Metric:
    unit = "seconds" if name.endswith("_seconds") else ""
    return GaugeMetricFamily(name, text, value=value, unit=unit)


def _responses(figures: Figures) -> Iterator[Metric]:
    counted = figures.first_responses
    if counted is None:
        return
    buckets = [
        (str(seconds), float(counted.within.get(seconds, 0)))
        for seconds in RESPONSE_BUCKETS
    ]
    yield HistogramMetricFamily(
        "facilitation_first_response_seconds",
        "Time to the first answer of a facilitator, of questions that have one.",
        buckets=[*buckets, ("+Inf", float(counted.number))],
        sum_value=counted.seconds,
        unit="seconds",
    )


def _estimates(whole: Row) -> Iterator[Metric]:
    if whole.felt.within is not None:
        share = whole.felt.within
        ratio = GaugeMetricFamily(
            "facilitation_within_target_ratio",
            "Share answered by a facilitator within the target, those that wait"
            " counted; with the ends of its interval of 95 %.",
            labels=["estimator"],
            unit="ratio",
        )
        for estimator, value in (
            ("km", share.share),
            ("km_low", share.low),
            ("km_high", share.high),
        ):
            ratio.add_metric([estimator], value)
        yield ratio
    times = GaugeMetricFamily(
        "facilitation_response_quantile_seconds",
        "Time within which this share of questions is answered by a facilitator.",
        labels=["estimator", "share"],
        unit="seconds",
    )
    for name, seconds in (("0.5", whole.felt.median), ("0.9", whole.felt.p90)):
        if seconds is not None:
            times.add_metric(["km", name], seconds)
    if times.samples:
        yield times


def _open(whole: Row) -> Iterator[Metric]:
    yield _gauge("facilitation_open_waits", "Questions that wait now.", whole.open)
    yield _gauge(
        "facilitation_oldest_open_wait_seconds",
        "How long the oldest of them waits; 0 when none does.",
        whole.oldest_open or 0.0,
    )


def _missed(figures: Figures) -> Iterator[Metric]:
    missed = GaugeMetricFamily(
        "facilitation_missed_targets",
        "Questions not answered within the target, by cause.",
        labels=["cause"],
    )
    for cause in Cause:
        if cause in figures.missed:
            missed.add_metric([cause.name.lower()], figures.missed[cause])
    yield missed


def _gap(figures: Figures) -> float | None:
    watched = [hour.watched for hour in figures.hours.values()]
    if len(watched) < _HOURS_A_WEEK:
        return None
    known = [share for share in watched if share is not None]
    if len(known) < _HOURS_A_WEEK:
        return None
    return sum(1 - share for share in known) * _HOUR
