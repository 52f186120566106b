"""How a wiki shows the HTML of a page: with links, and a table of its headings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from moodle_bridge.practice.texts import cleaned

if TYPE_CHECKING:
    from collections.abc import Mapping

# With attributes it is no heading to a wiki.
_HEADING = re.compile(r"<\s*h([1-6])\s*>(.+?)</h[1-6]>\n*", re.IGNORECASE | re.DOTALL)
_LINK = re.compile(r"\[\[(.+?)\]\]")
_DEEPEST = 3
_HIGHEST = 3
_LOWEST = 6


def shown_in_wiki(
    html: str, *, page_id: int, subwiki_id: int, pages: Mapping[str, int], url: str
) -> str:
    """Return a page as web services give it.

    `pages` gives the ids of the subwiki's pages by title, `url` is that of the site.
    """
    contents: list[str] = []
    levels = [int(found[1]) for found in _HEADING.finditer(html)]
    counts = [0] * _DEEPEST

    def heading(found: re.Match[str]) -> str:
        level = int(found[1]) - min(levels) + 1
        text = found[2].strip()
        if level == 1:
            section = quote_plus(text)
            text += (
                f' <a href="edit.php?pageid={page_id}&amp;section={section}"'
                ' class="wiki_edit_section">[edit]</a>'
            )
        anchor = ""
        if level <= _DEEPEST:
            contents.append(_line(level, text, counts, len(contents) + 1))
            anchor = f'<a name="toc-{len(contents)}"></a>'
        kind = f"h{min(_LOWEST, level + _HIGHEST - 1)}"
        return f"<{kind}>{anchor}{text}</{kind}>\n"

    def link(found: re.Match[str]) -> str:
        title = found[1]
        if title in pages:
            return (
                f'<a href="{url}/mod/wiki/view.php?pageid={pages[title]}">{title}</a>'
            )
        return (
            f'<a class="wiki_newentry" href="{url}/mod/wiki/create.php?swid={subwiki_id}'
            f'&amp;title={quote_plus(title)}&amp;action=new">{title}</a>'
        )

    text = _LINK.sub(link, _HEADING.sub(heading, html))
    table = ""
    if contents:
        title = '<p class="wiki-toc-title">Table of contents</p>'
        table = f'<div class="wiki-toc">{title}{"".join(contents)}</div>'
    # The wiki's own parser ends every text with a line break.
    return f"{cleaned(table + text)}\n"


def _line(level: int, text: str, counts: list[int], number: int) -> str:
    counts[level - 1] += 1
    counts[level:] = [0] * (_DEEPEST - level)
    for above in range(level - 1):
        counts[above] = counts[above] or 1
    place = ".".join(str(count) for count in counts[:level])
    name, mark, rest = text.partition("<a href=")
    return (
        f'<p class="wiki-toc-section-{level} wiki-toc-section">{place}. '
        f'<a href="#toc-{number}">{name}</a>{mark}{rest}</p>'
    )
