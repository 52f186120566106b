from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from lxml import etree
from PIL import Image

import sync.report.plots as plots_module
from mappings.phrases import LANGUAGES
from mappings.report.facts import Phase
from mappings.report.figures import Figures, HourRow
from mappings.report.palette import BLUE, BY_DAY, GREEN, VERMILLION
from mappings.report.plot import Plot
from mappings.report.words import Words
from sync.report.plots import can_plot, plots_of
from sync.report.plots.cover import draw_cover
from sync.report.plots.hours import draw_hours
from sync.report.plots.participation import draw_participation
from sync.report.plots.response import draw_response
from sync.report.plots.svg import standing_alone
from tests.unit.mappings_report_page.page_figures import course_figures, few_people

Draw = Callable[..., Plot | None]

NAMES = ["response", "hours", "cover", "participation"]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def figures() -> Figures:
    return course_figures()


@pytest.fixture(scope="module")
def plots(figures: Figures) -> Mapping[str, Plot]:
    return {plot.name: plot for plot in plots_of(figures, language="en")}


def words_in(plot: Plot) -> list[str]:
    root = etree.fromstring(plot.svg.encode())
    return ["".join(map(str, text.itertext())) for text in root.iter(f"{SVG}text")]


def drawn_by(draw: Draw, figures: Figures) -> Plot:
    plot = draw(figures, Words(language="en", zone=figures.zone), png=False)
    assert plot is not None
    return plot


def test_there_are_four_plots_in_the_order_of_the_page(
    plots: Mapping[str, Plot],
) -> None:
    assert list(plots) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_has_a_picture_a_title_and_words(
    plots: Mapping[str, Plot], name: str
) -> None:
    plot = plots[name]

    assert plot.png is not None
    with Image.open(BytesIO(plot.png)) as picture:
        assert picture.format == "PNG"
        assert picture.width == 840
        assert not picture.info.keys() & {"Software", "Creation Time"}
    assert plot.title
    assert re.search(r"\d", plot.description)
    assert len(plot.png) < 100_000


@pytest.mark.parametrize("name", NAMES)
def test_each_is_one_element_that_loads_and_runs_nothing(
    plots: Mapping[str, Plot], name: str
) -> None:
    root = etree.fromstring(plots[name].svg.encode())

    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    tags = {etree.QName(element).localname for element in root.iter(etree.Element)}
    assert tags <= {
        *("svg", "title", "defs", "g", "path", "text", "use", "clipPath", "rect"),
    }
    for element in root.iter(etree.Element):
        for attribute, value in element.attrib.items():
            assert not str(attribute).startswith("on")
            if str(attribute).endswith("href"):
                assert str(value).startswith("#")
    label = root.find(f"{SVG}title")
    assert label is not None
    assert label.text == plots[name].title
    assert label.get("id") == root.get("aria-labelledby")


def test_what_one_refers_to_is_in_it_and_in_no_other(
    plots: Mapping[str, Plot],
) -> None:
    seen: set[str] = set()
    for plot in plots.values():
        idents = re.findall(r'\bid="([^"]+)"', plot.svg)
        referred = set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', plot.svg))
        assert {one or other for one, other in referred} <= set(idents)
        assert len(set(idents)) == len(idents)
        assert not seen & set(idents)
        seen.update(idents)


def test_the_same_figures_give_the_same_bytes(plots: Mapping[str, Plot]) -> None:
    again = plots_of(course_figures(), language="en")

    assert list(again) == list(plots.values())


def test_nothing_tells_when_and_by_what_it_was_made(
    plots: Mapping[str, Plot],
) -> None:
    for plot in plots.values():
        assert "metadata" not in plot.svg
        assert "<!--" not in plot.svg
        assert "matplotlib" not in plot.svg.lower()


def test_letters_stand_as_letters(plots: Mapping[str, Plot]) -> None:
    axis = words_in(plots["response"])

    for label in ("5 min", "15 min", "1 h", "4 h", "1 day", "1 week", "promise: 1 h"):
        assert label in [" ".join(text.split()) for text in axis]
    assert any(text.startswith("By mail (") for text in axis)
    assert {"0%", "25%", "50%", "75%", "100%"} <= set(axis)


def test_curves_differ_by_more_than_colour(plots: Mapping[str, Plot]) -> None:
    svg = plots["response"].svg

    for colour, dashed in ((BLUE, False), (VERMILLION, True), (GREEN, True)):
        lines = re.findall(
            rf'style="fill: none; [^"]*stroke: {colour}[^"]*"', svg
        ) or re.findall(rf'style="[^"]*stroke: {colour}[^"]*"', svg)
        assert any(("stroke-dasharray" in line) == dashed for line in lines), colour
    assert svg.count("<use") > 10  # the marks on the lines


def test_a_map_tells_its_numbers_in_its_cells(
    figures: Figures, plots: Mapping[str, Plot]
) -> None:
    asked = [str(row.asked) for row in figures.hours.values() if row.asked]
    missed = [
        str(row.missed) for row in figures.hours.values() if row.shown and row.missed
    ]
    assert len(missed) > 5

    cells = [text for text in words_in(plots["hours"]) if text.isdecimal()]

    for hour in range(0, 24, 2):
        for _ in range(2):
            cells.remove(f"{hour:02}")
    assert sorted(cells) == sorted([*asked, *missed])


