"""The report as one page that needs nothing from elsewhere, and runs nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mappings.direction import direction_of
from mappings.phrases import known_language
from mappings.report.figures import Figures
from mappings.report.headline import headline
from mappings.report.html_head import page_head
from mappings.report.html_numbers import curve_table, hours_tables
from mappings.report.html_outline import laid_out
from mappings.report.html_parts import (
    NOTHING,
    Html,
    listed,
    paragraph,
    section,
    text,
)
from mappings.report.html_style import themed
from mappings.report.outline import Section
from mappings.report.plot import Plot
from mappings.report.sections import sections
from mappings.report.words import Words, report_title

_MEANINGS = ("cause", "duty", "withdrawn", "delayed")


def html_page(
    figures: Figures, *, language: str, public: bool, plots: Sequence[Plot]
) -> str:
    """Return the page of a report in a language.

    It says the same as the text, in the same order, and adds plots and the numbers
    that they show. `public` leaves out everything that names people. `plots` are those
    of the same figures; without them the page has all numbers in its tables, and says
    how plots come into it. The same figures and plots give the same page. It holds no
    script and loads nothing, and its own policy forbids both. Every name in it stands
    as text.
    """
    words = Words(language=language, zone=figures.zone)
    title = text(report_title(figures.names.course, language))
    skip = words.worded("page_skip")
    first, *others = sections(figures, words, public=public)
    besides = [part for part in first.parts if part != headline(figures, words)]
    return "".join(
        (
            page_head(
                title, language=known_language(language), direction=direction_of(skip)
            ),
            f'<body>\n<a class="skip" href="#report">{text(skip)}</a>\n',
            f"<header>\n<h1>{title}</h1>\n</header>\n",
            '<main id="report" tabindex="-1">\n',
            paragraph(headline(figures, words), kind="headline"),
            laid_out(besides, words, ident="first", caption=""),
            *_sections(others, figures, words, plots),
            NOTHING if plots else paragraph(words.worded("page_no_plots"), kind="note"),
            "</main>\n</body>\n</html>\n",
        )
    )


def _sections(
    others: Sequence[Section], figures: Figures, words: Words, plots: Sequence[Plot]
) -> list[Html]:
    drawn = {plot.name: _figure(plot) for plot in plots}
    above = _above(words, drawn)
    below = _below(figures, words)
    laid = []
    for number, one in enumerate(others):
        ident = f"part-{number}"
        body = laid_out(one.parts, words, ident=ident, caption=one.title)
        if one.title:
            parts = (above.get(one.title, NOTHING), body, below.get(one.title, NOTHING))
            laid.append(section(ident, one.title, *parts))
        else:
            laid.append(Html(f'<div class="meta">\n{body}</div>\n'))
    return laid


def _above(words: Words, drawn: Mapping[str, Html]) -> Mapping[str, Html]:
    """Return what stands before the outline's own words, by the title of a section."""
    hours = (drawn.get("hours", NOTHING), drawn.get("cover", NOTHING))
    return {
        words.worded("report_h_clocks"): drawn.get("response", NOTHING),
        words.worded("report_h_hours"): Html("".join(hours)),
        words.worded("report_h_active_weeks"): drawn.get("participation", NOTHING),
    }


def _below(figures: Figures, words: Words) -> Mapping[str, Html]:
    """Return what stands after them."""
    promise = words.duration(figures.promise.total_seconds())
    more = (words.worded(f"page_means_{key}", promise=promise) for key in _MEANINGS)
    return {
        words.worded("report_h_clocks"): curve_table(figures, words),
        words.worded("report_h_hours"): hours_tables(figures, words),
        words.worded("report_h_meaning"): listed(more),
    }


def _figure(plot: Plot) -> Html:
    ident = f"plot-{plot.name}"
    return Html(
        f'<figure aria-labelledby="{ident}">\n'
        f'<div class="plot" role="region" tabindex="0" aria-labelledby="{ident}">\n'
        f"{themed(plot.svg)}\n</div>\n"
        f'<figcaption><b id="{ident}">{text(plot.title)}.</b>'
        f" {text(plot.description)}</figcaption>\n</figure>\n"
    )
