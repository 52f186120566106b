"""Looks at the phases of reports, and at their places; nothing is written there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from mappings.phrases import DEFAULT_LANGUAGE, LANGUAGES, known_language
from mappings.report.week_rows import week_fields
from sync.cli.checks.finding import Finding, caught, ok, warning
from sync.report.mails import ReportMails

if TYPE_CHECKING:
    from sync.bridge import Bridge
    from sync.settings import Settings
    from sync.settings.base import PluginChoice
    from sync.settings.report import ReportSinkSettings


def look_at_phases(settings: Settings) -> Iterator[Finding]:
    """Say which two [[phase]] lie over each other, or are called alike."""
    for (number, one), (other, two) in combinations(enumerate(settings.phases, 1), 2):
        where = f"[[phase]] {number} and {other}"
        if one.name == two.name:
            yield warning(
                where,
                f"both are called {one.name}: reports count them as one, and"
                f" `report --phase {one.name}` shows the first alone",
                "Give each a name of its own.",
            )
            continue
        first, last = max(one.first, two.first), min(one.last, two.last)
        if first <= last:
            days = f"on {first}" if first == last else f"from {first} to {last}"
            yield warning(
                where,
                f"{one.name} and {two.name} overlap {days}; what was said then counts"
                f" for {one.name}",
                "Let one end the day before the other begins.",
            )


def look_at_languages(settings: Settings) -> Iterator[Finding]:
    """Say which reports are asked for in a language that they are not written in."""
    report = settings.report
    named = [("[report]", report.language)]
    named += [(f"report {one.name}", one.language or "") for one in report.sinks]
    for where, code in named:
        if code and not _is_written(code):
            yield warning(
                f"{where}, language",
                f"reports are not written in {code}; it gets {DEFAULT_LANGUAGE}",
                f"There is: {', '.join(LANGUAGES)}.",
            )


def look_at_reports(bridge: Bridge) -> Iterator[Finding]:
    """Say of each report sink whether it is there, and who reads it."""
    for sink in bridge.settings.report.sinks:
        yield from caught(f"report {sink.name}", lambda: _sink(bridge, sink))  # noqa: B023 - at once


def _is_written(code: str) -> bool:
    return known_language(code) != DEFAULT_LANGUAGE or code.startswith(DEFAULT_LANGUAGE)


def _sink(bridge: Bridge, sink: ReportSinkSettings) -> Iterator[Finding]:
    # No mail is written down here, and so none is sent.
    mails = ReportMails(site_tag=bridge.site_tag, secret=bridge.secret)
    place = bridge.report_sink(_with_all_fields(sink.to), mails)
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


def _with_all_fields(choice: PluginChoice) -> PluginChoice:
    """Name the fields where all are meant, so that each is looked for."""
    if getattr(choice.settings, "fields", None) != ():
        return choice
    named = choice.settings.model_copy(update={"fields": week_fields()})
    return replace(choice, settings=named)


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
