"""Turns the HTML of a forum post into plain text that reads well in any mail program."""

from __future__ import annotations

import re

from lxml import etree

from mappings.html_tree import html_tree
from mappings.links import file_name, safe_link
from mappings.one_line import cut, one_line
from mappings.text_page import TextPage


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


_UNREAD = _tags("script style template head title meta link base noframes datalist")
_BLOCKS = _tags(
    "address article aside blockquote center dd details div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr main nav ol p "
    "pre section summary table ul"
)
_APART = _tags("blockquote dl figure h1 h2 h3 h4 h5 h6 ol p pre table ul")
_MEDIA = _tags("audio video iframe embed object source")
_CELLS = frozenset({"td", "th"})
_CONTAINERS = frozenset({"pre", "blockquote", "dd", "ul", "ol", "li", "tr"})
_RULE = "-" * 10
_PICTURE_LIMIT = 200
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_ABSOLUTE_START = re.compile(r"^(?:https?://|mailto:|tel:)", re.IGNORECASE)
_NUMBER = re.compile(r"-?[0-9]{1,6}")


def html_text(html: str, *, base_url: str = "", picture: str = "picture") -> str:
    """Return the text of a post: paragraphs, `- ` lists, `> ` quotes, `text <url>`.

    Takes anything and never raises. Every text that a browser would show is kept, in
    its order; what is hidden is not. Links are absolute (from `base_url`, the
    address of the site), hold no token, and are not doubled when the text is the
    address. A picture is `[picture: what it shows]`; `picture` is that word in the
    reader's language. No line ends in space, none is wrapped, line ends are LF.
    """
    tree = html_tree(html)
    if tree is None:
        return ""
    page = TextPage()
    reader = _Reader(page, base_url, one_line(picture))
    walk = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            if is_unread(element):
                walk.skip_subtree()
            else:
                reader.open(element)
                reader.read(element.text)
        else:
            reader.close(element)
            if element is not tree:
                reader.read(element.tail)
    return page.text()


def text_excerpt(text: str, limit: int) -> str:
    """Return the beginning of a plain text on one line, at most `limit` characters.

    Lines that are quoted are passed over, unless there is nothing else.
    """
    lines = text.splitlines()
    own = [line for line in lines if not line.lstrip().startswith(">")]
    return cut(one_line(" ".join(own)) or one_line(" ".join(lines)), limit)


def picture_text(element: etree._Element, picture: str) -> str:
    """Return what stands for a picture: `[picture: alt or filename]`, or nothing."""
    shown = one_line(element.get("alt") or "")
    if not shown:
        source = (element.get("src") or "").strip()
        shown = "" if source.lower().startswith("data:") else file_name(source)
    shown = cut(one_line(shown), _PICTURE_LIMIT)
    return f"[{picture}: {shown}]" if shown else ""


def is_unread(element: etree._Element) -> bool:
    """Say whether a browser shows nothing of an element."""
    if element.tag in _UNREAD or element.get("hidden") is not None:
        return True
    style = element.get("style")
    return style is not None and _HIDDEN.search(style) is not None


