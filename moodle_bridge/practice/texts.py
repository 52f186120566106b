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
    "table": {"border", "cellpadding", "cellspacing", "width", "summary"},
    "td": {"colspan", "rowspan", "width", "height", "valign", "headers"},
    "th": {"colspan", "rowspan", "width", "height", "valign", "scope"},
    "ol": {"start", "type"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "font": {"color", "face", "size"},
    "audio": {"src", "controls"},
    "video": {"src", "controls", "width", "height"},
    "source": {"src", "type"},
}
# `display` is not among them, so text that was hidden by it comes to light.
_STYLES = {
    "background-color", "border", "border-collapse", "border-color", "border-style",
    "border-width", "color", "float", "font-family", "font-size", "font-style",
    "font-weight", "height", "line-height", "list-style-type", "margin", "margin-left",
    "margin-right", "padding", "padding-left", "padding-right", "text-align",
    "text-decoration", "text-indent", "vertical-align", "white-space", "width",
}  # fmt: skip
_SCHEMES = {"http", "https", "ftp", "mailto", "tel", "irc", "news", "nntp", "rtsp"}

_VOID = re.compile(r'<(br|hr|img|col|source)((?:\s+[\w-]+="[^"]*")*)\s*>')
_BARE_AMPERSAND = re.compile(r"&(?![a-zA-Z0-9#]{1,8};)")
_TAG = re.compile(r"</?[a-zA-Z!?][^>]*>")
_ESCAPED_ENTITY = re.compile(r"&amp;(#\d+|#x[0-9a-fA-F]+);")


def cleaned(html: str) -> str:
    """Return HTML as Moodle lets it through (format 1)."""
    safe = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_GONE_WITH_CONTENT,
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        filter_style_properties=_STYLES,
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    return _VOID.sub(_void, safe).replace(' style=""', "")


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
