"""A whole report as an outline: what is said first, and what may be said to whom."""

from __future__ import annotations

from mappings.participation.activity import LEAST_SHOWN
from mappings.report.figures import Figures
from mappings.report.headline import headline
from mappings.report.outline import Listing, Section
from mappings.report.participation_sections import (
    active_sections,
    quiet_section,
    together_section,
    trait_sections,
)
from mappings.report.response_sections import (
    clocks_section,
    hours_section,
    row_sections,
    waiting_section,
    why_section,
)
from mappings.report.words import Words


def sections(figures: Figures, words: Words, *, public: bool) -> tuple[Section, ...]:
    """Return a report in the order in which it is read; empty sections are left out.

    The headline comes first. A public one names nobody: it has no list of who waits,
    who has gone quiet, whom nobody talks with, or who helps others.
    """
    found = (
        Section(title="", parts=(headline(figures, words), _period(figures, words))),
        *(() if public else (waiting_section(figures, words),)),
        why_section(figures, words),
        clocks_section(figures, words),
        *row_sections(figures, words),
        hours_section(figures, words),
        *active_sections(figures, words),
        together_section(figures, words, public=public),
        *trait_sections(figures, words),
        *(() if public else (quiet_section(figures, words),)),
        _meaning(figures, words),
        Section(title="", parts=_origin(figures, words)),
    )
    return tuple(section for section in found if section.parts)


def _period(figures: Figures, words: Words) -> str:
    first = words.day(figures.first) if figures.first else ""
    last = words.day(figures.last) if figures.last else ""
    if first and last:
        return words.worded("report_period", first=first, last=last)
    if first:
        return words.worded("report_period_since", first=first)
    if last:
        return words.worded("report_period_until", last=last)
    return words.worded("report_period_all")


def _meaning(figures: Figures, words: Words) -> Section:
    promise = words.duration(figures.promise.total_seconds())
    lines = [
        words.worded("report_m_question"),
        words.worded("report_m_within", promise=promise),
        words.worded("report_m_median"),
    ]
    if figures.whole.watched_shown is not None:
        lines.append(words.worded("report_m_watched"))
    lines += [
        words.worded("report_m_asked"),
        words.worded("report_m_few", least=LEAST_SHOWN),
        words.worded("report_m_active"),
    ]
    if any(one.p_value is not None for one in figures.comparisons):
        lines.append(words.worded("report_m_chance"))
    title = words.worded("report_h_meaning")
    return Section(title=title, parts=(Listing(tuple(lines), whole=True),))


def _origin(figures: Figures, words: Words) -> tuple[str, ...]:
    made = words.worded(
        "report_made", moment=words.moment(figures.made_at), zone=words.zone
    )
    lines = [words.worded("report_definition", definition=figures.definition), made]
    if figures.history_until is not None:
        moment = words.moment(figures.history_until)
        lines.append(words.worded("report_history", moment=moment))
    return (" ".join(lines),)