class _Reader:
    """Carries the elements of a tree over to a page of text, one by one."""

    def __init__(self, page: TextPage, base_url: str, picture: str) -> None:
        self._page = page
        self._base_url = base_url
        self._picture = picture
        self._counters: list[int | None] = []
        self._links: list[tuple[str | None, list[str]]] = []
        self._preformatted = 0
        self._in_row: list[bool] = []

    def read(self, text: str | None) -> None:
        if not text:
            return
        if self._links:
            self._links[-1][1].append(text)
        if self._preformatted:
            self._page.write_as_is(text)
        else:
            self._page.write(_SPACE.sub(" ", text))

    def open(self, element: etree._Element) -> None:
        tag = element.tag
        if tag in _BLOCKS:
            self._page.end_block(apart=self._is_apart(tag))
        if tag in _CONTAINERS:
            self._open_container(element, str(tag))
        else:
            self._open_inline(element, str(tag))

    def _open_container(self, element: etree._Element, tag: str) -> None:
        match tag:
            case "pre":
                self._preformatted += 1
            case "blockquote":
                self._page.indent("> ", "> ")
            case "dd":
                self._page.indent("  ", "  ")
            case "ul" | "ol":
                self._counters.append(_start(element) if tag == "ol" else None)
            case "li":
                self._open_item(element)
            case "tr":
                self._page.end_block(apart=False)
                self._open_row(element)

    def _open_inline(self, element: etree._Element, tag: str) -> None:
        match tag:
            case "br":
                self._page.break_line()
            case "hr":
                self._page.write(_RULE)
            case "img":
                self._read_picture(element)
            case "a":
                link = safe_link(element.get("href") or "", base_url=self._base_url)
                self._links.append((link, []))
            case "td" | "th":
                self._open_cell(element)
            case "caption":
                self._page.end_block(apart=False)
            case _ if tag in _MEDIA:
                self._read_media(element)

    def close(self, element: etree._Element) -> None:
        if is_unread(element):
            return
        tag = element.tag
        if tag == "a":
            self._close_link()
        if tag in _BLOCKS or tag in {"li", "tr", "caption"}:
            self._page.end_block(apart=self._is_apart(tag, leaving=True))
        match tag:
            case "pre":
                self._preformatted -= 1
            case "blockquote" | "dd" | "li":
                self._page.outdent()
            case "ul" | "ol":
                self._counters.pop()
            case "tr":
                if self._in_row.pop():
                    self._page.flat -= 1

    def _is_apart(self, tag: str, *, leaving: bool = False) -> bool:
        inner_list = tag in {"ul", "ol"} and len(self._counters) > leaving
        return tag in _APART and not inner_list

    def _open_item(self, element: etree._Element) -> None:
        self._page.end_block(apart=False)
        bullet = "- "
        if self._counters and self._counters[-1] is not None:
            value = element.get("value") or ""
            if _NUMBER.fullmatch(value):
                self._counters[-1] = int(value)
            bullet = f"{self._counters[-1]}. "
            self._counters[-1] += 1
        self._page.indent(bullet, " " * len(bullet))

    def _open_row(self, row: etree._Element) -> None:
        # A row whose cells hold no blocks is data, and stands on one line; others
        # are there for the layout, and each cell is a block of its own.
        cells = [cell for cell in row if cell.tag in _CELLS]
        flat = all(_is_plain(cell) for cell in cells)
        self._in_row.append(flat)
        if flat:
            self._page.flat += 1

    def _open_cell(self, cell: etree._Element) -> None:
        if not self._in_row or not self._in_row[-1]:
            self._page.end_block(apart=False)
            return
        before = cell.getprevious()
        if before is not None and before.tag in _CELLS:
            self._page.write(" | ")

    def _read_picture(self, element: etree._Element) -> None:
        self._page.write(picture_text(element, self._picture))

    def _read_media(self, element: etree._Element) -> None:
        source = element.get("src") or element.get("data") or ""
        link = safe_link(source, base_url=self._base_url)
        if link:
            self._page.write(f" <{link}> ")

    def _close_link(self) -> None:
        link, texts = self._links.pop()
        if link is None:
            return
        text = "".join("".join(texts).split())
        if _shown_address(text) != _shown_address(link):
            self._page.write(f" <{link}>" if text else f"<{link}>")


def _shown_address(link: str) -> str:
    return _ABSOLUTE_START.sub("", link).rstrip("/").casefold()


def _start(element: etree._Element) -> int:
    start = element.get("start") or ""
    return int(start) if _NUMBER.fullmatch(start) else 1


def _is_plain(cell: etree._Element) -> bool:
    blocks = [child.tag for child in cell if child.tag in _BLOCKS]
    return not blocks or blocks in (["p"], ["div"])
