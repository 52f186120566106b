from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.phrases import LANGUAGES
from mappings.report.figures import Figures
from mappings.report.html_page import html_page
from mappings.report.palette import BY_DAY, BY_NIGHT
from mappings.report.plot import Plot
from mappings.report.sections import sections
from mappings.report.words import Words
from tests.unit.mappings_report_page.page_figures import (
    MONDAY,
    ZONE,
    course_figures,
    few_people,
)
from tests.unit.mappings_report_page.page_parts import PageParts

PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" role="img"><title>x</title>'
    '<path d="M0 0" style="fill: #0072b2; stroke: #08306b"/></svg>'
)
HARMLESS = frozenset(
    [
        "html",
        "head",
        "meta",
        "title",
        "link",
        "style",
        "body",
        "a",
        "header",
        "h1",
        "main",
        "p",
        "section",
        "h2",
        "div",
        "table",
        "caption",
        "thead",
        "tr",
        "td",
        "th",
        "bdi",
        "tbody",
        "span",
        "i",
        "ul",
        "li",
        "figure",
        "figcaption",
        "b",
    ]
)
PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</td></table></main></body></html>",
    "</style><script>",
    "</title><script>",
    "<!--",
    "]]>",
    "&lt;b&gt;",
    "a&amp",
    "{name} {0}",
    "' onmouseover='x",
    "\u202eevil\u2066",
    "محمد",
    "\ud800",
    "a\x00b\x1b[31m\ufffe",
    "javascript:alert(1)",
)


@pytest.fixture(scope="module")
def figures() -> Figures:
    return course_figures()


def plot(name: str) -> Plot:
    return Plot(
        name=name, svg=PICTURE, png=None, title=f"The {name}", description="5 < 7."
    )


def plain(words: str) -> str:
    return " ".join(words.split())


def page(
    figures: Figures, *, language: str = "en", public: bool = False, plots: bool = False
) -> str:
    names = ("response", "hours", "cover", "participation") if plots else ()
    return html_page(
        figures,
        language=language,
        public=public,
        plots=[plot(name) for name in names],
    )


def test_it_says_all_that_the_text_says_and_in_the_same_order(
    figures: Figures,
) -> None:
    outline = sections(figures, Words(language="en", zone=ZONE), public=False)

    told = PageParts(page(figures)).text

    at = [told.index(plain(section.title)) for section in outline if section.title]
    assert at == sorted(at)
    for section in outline:
        for part in section.parts:
            if isinstance(part, str):
                assert plain(part) in told


