"""The report in all its forms, put together."""

from __future__ import annotations

from mappings.report.facts import ReportFacts
from mappings.report.plot import Plot
from sync.report.pages import page_of
from tests.unit.mappings_report_page.page_figures import course_figures


def test_a_picture_has_a_name_by_which_moodle_knows_what_it_is() -> None:
    figures = course_figures()
    facts = ReportFacts(
        now=figures.made_at,
        zone=figures.zone,
        promise=figures.promise,
        names=figures.names,
        waits=(),
    )
    svg = "<svg></svg>"
    drawn = Plot(name="hours", svg=svg, png=b"PNG", title="Hours", description="Many")
    undrawn = Plot(name="cover", svg=svg, png=None, title="Cover", description="Few")

    page, _ = page_of(
        figures,
        facts,
        language="en",
        public=True,
        pseudonym=str,
        plots=(drawn, undrawn),
    )

    assert page.pictures == {"hours.png": b"PNG"}
    assert page.descriptions["hours.png"] == "Many"
