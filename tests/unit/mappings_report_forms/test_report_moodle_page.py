"""The report as HTML that Moodle's cleaning leaves as it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from mappings.phrases import LANGUAGES
from mappings.report.figures import Figures
from mappings.report.moodle_page import moodle_page
from tests.unit.mappings_report_forms.made_figures import (
    empty,
    few,
    figures,
    hostile,
    row,
    tiny,
)

# What HTML Purifier keeps as Moodle sets it up: elements of XHTML 1.0 Transitional
# that need no address, few attributes, and a short list of styles. Not among them:
# id, aria-* and data-* attributes, svg, img with data, script, style, details.
ELEMENTS = {"div", "p", "h4", "ul", "li", "table", "tr", "th", "td"}
ATTRIBUTES = {"lang", "dir", "colspan", "cellpadding", "style"}
STYLES = {
    "width", "height", "color", "background-color", "border", "padding", "margin",
    "text-align", "float", "font", "white-space", "vertical-align", "table-layout",
}  # fmt: skip
MADE: tuple[Callable[[], Figures], ...] = (figures, hostile, tiny, empty)


class Seen(HTMLParser):
    """Collects what stands in a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: dict[str, set[str]] = {}
        self.comments: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, set()).add(value or "")

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    @property
    def styles(self) -> set[str]:
        return {
            rule.partition(":")[0].strip()
            for style in self.attributes.get("style", ())
            for rule in style.split(";")
        }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("public", [True, False])
def test_only_what_moodle_leaves_stands_in_it(
    language: str, made: Callable[[], Figures], public: bool
) -> None:
    page = moodle_page(made(), language=language, public=public)

    seen = Seen(page)
    assert seen.elements <= ELEMENTS
    assert set(seen.attributes) <= ATTRIBUTES
    assert seen.styles <= STYLES
    assert seen.attributes.get("dir", set()) <= {"rtl", "ltr"}
    assert not seen.comments
    # Well-formed, so that the cleaning has nothing to mend.
    ET.fromstring(page)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("public", [True, False])
def test_it_stays_under_ten_kilobytes(
    language: str, made: Callable[[], Figures], public: bool
) -> None:
    page = moodle_page(made(), language=language, public=public)

    assert len(page.encode()) < 9_600


def test_an_ordinary_course_is_told_whole() -> None:
    page = moodle_page(figures(), language="en", public=True)

    assert "not shown here" not in page
    for title in (
        "Why answers were late",
        "By week",
        "By phase of the course",
        "By forum",
        "By channel",
        "By group",
        "When questions come",
        "Who takes part, by week",
        "How people talk with each other",
        "What the numbers mean",
    ):
        assert f">{title}<" in page


def test_tables_of_the_same_columns_are_one() -> None:
    page = moodle_page(figures(), language="en", public=True)

    assert page.count("<th>9 in 10 within</th>") == 2
    assert '<tr><th colspan="7">By forum</th></tr><tr><td>Questions</td>' in page
    assert page.count("* not over yet") == 2


def test_parts_that_find_no_room_are_said_to_be_missing() -> None:
    page = moodle_page(hostile(), language="en", public=True)

    assert re.search(r"<p>For lack of room \d+ parts of the report are not", page)


def test_of_long_lists_it_says_how_many_are_left_out() -> None:
    page = moodle_page(hostile(), language="en", public=True)

    assert re.search(r">\d+ more are not shown here\.</td>", page)


def test_of_many_weeks_the_last_are_shown() -> None:
    told = figures()
    weeks = tuple(row(f"2026-W{week:02}") for week in range(1, 49))
    page = moodle_page(replace(told, weeks=weeks), language="en", public=True)

    assert "23 Nov 2026" in page.replace("\xa0", " ")
    assert "29 Dec 2025" not in page.replace("\xa0", " ")


def test_what_matters_most_stays_where_there_is_little_room() -> None:
    page = moodle_page(hostile(), language="es", public=False)

    assert "De cada 100 preguntas, 58 se respondieron" in page
    assert "Quién espera ahora" in page
    assert "facilitation-response v1" in page


def test_every_name_is_text_and_nothing_else() -> None:
    script = "<script>alert(1)</script>"
    told = replace(figures(), forums=(row("7", f"{script} [[Start]]"),))

    page = moodle_page(told, language="en", public=True)

    assert "<td>&lt;script&gt;alert(1)&lt;/script&gt; &#91;&#91;Start&#93;&#93;" in page
    texts = [cell.text for cell in ET.fromstring(page).iter("td")]
    assert f"{script} [[Start]]" in texts


def test_a_suppressed_row_shows_no_number_but_how_many_asked() -> None:
    told = replace(figures(), forums=(few("9", "Small talk"),))

    page = moodle_page(told, language="en", public=False)

    assert (
        '<tr><td>Small talk</td><td colspan="4">too few to show</td>'
        "<td>3</td><td></td></tr>"
    ) in page


def test_what_runs_from_right_to_left_says_so() -> None:
    page = moodle_page(figures(), language="en", public=True)

    assert '<td dir="rtl">مجموعة القاهرة</td>' in page


def test_the_page_says_its_language() -> None:
    assert moodle_page(figures(), language="pt_br", public=True).startswith(
        '<div lang="pt">'
    )


def test_a_page_that_cannot_be_made_short_enough_is_not_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mappings.report.moodle_page.LARGEST", 100)

    with pytest.raises(AssertionError):
        moodle_page(figures(), language="en", public=True)
