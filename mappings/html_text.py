"""Turns the HTML of a forum post into plain text that reads well in any mail program."""

from __future__ import annotations

import re

from lxml import etree

from mappings.html_tree import html_tree
from mappings.links import safe_link
from mappings.one_line import cut, one_line
from mappings.post_links import LinkNotes
from mappings.post_objects import MEDIA, formula_text, media_text, picture_text
from mappings.post_tables import WideTable, wide_table
from mappings.text_page import TextPage

__all__ = ["html_text", "is_unread", "picture_text", "text_excerpt"]


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


_UNREAD = _tags("script style template head title meta link base noframes datalist")
_BLOCKS = _tags(
    "address article aside blockquote center dd details div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr main nav ol p "
    "pre section summary table ul"
)
_APART = _tags("blockquote dl figure h1 h2 h3 h4 h5 h6 ol p pre table ul")
_CELLS = frozenset({"td", "th"})
_CONTAINERS = frozenset({"pre", "blockquote", "dd", "ul", "ol", "li", "tr"})
_RULE = "-" * 10
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_ABSOLUTE_START = re.compile(r"^(?:https?://|mailto:|tel:)", re.IGNORECASE)
_NUMBER = re.compile(r"-?[0-9]{1,6}")


def html_text(html: str, *, base_url: str = "", picture: str = "picture") -> str:
    """Return the text of a post: paragraphs, `- ` lists, `> ` quotes, `text <url>`.

    Long links, and those that stand often, are notes: `text [a]`, and `[a] url` below.
    A table is a line for each row, or for each cell where 72 columns do not hold it.

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
    links = (safe_link(a.get("href") or "", base_url=base_url) for a in tree.iter("a"))
    notes = LinkNotes(link for link in links if link)
    reader = _Reader(page, base_url, one_line(picture), notes)
    walk = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            if is_unread(element) or reader.read_whole(element):
                walk.skip_subtree()
            else:
                reader.open(element)
                reader.read(element.text)
        else:
            reader.close(element)
            if element is not tree:
                reader.read(element.tail)
    below = notes.below()
    if below:
        page.end_block(apart=True)
        page.write_as_is("\n".join(below))
    return page.text()


def text_excerpt(text: str, limit: int) -> str:
    """Return the beginning of a plain text on one line, at most `limit` characters.

    Lines that are quoted are passed over, unless there is nothing else.
    """
    lines = text.splitlines()
    own = [line for line in lines if not line.lstrip().startswith(">")]
    return cut(one_line(" ".join(own)) or one_line(" ".join(lines)), limit)


def is_unread(element: etree._Element) -> bool:
    """Say whether a browser shows nothing of an element."""
    if element.tag in _UNREAD or element.get("hidden") is not None:
        return True
    style = element.get("style")
    return style is not None and _HIDDEN.search(style) is not None


class _Reader:
    """Carries the elements of a tree over to a page of text, one by one."""

    def __init__(
        self, page: TextPage, base_url: str, picture: str, notes: LinkNotes
    ) -> None:
        self._page = page
        self._base_url = base_url
        self._picture = picture
        self._notes = notes
        self._whole: etree._Element | None = None
        self._tables: list[WideTable | None] = []
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

    def read_whole(self, element: etree._Element) -> bool:
        """Read an element of which the inside is not for readers; False for others."""
        tag = element.tag
        if tag in MEDIA:
            self._page.write(f" {media_text(element, base_url=self._base_url)} ")
        elif tag == "math":
            self._page.write(formula_text(element))
        elif tag != "tr" or not self._tables or not self._is_head(element):
            return False
        self._whole = element
        return True

    def _is_head(self, row: etree._Element) -> bool:
        table = self._tables[-1]
        return table is not None and table.head is row

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
            case "table":
                self._tables.append(wide_table(element))

    def close(self, element: etree._Element) -> None:
        if is_unread(element):
            return
        if element is self._whole:
            self._whole = None
            return
        tag = element.tag
        if tag == "a":
            self._close_link()
        if tag in _BLOCKS or tag in {"li", "tr", "caption"}:
            self._page.end_block(apart=self._is_apart(tag, leaving=True))
        self._leave(str(tag))

    def _leave(self, tag: str) -> None:
        match tag:
            case "pre":
                self._preformatted -= 1
            case "blockquote" | "dd" | "li":
                self._page.outdent()
            case "ul" | "ol":
                self._counters.pop()
            case "table":
                self._tables.pop()
            case "tr":
                if self._in_row.pop():
                    self._page.flat -= 1
                elif self._tables and self._tables[-1] is not None:
                    self._page.end_block(apart=True)

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
        wide = bool(self._tables) and self._tables[-1] is not None
        flat = not wide and all(_is_plain(cell) for cell in cells)
        self._in_row.append(flat)
        if flat:
            self._page.flat += 1

    def _open_cell(self, cell: etree._Element) -> None:
        if not self._in_row or not self._in_row[-1]:
            self._page.end_block(apart=False)
            self._name_cell(cell)
            return
        before = cell.getprevious()
        if before is not None and before.tag in _CELLS:
            self._page.write(" | ")

    def _name_cell(self, cell: etree._Element) -> None:
        table = self._tables[-1] if self._tables else None
        if table is None:
            return
        place = sum(1 for before in cell.itersiblings(*_CELLS, preceding=True))
        empty = not "".join(str(text) for text in cell.itertext()).strip()
        if place < len(table.names) and table.names[place] and not empty:
            self._page.write(f"{table.names[place]}: ")

    def _read_picture(self, element: etree._Element) -> None:
        self._page.write(picture_text(element, self._picture))

    def _close_link(self) -> None:
        link, texts = self._links.pop()
        if link is None:
            return
        text = "".join("".join(texts).split())
        if _shown_address(text) != _shown_address(link):
            written = self._notes.written(link)
            self._page.write(f" {written}" if text else written)


def _shown_address(link: str) -> str:
    return _ABSOLUTE_START.sub("", link).rstrip("/").casefold()


def _start(element: etree._Element) -> int:
    start = element.get("start") or ""
    return int(start) if _NUMBER.fullmatch(start) else 1


def _is_plain(cell: etree._Element) -> bool:
    blocks = [child.tag for child in cell if child.tag in _BLOCKS]
    return not blocks or blocks in (["p"], ["div"])
