"""Makes of a tree the small, safe HTML of a post: nothing empty, nothing unknown."""

from __future__ import annotations

from collections.abc import Iterable

import nh3
from lxml import etree

from mappings.markup_form import DROPPED
from mappings.moodle_markup import KEPT_TAGS

_TAGS = KEPT_TAGS - frozenset(
    [
        "acronym",
        "audio",
        "big",
        "center",
        "dfn",
        "font",
        "img",
        "nolink",
        "samp",
        "source",
        "track",
        "tt",
        "var",
        "video",
    ]
)
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "lang"},
    "a": {"href"},
    "ol": {"start", "type"},
    "li": {"value"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_SCHEMES = frozenset({"http", "https", "mailto"})
_BLOCKS = frozenset(
    [
        "address",
        "blockquote",
        "dd",
        "div",
        "dl",
        "dt",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_ENDS = ("<br>", "\n", " ")


def take_out_empty(tree: etree._Element) -> None:
    """Take away elements that hold nothing, and divs that hold but blocks."""
    full: set[etree._Element] = set()
    for element in reversed(list(tree.iter())):
        if element.tag in {"hr", "br"}:
            continue
        has_text = _is_written(element.text) or any(
            _is_written(child.tail) for child in element
        )
        if has_text or any(child in full for child in element):
            full.add(element)
            if _is_wrapping(element, has_text=has_text):
                element.tag = DROPPED
        elif element.tag not in {"td", "th"} and not _is_blank_line(element):
            _take_out(element)
    events = list(etree.iterwalk(tree, events=("start", "end")))
    _take_out_blank_lines(events, "start")
    _take_out_blank_lines(reversed(events), "end")


def _take_out_blank_lines(
    events: Iterable[tuple[str, etree._Element]], entering: str
) -> None:
    """Take away the blank lines at the end from which the events come."""
    for event, element in events:
        inside = event == "start"
        if _is_written(element.text if inside else element.tail):
            return
        kept = element.tag in {"html", "body", "td", "th"}
        if event != entering and not kept:
            element.tag = DROPPED


def _is_written(text: str | None) -> bool:
    return bool(text and text.strip())


def _take_out(element: etree._Element) -> None:
    if element.tag in _BLOCKS:
        element.text = None
        for line_end in element.iter("br"):
            line_end.tag = DROPPED
    elif element.text:
        element.text = " "
    element.tag = DROPPED


def _is_wrapping(element: etree._Element, *, has_text: bool) -> bool:
    if element.tag == "span":
        return not (element.get("dir") or element.get("lang"))
    if element.tag != "div" or element.get("dir", "").lower() == "rtl":
        return False
    if element.get("lang"):
        return False
    parent = element.getparent()
    alone = parent is not None and parent.tag == "body" and len(parent) == 1
    if alone and not _is_written(element.tail):
        return True
    return not has_text and all(child.tag in _BLOCKS for child in element)


def _is_blank_line(element: etree._Element) -> bool:
    return element.tag == "div" and any(child.tag == "br" for child in element)


def cleaned(tree: etree._Element) -> str:
    """Return a tree as HTML of which Moodle keeps all: no styles, no classes."""
    etree.strip_tags(tree, DROPPED)
    for element in tree.iter():
        if element.get("dir", "").lower() == "ltr":
            del element.attrib["dir"]
    written = nh3.clean(
        etree.tostring(tree, method="html", encoding="unicode"),
        tags=set(_TAGS),
        clean_content_tags={"script", "style", "template"},
        attributes=_ATTRIBUTES,
        url_schemes=set(_SCHEMES),
        strip_comments=True,
        link_rel=None,
    )
    return written.strip()


def without_empty_ends(html: str) -> str:
    """Return HTML without the empty lines at its beginning and its end."""
    start, end = 0, len(html)
    while found := next((one for one in _ENDS if html.endswith(one, start, end)), ""):
        end -= len(found)
    while found := next((one for one in _ENDS if html.startswith(one, start, end)), ""):
        start += len(found)
    return html[start:end]
