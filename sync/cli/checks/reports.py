"""Looks at the places where reports go; nothing is written there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sync.cli.checks.finding import Finding, caught, ok, warning
from sync.report.mails import ReportMails

if TYPE_CHECKING:
    from sync.bridge import Bridge
    from sync.settings.report import ReportSinkSettings


def look_at_reports(bridge: Bridge) -> Iterator[Finding]:
    """Say of each report sink whether it is there, and who reads it."""
    for sink in bridge.settings.report.sinks:
        yield from caught(f"report {sink.name}", lambda: _sink(bridge, sink))  # noqa: B023 - at once


def _sink(bridge: Bridge, sink: ReportSinkSettings) -> Iterator[Finding]:
    # No mail is written down here, and so none is sent.
    mails = ReportMails(site_tag=bridge.site_tag, secret=bridge.secret)
    place = bridge.report_sink(sink.to, mails)
    probe = getattr(place, "probe", None)
    if probe is not None:
        probe()
    mailed = _mailed_by(bridge, sink)
    if mailed is not None:
        yield warning(
            f"report {sink.name}",
            f"its forum belongs to pair {mailed}, whose list would get each report",
            "Name a forum that belongs to no pair, or say in [[pair]] which forums do.",
        )
        return
    readers = "participants read it" if place.public else "only facilitators read it"
    when = "when it is due" if sink.every else "only when `report` is asked for it"
    yield ok(f"report {sink.name}", f"{place.name}: {readers}; written {when}")


def _mailed_by(bridge: Bridge, sink: ReportSinkSettings) -> str | None:
    """Return the pair that would mail a report to its list; None: none would."""
    cmid = getattr(sink.to.settings, "forum", None)
    if cmid is None:
        return None
    return next(
        (
            pair.name
            for pair in bridge.pairs()
            if any(forum.cmid == cmid for forum in pair.place.forums.values())
        ),
        None,
    )
