"""How Moodle shows a text that somebody sent: cleaned, escaped or rendered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import nh3
from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Mapping

HTML = 1
PLAIN = 2
MARKDOWN = 4

_TAGS = {
    "a", "abbr", "acronym", "address", "audio", "b", "bdo", "big", "blockquote", "br",
    "caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "dfn", "div",
    "dl", "dt", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img",
    "ins", "kbd", "li", "ol", "p", "pre", "q", "s", "samp", "small", "source", "span",
    "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead",
    "tr", "tt", "u", "ul", "var", "video",
}  # fmt: skip
_GONE_WITH_CONTENT = {"script", "style", "svg", "math", "template", "noscript"}
_ATTRIBUTES: Mapping[str, set[str]] = {
    "*": {"class", "id", "title", "lang", "dir", "style", "align"},
    "a": {"href", "name", "target", "rel"},
    "img": {"src", "alt", "width", "height", "border"},
    "table": {
        "bgcolor", "border", "cellpadding", "cellspacing", "frame", "rules", "summary",
        "width",
    },
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "tr": {"bgcolor", "valign"},
    "td": {
        "abbr", "bgcolor", "colspan", "height", "nowrap", "rowspan", "valign", "width",
    },
    "th": {
        "abbr", "bgcolor", "colspan", "height", "nowrap", "rowspan", "scope", "valign",
        "width",
    },
    "hr": {"noshade", "size", "width"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "font": {"color", "face", "size"},
    "audio": {"src", "controls"},
    "video": {"src", "controls", "width", "height"},
    "source": {"src", "type"},
}  # fmt: skip
# `display` is not among them, so text that was hidden by it comes to light.
_STYLES = {
    "background", "background-color", "background-image", "background-position",
    "background-repeat", "border", "border-bottom", "border-collapse", "border-color",
    "border-left", "border-right", "border-spacing", "border-style", "border-top",
    "border-width", "caption-side", "clear", "color", "float", "font", "font-family",
    "font-size", "font-style", "font-variant", "font-weight", "height",
    "letter-spacing", "line-height", "list-style", "list-style-type", "margin",
    "margin-bottom", "margin-left", "margin-right", "margin-top", "max-height",
    "max-width", "min-height", "min-width", "padding", "padding-bottom",
    "padding-left", "padding-right", "padding-top", "table-layout", "text-align",
    "text-decoration", "text-indent", "text-transform", "vertical-align",
    "white-space", "width", "word-spacing",
}  # fmt: skip
_COLOURS: Mapping[str, str] = {
    "maroon": "#800000", "red": "#FF0000", "orange": "#FFA500", "yellow": "#FFFF00",
    "olive": "#808000", "purple": "#800080", "fuchsia": "#FF00FF", "white": "#FFFFFF",
    "lime": "#00FF00", "green": "#008000", "navy": "#000080", "blue": "#0000FF",
    "aqua": "#00FFFF", "teal": "#008080", "black": "#000000", "silver": "#C0C0C0",
    "gray": "#808080",
}  # fmt: skip
# Moodle lets pictures behind a text through; here nothing is fetched from elsewhere.
_CALLS = re.compile(r"\b(?!rgb)[a-z]+\(", re.IGNORECASE)
_COLOURED = {"bgcolor", "color"}
_SCHEMES = {"http", "https", "ftp", "mailto", "tel", "irc", "news", "nntp", "rtsp"}

_VOID = re.compile(r'<(br|hr|img|col|source)((?:\s+[\w:-]+="[^"]*")*)\s*>')
_BARE_AMPERSAND = re.compile(r"&(?![a-zA-Z0-9#]{1,8};)")
_TAG = re.compile(r"</?[a-zA-Z!?][^>]*>")
_IN_A_LANGUAGE = re.compile(r'(<[a-z][a-z0-9]*\b[^<>]* lang="([^"<>]*)"[^<>]*)(?=>)')
_ID = re.compile(r'(?<=["\w]) id="[^"<>]*"(?=[^<>]*>)')
_OWN_BODY = re.compile(r"<tbody\b", re.IGNORECASE)
_ANY_BODY = re.compile(r"</?tbody>")
_ESCAPED_ENTITY = re.compile(r"&amp;(#\d+|#x[0-9a-fA-F]+);")


def cleaned(html: str) -> str:
    """Return HTML as Moodle lets it through (format 1)."""
    safe = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_GONE_WITH_CONTENT,
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=_attribute,
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    if not _OWN_BODY.search(html):
        # It is not Moodle that puts the rows of a table into a body.
        safe = _ANY_BODY.sub("", safe)
    safe = _VOID.sub(_void, _IN_A_LANGUAGE.sub(r'\1 xml:lang="\2"', safe))
    return safe.replace("&nbsp;", "\N{NO-BREAK SPACE}")


def cleaned_before_it_is_kept(html: str) -> str:
    """Return HTML as Moodle stores it when a post is edited: without ids, too."""
    return _ID.sub("", cleaned(html))


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "style":
        return _style(value)
    if name in _COLOURED:
        return _COLOURS.get(value.strip().lower(), value)
    if name == "height" and tag == "table":
        return None
    return value


def _style(text: str) -> str | None:
    """Return the declarations that are let through, None when none is."""
    kept = []
    for declaration in text.split(";"):
        name, colon, value = (part.strip() for part in declaration.partition(":"))
        if colon and value and name.lower() in _STYLES and not _CALLS.search(value):
            words = (_COLOURS.get(word.lower(), word) for word in value.split())
            kept.append(f"{name.lower()}:{' '.join(words)};")
    return "".join(kept) or None


def _void(tag: re.Match[str]) -> str:
    if tag[1] == "img" and ' src="' not in tag[2]:
        return ""
    return f"<{tag[1]}{tag[2]} />"


def escaped(text: str) -> str:
    """Return text with its special characters as entities."""
    for character, entity in (
        ("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#039;"),
    ):  # fmt: skip
        text = text.replace(character, entity)
    return _ESCAPED_ENTITY.sub(r"&\1;", text)


def rendered(text: str, messageformat: int) -> str:
    """Return a stored text as it is read; every format comes out as HTML."""
    if messageformat == PLAIN:
        return _broken(escaped(text).replace("  ", "&nbsp; "))
    if messageformat == MARKDOWN:
        return cleaned(MarkdownIt("commonmark").enable("table").render(text))
    if messageformat == HTML:
        return cleaned(text)
    return _broken(cleaned(text))


def _broken(text: str) -> str:
    return re.sub(r"(\r\n|\n|\r)", r"<br />\1", text)


def one_line(text: str) -> str:
    """Return a name or subject as Moodle's format_string gives it."""
    if "&" in text:
        text = _BARE_AMPERSAND.sub("&amp;", text)
    return _TAG.sub("", text) if "<" in text else text
