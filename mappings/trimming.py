"""Cuts from a mail what its author did not write, and keeps what was cut."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Trimmed:
    """A mail's text in two: what its author wrote, and what was cut.

    Every line of the original stands in one of them, in order; blank lines at the
    edges are let go. `rules` names what cut, in the order in which it cut.
    """

    kept: str
    cut: str = ""
    rules: tuple[str, ...] = ()


def trim(
    text: str, *, parent_text: str | None = None, sent_text: str | None = None
) -> Trimmed:
    """Return the text without what was quoted, signed or added below.

    `parent_text` is the post that is answered, as plain text; `sent_text` the mail
    as which it was sent, foot and all; None when not known. What is provably theirs
    goes first. `kept` is empty only when the text is blank. Never raises; may be
    repeated: trimming what was kept keeps it all, or less of it, never more.
    """
    raise NotImplementedError
