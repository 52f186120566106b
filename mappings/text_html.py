"""Plain text as HTML that is safe by construction: all is escaped, little is added."""

from __future__ import annotations

import re
from html import escape

from linkify_it import LinkifyIt

from mappings.direction import direction_of

_MARKER = re.compile(r"ref-[a-z2-7]{4,64}")
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_QUOTE = re.compile(r"^\s{0,3}>[ \t]?")
_DEEPEST = 5
_LINK_SIGNS = ("://", "www.", "@", "mailto:")
_LINE_LONGEST_LINKED = 5_000
_SCHEMES = ("http:", "https:", "mailto:")
_SPACES = re.compile(r"^[ \t]+|\t|[ \t]{2,}")
_UNFIT_IN_LINK = re.compile(r"[\s\xa0<>\"]")


def html_from_text(text: str) -> str:
    """Return text as HTML: paragraphs, line breaks, quotes and links, nothing else.

    The only elements are p, br, blockquote and a (with href: http, https, mailto). What
    runs from right to left says so with `dir`; not with `auto`, which Moodle drops.
    Markdown is not looked at: people who write mail mean their asterisks. Empty for
    blank text. Never raises.
    """
    clean = _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    linkify = LinkifyIt() if any(sign in clean for sign in _LINK_SIGNS) else None
    return _blocks(clean.split("\n"), 0, linkify)


def html_from_line(text: str) -> str:
    """Return one line of text as a paragraph of HTML, without links or quotes."""
    return f"<p{_dir(text)}>{_escaped(' '.join(_UNFIT.sub(' ', text).split()))}</p>"


def wrapped_in_marker(html: str, marker: str, *, language: str | None = None) -> str:
    """Return HTML inside the div by which a mirrored post is known again.

    Moodle keeps class on a div, and drops comments and data attributes. `language` is
    what the words are written in, so that screen readers speak them; None where that
    is not known. Raises ValueError for what is no marker.
    """
    if not _MARKER.fullmatch(marker):
        raise ValueError("a marker is `ref-` and base32 characters")
    spoken = f' lang="{escape(language)}"' if language else ""
    return f'<div class="via-mail {marker}"{spoken}>{html}</div>'


def _blocks(lines: list[str], depth: int, linkify: LinkifyIt | None) -> str:
    written: list[str] = []
    paragraph: list[str] = []
    quote: list[str] = []
    for line in (*lines, ""):
        mark = _QUOTE.match(line) if depth < _DEEPEST else None
        if mark:
            if paragraph:
                written.append(_paragraph(paragraph, linkify))
                paragraph = []
            quote.append(line[mark.end() :])
            continue
        if quote:
            inside = _blocks(quote, depth + 1, linkify)
            marked = f"<blockquote{_dir(' '.join(quote))}>{inside}</blockquote>"
            written.append(marked if inside else "")
            quote = []
        if line.strip():
            paragraph.append(line)
        elif paragraph:
            written.append(_paragraph(paragraph, linkify))
            paragraph = []
    return "".join(written)


def _paragraph(lines: list[str], linkify: LinkifyIt | None) -> str:
    inside = "<br>".join(_line(line.rstrip(), linkify) for line in lines)
    return f"<p{_dir(' '.join(lines))}>{inside}</p>"


def _dir(text: str) -> str:
    return ' dir="rtl"' if direction_of(text) == "rtl" else ""


def _line(line: str, linkify: LinkifyIt | None) -> str:
    if (
        linkify is None
        or len(line) > _LINE_LONGEST_LINKED
        or not any(sign in line for sign in _LINK_SIGNS)
    ):
        return _escaped(line)
    written: list[str] = []
    end = 0
    for found in linkify.match(line) or ():
        shown = line[found.index : found.last_index]
        if not _is_wanted(found.url, shown):
            continue
        written.append(_escaped(line[end : found.index]))
        target = escape(found.url, quote=False).replace('"', "&quot;")
        written.append(f'<a href="{target}">{escape(shown, quote=False)}</a>')
        end = found.last_index
    return "".join((*written, _escaped(line[end:])))


def _is_wanted(url: str, shown: str) -> bool:
    # A bare `name.tld` is as often a file (`notes.md`) as a page.
    if not url.lower().startswith(_SCHEMES) or _UNFIT_IN_LINK.search(url):
        return False
    return shown.lower().startswith((*_SCHEMES, "www.")) or url.startswith("mailto:")


def _escaped(text: str) -> str:
    # Columns and verses are set with spaces, which HTML would fold into one.
    spaced = _SPACES.sub(_kept_spaces, text)
    return escape(spaced, quote=False).replace("\xa0", "&nbsp;")


def _kept_spaces(found: re.Match[str]) -> str:
    return "\xa0" * len(found[0].expandtabs(4))
