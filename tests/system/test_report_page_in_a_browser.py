"""The report's page as a browser shows it: by day, by night, on a phone, on paper.

The pictures stay in `build/report-page`. With the path of axe-core's `axe.min.js` in
the environment (`AXE_CORE`) its rules are tried as well.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mappings.report.html_page import html_page
from sync.report.plots import can_plot, plots_of
from tests.system import chromium
from tests.unit.mappings_report_page.page_figures import course_figures

PROGRAM = chromium.installed()
SEEN = Path(__file__).parents[2] / "build" / "report-page"
pytestmark = [
    pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium on this machine"),
    pytest.mark.skipif(not can_plot(), reason="the extra `plots` is not installed"),
]

# Text that is cut off or covered by other text in a plot, as boxes on the screen tell.
CLASHES = """
[...document.querySelectorAll('.plot svg')].flatMap(svg => {
  const edge = svg.getBoundingClientRect();
  const boxes = [...svg.querySelectorAll('text')].map(
    text => [text.textContent, text.getBoundingClientRect()]);
  const outside = boxes.filter(([, box]) =>
    box.left < edge.left - 1 || box.right > edge.right + 1 ||
    box.top < edge.top - 1 || box.bottom > edge.bottom + 1
  ).map(([text]) => 'outside: ' + text);
  const meeting = boxes.flatMap(([text, box], at) => boxes.slice(at + 1).filter(
    ([, other]) => box.left < other.right - 1 && other.left < box.right - 1 &&
      box.top < other.bottom - 2 && other.top < box.bottom - 2
  ).map(([other]) => 'over each other: ' + text + ', ' + other));
  return [...outside, ...meeting];
})
"""
UNNAMED = """
[...document.querySelectorAll('svg, img, [role=region], table')].filter(one => {
  const by = one.getAttribute('aria-labelledby');
  const label = by && document.getElementById(by);
  const caption = one.querySelector(':scope > caption');
  return !(label || caption || {textContent: ''}).textContent.trim();
}).map(one => one.outerHTML.slice(0, 80))
"""
HEADINGS = """
[...document.querySelectorAll('h1, h2, h3, h4')].map(one => Number(one.tagName[1]))
"""
# The contrast of every text of the page with what is painted behind it.
FAINT = """
(() => {
  const parts = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(
    c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  ).reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = one => {
    for (let at = one; at; at = at.parentElement) {
      const found = parts(getComputedStyle(at).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll('body *')].filter(one =>
    !one.closest('svg') && !one.closest('.skip') &&
    [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim())
  ).filter(one => {
    const pair = [light(parts(getComputedStyle(one).color)), light(ground(one))];
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05) < 4.5;
  }).map(one => one.outerHTML.slice(0, 80));
})()
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    figures = course_figures()
    for language in ("en", "fr"):
        plots = plots_of(figures, language=language, png=False)
        made = html_page(figures, language=language, public=False, plots=plots)
        folder.joinpath(f"{language}.html").write_text(made, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[chromium.Browser]:
    assert PROGRAM is not None
    SEEN.mkdir(parents=True, exist_ok=True)
    with chromium.browser(PROGRAM, tmp_path_factory.mktemp("home")) as running:
        yield running


def opened(browser: chromium.Browser, page: Path, language: str = "en") -> None:
    browser.complaints.clear()
    browser.open(page.joinpath(f"{language}.html").as_uri())


def test_the_browser_has_nothing_to_complain_of(
    browser: chromium.Browser, page: Path
) -> None:
    browser.look(width=1100)
    opened(browser, page)

    browser.screenshot(SEEN / "day.png")

    assert browser.complaints == []
    assert SEEN.joinpath("day.png").stat().st_size > 50_000
    assert page.joinpath("en.html").stat().st_size < 300_000


def test_the_page_would_be_told_of_if_it_loaded_or_ran_something(
    browser: chromium.Browser, page: Path, tmp_path: Path
) -> None:
    # Else the test above would prove nothing.
    bad = page.joinpath("en.html").read_text(encoding="utf-8")
    for number, piece in enumerate(
        ("<script>1</script>", '<img alt="" src="http://127.0.0.1:9/x.png">')
    ):
        path = tmp_path / f"{number}.html"
        path.write_text(bad.replace("</main>", f"{piece}</main>"), encoding="utf-8")
        browser.complaints.clear()
        browser.open(path.as_uri())
        assert "Content Security Policy" in " ".join(browser.complaints)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("width", [320, 360, 768, 1400])
def test_nothing_is_wider_than_the_screen(
    browser: chromium.Browser, page: Path, width: int, language: str
) -> None:
    browser.look(width=width, phone=width < 700)
    opened(browser, page, language)

    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    if width == 360 and language == "en":
        browser.screenshot(SEEN / "phone.png")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_letter_of_a_plot_is_cut_off_or_covered(
    browser: chromium.Browser, page: Path, language: str
) -> None:
    browser.look(width=1100)
    opened(browser, page, language)

    assert browser.evaluate("document.querySelectorAll('.plot svg').length") == 4
    assert browser.evaluate(CLASHES) == []


@pytest.mark.parametrize("dark", [False, True], ids=["day", "night"])
def test_every_word_stands_out(
    browser: chromium.Browser, page: Path, dark: bool
) -> None:
    browser.look(width=1100, dark=dark)
    opened(browser, page)

    ground = browser.evaluate("getComputedStyle(document.body).backgroundColor")

    assert (ground == "rgb(255, 255, 255)") is not dark
    assert browser.evaluate(FAINT) == []
    if dark:
        browser.screenshot(SEEN / "night.png")


def test_it_can_be_walked_through_by_its_names_and_headings(
    browser: chromium.Browser, page: Path
) -> None:
    browser.look(width=1100)
    opened(browser, page)

    assert browser.evaluate(UNNAMED) == []
    assert browser.evaluate("document.querySelectorAll('table').length") > 9
    headings = browser.evaluate(HEADINGS)
    assert headings[0] == 1
    assert set(headings[1:]) == {2}


def test_it_is_printed_on_white_however_dark_the_screen_is(
    browser: chromium.Browser, page: Path
) -> None:
    browser.look(width=1100, dark=True)
    opened(browser, page)
    browser.call(
        "Emulation.setEmulatedMedia",
        media="print",
        features=[{"name": "prefers-color-scheme", "value": "dark"}],
    )

    ground = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    browser.pdf(SEEN / "paper.pdf")
    browser.call("Emulation.setEmulatedMedia", media="")

    assert ground == "rgb(255, 255, 255)"
    pages = SEEN.joinpath("paper.pdf").read_bytes()
    assert pages.startswith(b"%PDF")
    # Patterns are painted dot by dot on paper: a page that has one weighs megabytes.
    assert len(pages) < 1_000_000


@pytest.mark.parametrize("dark", [False, True], ids=["day", "night"])
def test_axe_finds_no_barrier(
    browser: chromium.Browser, page: Path, dark: bool
) -> None:
    rules = os.environ.get("AXE_CORE")
    if rules is None:
        pytest.skip("AXE_CORE does not name axe-core's `axe.min.js`")
    browser.look(width=1100, dark=dark)
    opened(browser, page)
    browser.evaluate(Path(rules).read_text(encoding="utf-8") + "\n;0")

    found = browser.evaluate(
        "axe.run().then(found => found.violations.map("
        "one => one.id + ': ' + one.nodes[0].html.slice(0, 120)))"
    )

    assert found == []
