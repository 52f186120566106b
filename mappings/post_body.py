"""Lays out what stands in the mail of a post, as plain text and as small HTML."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from mappings.direction import direction_of, isolated

FOOTER_LINE = "--- o ---"
"""Stands alone on a line before what the bridge adds; a post never holds it."""

_INSTEAD = "---"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """A file as the mail names it: `about` is its size, `url` None when there is none."""

    name: str
    about: str
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostBody:
    """What stands in the mail, from top to bottom.

    `quote` is the line that recalls the parent post, without `> `, empty for none.
    `notes` stand before the post, `footer` after the line that sets it apart.
    """

    text: str
    html: str
    language: str
    quote: str = ""
    notes: tuple[str, ...] = ()
    files: tuple[FileLine, ...] = ()
    footer: tuple[str, ...] = ()


def plain_body(body: PostBody) -> str:
    """Return the body as plain text, LF line ends."""
    files = [
        f"* {isolated(file.name)} ({file.about})"
        + (f": {file.url}" if file.url else "")
        for file in body.files
    ]
    text = "\n".join(
        _INSTEAD if line.strip() == FOOTER_LINE else line
        for line in body.text.split("\n")
    )
    blocks = [
        f"> {body.quote}" if body.quote else "",
        "\n".join(body.notes),
        text,
        "\n".join(files),
        "\n".join([FOOTER_LINE, *body.footer]),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def html_body(body: PostBody) -> str:
    """Return the body as a small HTML page; everything but the post is escaped."""
    blocks = []
    if body.quote:
        blocks.append(
            f"<blockquote{_dir(body.quote)}>{escape(body.quote)}</blockquote>"
        )
    blocks += [f"<p{_dir(note)}>{escape(note)}</p>" for note in body.notes]
    html = body.html.replace(FOOTER_LINE, _INSTEAD)
    blocks.append(f"<div{_dir(body.text)}>{html}</div>")
    if body.files:
        items = "".join(f"<li>{_file_item(file)}</li>" for file in body.files)
        blocks.append(f"<ul>{items}</ul>")
    footer = "<br>\n".join(map(_with_links, [FOOTER_LINE, *body.footer]))
    blocks.append(f'<p lang="{escape(body.language)}">{footer}</p>')
    return "<html><body>\n" + "\n".join(blocks) + "\n</body></html>\n"


def _dir(text: str) -> str:
    return ' dir="rtl"' if direction_of(text) == "rtl" else ""


def _file_item(file: FileLine) -> str:
    name = escape(isolated(file.name))
    if file.url:
        name = f'<a href="{escape(file.url)}">{name}</a>'
    return f"{name} ({escape(file.about)})"


def _with_links(line: str) -> str:
    words = [
        f'<a href="{escape(word)}">{escape(word)}</a>'
        if word.startswith(("https://", "http://"))
        else escape(word)
        for word in line.split(" ")
    ]
    return " ".join(words)
