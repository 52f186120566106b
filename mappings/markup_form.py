"""Says with elements what a mail program said with styles, and whether it matters."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lxml import etree

DROPPED = "dropped"
"""The name of an element whose tags go while what is in it stays."""

_FORM = frozenset(
    [
        "ul",
        "ol",
        "dl",
        "b",
        "strong",
        "i",
        "em",
        "u",
        "s",
        "strike",
        "del",
        "ins",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "table",
        "blockquote",
        "pre",
        "code",
        "kbd",
        "sub",
        "sup",
        "q",
        "cite",
        "hr",
    ]
)
# Elements of HTML 5 that stand for themselves on the page; Moodle takes their tags off.
_AS_DIV = frozenset(
    [
        "article",
        "aside",
        "center",
        "details",
        "dialog",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "legend",
        "main",
        "nav",
        "section",
        "summary",
    ]
)
_STYLES = (
    (re.compile(r"(?i)font-weight\s*:\s*(?:bold|[6-9]00)"), "strong"),
    (re.compile(r"(?i)font-style\s*:\s*italic"), "em"),
    (re.compile(r"(?i)text-decoration(?:-line)?\s*:[^;]*underline"), "u"),
    (re.compile(r"(?i)text-decoration(?:-line)?\s*:[^;]*line-through"), "s"),
)
_NOT_BOLD = re.compile(r"(?i)font-weight\s*:\s*(?:normal|400)")
_NOT_ITALIC = re.compile(r"(?i)font-style\s*:\s*normal")
LINK = re.compile(r"(?i)(?:https?://|mailto:)[^\s<>\"]{1,2000}")
"""An address that a link in a post may have."""

_SHOWN_LINK = re.compile(r"(?i)(?:https?://|www\.)\S+")


def give_form(tree: etree._Element) -> None:
    """Say with elements what the styles of mail programs say."""
    for element in list(tree.iter()):
        style = element.get("style") or ""
        if element.tag in _AS_DIV:
            element.tag = "div"
        elif (element.tag in {"b", "strong"} and _NOT_BOLD.search(style)) or (
            element.tag in {"i", "em"} and _NOT_ITALIC.search(style)
        ):
            element.tag = "span"
        elif element.tag in {"span", "font"} and style:
            _give_span_form(element, style)
        elif element.tag == "a":
            _mend_link(element)


def _give_span_form(span: etree._Element, style: str) -> None:
    names = [name for pattern, name in _STYLES if pattern.search(style)]
    if not names or not "".join(str(text) for text in span.itertext()).strip():
        return
    span.tag = names[0]
    for name in names[1:]:
        inner = etree.Element(name)
        inner.text, span.text = span.text, None
        inner.extend(list(span))
        span.append(inner)


def _mend_link(element: etree._Element) -> None:
    target = (element.get("href") or "").strip()
    shown = "".join(str(text) for text in element.itertext()).strip()
    if not LINK.fullmatch(target):
        element.attrib.clear()
        element.tag = DROPPED
    elif _SHOWN_LINK.fullmatch(shown) and _host(shown) != _host(target):
        # A link goes where it says that it goes, not by way of whoever counts clicks.
        element.set("href", shown if "://" in shown else f"https://{shown}")


def _host(address: str) -> str:
    try:
        named = urlsplit(address if "://" in address else f"//{address}").hostname
    except ValueError:
        return ""
    return (named or "").lower().removeprefix("www.")


def has_form(tree: etree._Element) -> bool:
    """Say whether a tree has a form that plain text would lose."""
    for element in tree.iter():
        if element.get("dir", "").lower() == "rtl" and _text_in(element):
            return True
        if element.tag == "a":
            target = element.get("href") or ""
            shown = _text_in(element)
            if shown and shown not in target and target not in shown:
                return True
        elif element.tag in _FORM and (_text_in(element) or element.tag == "hr"):
            return True
    return False


def _text_in(element: etree._Element) -> str:
    return "".join(str(text) for text in element.itertext()).strip()