def test_it_needs_nothing_from_elsewhere_and_runs_nothing(figures: Figures) -> None:
    made = page(figures, plots=True)
    parts = PageParts(made)

    (policy,) = [
        meta["content"]
        for meta in parts.all("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert "script" not in policy
    assert not parts.all("script")
    assert not parts.all("iframe")
    for _, attributes in parts.tags:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href"):
            assert attributes.get(name, "#").startswith(("#", "data:"))
    assert "@import" not in made
    assert "url(" not in re.sub(r"url\(#[\w-]+\)", "", made)


def test_it_can_be_read_aloud(figures: Figures) -> None:
    parts = PageParts(page(figures, language="pt", plots=True))

    assert parts.all("html")[0] == {"lang": "pt", "dir": "ltr"}
    assert len(parts.all("h1")) == 1
    assert len(parts.all("main")) == 1
    assert parts.all("a")[0]["href"] == f"#{parts.all('main')[0]['id']}"
    assert len(parts.all("caption")) == len(parts.all("table")) > 9
    assert {head["scope"] for head in parts.all("th")} == {"col", "row"}
    assert len(parts.all("figcaption")) == len(parts.all("figure")) == 4
    idents = [tag["id"] for _, tag in parts.tags if "id" in tag]
    assert len(idents) == len(set(idents))
    named = [
        tag["aria-labelledby"] for _, tag in parts.tags if "aria-labelledby" in tag
    ]
    assert set(named) <= set(idents)
    assert all(tag["role"] == "img" for tag in parts.all("svg"))


def test_every_plot_stands_with_its_words(figures: Figures) -> None:
    told = PageParts(page(figures, plots=True)).text

    for name in ("response", "hours", "cover", "participation"):
        assert f"The {name}. 5 < 7." in told
    assert "extra" not in told


def test_without_plots_it_says_how_to_come_by_them(figures: Figures) -> None:
    told = PageParts(page(figures)).text

    assert 'Plots come with the bridge\'s extra "plots"' in told


def test_all_that_plots_show_stands_in_tables(figures: Figures) -> None:
    told = PageParts(page(figures)).text
    words = Words(language="en", zone=ZONE)

    assert figures.whole.felt.within is not None
    assert words.share(figures.whole.felt.within) in told
    assert "Questions by hour of the week" in told
    assert "Share of the hour on duty" in told
    for row in figures.participation.weeks:
        assert plain(words.part(row.active.active, row.active.enrolled)) in told
    monday_noon = figures.hours[0, 12]
    cells = told[told.index("12:00", told.index("Questions by hour")) :].split()
    assert cells[1] == words.number(monday_noon.asked)


def test_a_public_page_names_nobody(figures: Figures) -> None:
    assert "Amina Okello" in page(figures)

    public = page(figures, public=True, plots=True)

    assert "Amina" not in public
    assert "Who has gone quiet" not in public
    assert "Who waits now" not in public


def test_groups_of_too_few_people_show_no_number_but_how_many_asked(
    figures: Figures,
) -> None:
    row = replace(figures.groups[0], askers=4, asked=4321, open=765)

    told = PageParts(page(replace(figures, groups=(row,)))).text

    assert f"{row.title} too few to show 4,321" in told
    assert "765" not in told


def test_where_too_few_people_asked_in_all_hardly_anything_is_shown(
    figures: Figures,
) -> None:
    few = replace(
        few_people(figures),
        curves=(),
        weeks=(),
        phases=(),
        forums=(),
        media=(),
        groups=(),
    )

    told = PageParts(page(few, public=True)).text

    assert "too few to show more" in told
    assert "When questions come" not in told
    assert "Why answers were late" not in told
    assert "median" not in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_whole_page(figures: Figures, language: str) -> None:
    parts = PageParts(page(figures, language=language, plots=True))

    english = PageParts(page(figures, plots=True))
    assert [tag for tag, _ in parts.tags] == [tag for tag, _ in english.tags]
    assert "{" not in parts.text
    assert "plot_" not in parts.text


def test_plots_turn_dark_with_the_page(figures: Figures) -> None:
    made = page(figures, plots=True)

    assert "fill: var(--first); stroke: #08306b" in made
    for name in BY_DAY:
        assert f"--{name}:{BY_DAY[name]};" in made
        assert f"--{name}:{BY_NIGHT[name]};" in made
    used = set(re.findall(r"var\(--([a-z-]+)\)", made))
    assert used <= BY_DAY.keys()


def test_the_same_figures_make_the_same_page(figures: Figures) -> None:
    assert page(course_figures()) == page(figures)


def test_long_lists_are_cut_and_said_to_be(figures: Figures) -> None:
    many = replace(figures, waiting=figures.waiting * 20)

    made = page(many)

    left_out = len(many.waiting) - 150
    assert f"{left_out} more are not shown here." in PageParts(made).text
    assert made.count("Amina Okello") < 200 + 60


def test_a_page_without_anything_to_tell_says_so() -> None:
    empty = course_figures(questions=0, people=())

    told = PageParts(page(empty)).text

    assert "No questions were asked." in told
    assert f"{MONDAY:%Y}" in told


@settings(max_examples=25, deadline=None)
@given(
    st.one_of(
        st.sampled_from(PAYLOADS),
        st.text(alphabet="<>&\"'/=! -;a\u202e\u2028\x00]", max_size=40),
        st.text(max_size=40),
    )
)
def test_no_name_breaks_out_of_the_page(name: str) -> None:
    named = course_figures(questions=24, people=range(1, 8), name=f"n{name}")
    plain = course_figures(questions=24, people=range(1, 8), name="name")

    made = page(named)

    made.encode()
    parts = PageParts(made)
    assert parts.open == []
    assert {tag for tag, _ in parts.tags} <= HARMLESS
    assert parts.shape == PageParts(page(plain)).shape
    assert not re.search("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e]", made)
