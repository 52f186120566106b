"""Plain text as HTML that is safe by construction: all is escaped, little is added."""

from __future__ import annotations


def html_from_text(text: str) -> str:
    """Return text as HTML: paragraphs, line breaks, quotes and links, nothing else.

    The only elements are p, br, blockquote and a (http, https and mailto). Markdown
    is not looked at: people who write mail mean their asterisks. Never raises.
    """
    raise NotImplementedError


def wrapped_in_marker(html: str, marker: str) -> str:
    """Return HTML inside the div by which a mirrored post is known again."""
    raise NotImplementedError