def test_hours_of_too_few_people_show_no_missed_promise(figures: Figures) -> None:
    hours = {
        (0, 9): HourRow(asked=7, missed=4, askers=4),
        (0, 10): HourRow(asked=5, missed=3, askers=5),
    }

    drawn = drawn_by(draw_hours, replace(figures, hours=hours))

    texts = words_in(drawn)
    cells = [text for text in texts if text.isdecimal() and len(text) == 1]
    assert sorted(cells) == ["3", "5", "7"]
    assert any("struck out" in text for text in texts)


def test_phases_are_named_in_the_language_of_the_reader(figures: Figures) -> None:
    words = Words(language="fr", zone=figures.zone)
    drawn = draw_participation(figures, words, png=False)

    assert drawn is not None
    texts = words_in(drawn)
    assert "harvest" in texts
    assert "face to face" not in texts
    assert any(text.startswith("En ") for text in texts) or "en ligne" in texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_draws_every_plot(figures: Figures, language: str) -> None:
    drawn = plots_of(figures, language=language, png=False)

    assert [plot.name for plot in drawn] == NAMES
    assert all(plot.png is None for plot in drawn)
    assert not any("{" in text for plot in drawn for text in words_in(plot))


@pytest.mark.parametrize(
    "name",
    [
        "$x^2_{$",
        "</text><script>alert(1)</script>",
        "見学の週",
        "مرحلة",
        "a\\b%c&d" * 9,
    ],
)
def test_the_name_of_a_phase_is_nothing_but_a_name(figures: Figures, name: str) -> None:
    plan = tuple(
        Phase(name=name, first=phase.first, last=phase.last) for phase in figures.plan
    )

    words = Words(language="en", zone=figures.zone)
    plot = draw_participation(replace(figures, plan=plan), words)

    assert plot is not None
    assert "<script" not in plot.svg
    assert any(text.startswith(name[:20]) for text in words_in(plot))
    assert plot.png is not None


def test_weeks_of_too_few_people_have_no_bar(figures: Figures) -> None:
    weeks = tuple(
        replace(row, active=replace(row.active, enrolled=4, active=3, by_mail=1))
        if number
        else row
        for number, row in enumerate(figures.participation.weeks)
    )
    taken = replace(figures.participation, weeks=weeks)

    drawn = drawn_by(draw_participation, replace(figures, participation=taken))

    texts = words_in(drawn)
    assert "75%" in texts  # the axis
    assert texts.count("75%") == 1
    assert texts.count("-") == len(weeks) - 1


def test_without_a_rota_there_is_no_plot_of_it(figures: Figures) -> None:
    hours = {key: replace(row, watched=None) for key, row in figures.hours.items()}

    without = replace(figures, hours=hours)
    assert draw_cover(without, Words(language="en", zone="UTC")) is None


def test_of_too_few_people_nothing_is_drawn_about_questions(figures: Figures) -> None:
    media = tuple(replace(row, askers=3) for row in figures.media)

    few = replace(few_people(figures), media=media)
    drawn = [plot.name for plot in plots_of(few, language="en", png=False)]

    assert drawn == ["participation"]


def test_an_empty_course_has_no_plots() -> None:
    assert plots_of(course_figures(questions=0, people=()), language="en") == ()


def test_a_promise_of_a_week_still_stands_in_the_plot(figures: Figures) -> None:
    drawn = drawn_by(draw_response, replace(figures, promise=timedelta(days=7)))

    assert "promise: 1 week" in [" ".join(t.split()) for t in words_in(drawn)]


def test_a_long_course_labels_only_some_weeks(figures: Figures) -> None:
    (row, *_) = figures.participation.weeks
    weeks = tuple(replace(row, key=f"2026-W{number:02}") for number in range(1, 53))
    taken = replace(figures.participation, weeks=weeks)

    drawn = drawn_by(draw_participation, replace(figures, participation=taken))

    labels = [text for text in words_in(drawn) if re.fullmatch(r"\d+ [A-Z]\w+", text)]
    assert 5 <= len(labels) <= 10


def test_without_matplotlib_there_are_no_plots(
    figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert can_plot()
    monkeypatch.setattr(plots_module, "find_spec", lambda name: None)

    assert not can_plot()
    assert plots_of(figures, language="en") == ()


def test_plots_take_only_colours_that_have_a_night_side_or_stay(
    plots: Mapping[str, Plot],
) -> None:
    for name in ("response", "cover", "participation"):
        used = set(re.findall(r"#[0-9a-f]{6}", plots[name].svg))
        assert used <= set(BY_DAY.values()), name


def test_the_font_is_that_of_the_reader_however_it_is_written() -> None:
    old = (
        b'<svg xmlns="http://www.w3.org/2000/svg"><g><text x="1.23456"'
        b" style=\"font: 700 9px 'DejaVu Sans', Verdana; fill: #1b1f24\""
        b' transform="rotate(-0 1 2)">a &lt; b</text></g></svg>'
    )
    plain = old.replace(b"700 9px", b"9px")

    assert 'style="font-weight: 700 ; font-size: 9px; fill' in standing_alone(
        old, name="x", title="X"
    )
    made = standing_alone(plain, name="x", title="X < Y")
    assert (
        '<text x="1.23" style="font-size: 9px; fill: #1b1f24">a &lt; b</text>' in made
    )
    assert '<title id="x-title">X &lt; Y</title>' in made
    assert "<g>" not in made
