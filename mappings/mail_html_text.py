"""The text of a mail that came as HTML only; what it quotes is marked with `> `."""

from __future__ import annotations


def text_from_mail_html(html: str) -> str:
    """Return the plain text of a mail's HTML; quotes become lines with `> `.

    Hidden text, styles and scripts are left out. Never raises; text of which no
    tree can be made is given with its tags taken away.
    """
    raise NotImplementedError
