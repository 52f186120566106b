"""The pieces that a page is made of: text becomes HTML here, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import NewType

Html = NewType("Html", str)
"""HTML that can stand in a page as it is."""

NOTHING = Html("")

# What no page may hold, and what cannot be encoded.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# What turns the words around that follow it, to the end of the paragraph.
_TURNING = re.compile("[\u202a-\u202e\u2066\u2067]")


def text(words: str) -> Html:
    """Return text as HTML: nothing in it is markup.

    The marks that set words from right to left apart stay: see `direction.isolated`.
    """
    return Html(escape(_UNFIT.sub("\ufffd", _TURNING.sub("", words))))


def paragraph(*words: str, kind: str = "") -> Html:
    """Return a paragraph of sentences; nothing when there are none."""
    told = " ".join(text(one) for one in words if one)
    return Html(f"<p{_class(kind)}>{told}</p>\n") if told else NOTHING


def listed(items: Iterable[str]) -> Html:
    """Return a list of lines; nothing when it is empty."""
    told = "".join(f"<li>{text(item)}</li>\n" for item in items)
    return Html(f"<ul>\n{told}</ul>\n") if told else NOTHING


def section(ident: str, title: str, *parts: Html) -> Html:
    """Return a section with its heading; nothing when nothing is in it."""
    body = "".join(parts)
    if not body:
        return NOTHING
    return Html(f'<section>\n<h2 id="{ident}">{text(title)}</h2>\n{body}</section>\n')


def table(
    ident: str,
    caption: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[Html]],
    *,
    kind: str = "",
    seen: bool = True,
) -> Html:
    """Return a table that scrolls by itself where it is too wide.

    `rows` are of finished cells. `seen` is false where a heading says already what the
    caption says: then only who has the page read aloud is told. Nothing when there are
    no rows.
    """
    body = "".join(f"<tr>{''.join(row)}</tr>\n" for row in rows)
    if not body:
        return NOTHING
    top = "".join(
        f'<th scope="col">{text(head)}</th>' if head else "<td></td>" for head in heads
    )
    look = "" if seen else ' class="unseen"'
    return Html(
        f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{ident}">\n'
        f'<table{_class(kind)}>\n<caption id="{ident}"{look}>{text(caption)}</caption>'
        f"\n<thead><tr>{top}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n</div>\n"
    )


def row_head(title: str) -> Html:
    """Return the cell that names a row."""
    return Html(f'<th scope="row"><bdi>{text(title)}</bdi></th>')


def cell(words: str, *, share: float | None = None) -> Html:
    """Return a cell; with a bar for a share beside the words that tell it."""
    ornament = NOTHING if share is None else _bar(share)
    return Html(f"<td>{text(words)}{ornament}</td>")


def note_cell(words: str, width: int) -> Html:
    """Return a cell that says over so many columns why they are empty."""
    return Html(f'<td class="few" colspan="{width}">{text(words)}</td>')


def _bar(share: float) -> Html:
    width = round(min(max(share, 0.0), 1.0) * 100)
    return Html(
        f'<span class="bar" aria-hidden="true"><i style="width:{width}%"></i></span>'
    )


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""
