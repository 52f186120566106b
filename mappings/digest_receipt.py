"""Tells somebody who answered a digest what went where, and what did not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mappings.direction import isolated
from mappings.one_line import cut, one_line
from mappings.phrases import phrase

_SUBJECT_LONGEST = 70
_QUOTED_LONGEST = 4000
REASONS = frozenset({"refused", "not-theirs", "gone", "locked"})
"""Why a part is not in the forum, as far as it is told; all else is `refused`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of one part: `number` is that of its item, None for a discussion
    of its own; `url` where it stands now, None where it does not, and then `reason`
    says why.
    """

    number: int | None
    subject: str
    url: str | None
    reason: str = ""


def receipt_text(
    language: str | None,
    told: Sequence[Told],
    *,
    unplaced: str,
    files: Sequence[str],
    example: int,
    list_name: str,
) -> str:
    """Return the text of the receipt.

    `unplaced` is what says not what it answers, empty for nothing; `files` are the
    names of files that belong nowhere. `example` is a number of the digest.
    """
    posted = [one for one in told if one.url is not None]
    refused = [one for one in told if one.url is None]
    blocks: list[str] = []
    if posted:
        heading = phrase(language, "receipt_posted", number=len(posted))
        lines = [f"{_name(language, one)}\n    {one.url}" for one in posted]
        blocks.append("\n".join([heading, *lines]))
    if refused:
        heading = phrase(language, "receipt_not_posted")
        lines = [f"{_name(language, one)}: {_why(language, one)}" for one in refused]
        blocks.append("\n".join([heading, *lines]))
    if unplaced:
        shown = cut(unplaced, _QUOTED_LONGEST)
        blocks.append(phrase(language, "receipt_unplaced"))
        blocks.append("\n".join(f"> {line}".rstrip() for line in shown.split("\n")))
        blocks.append(phrase(language, "receipt_how", number=example))
    if files:
        names = ", ".join(isolated(one_line(name)) for name in files)
        blocks.append(phrase(language, "receipt_files", names=names))
    if refused or unplaced or files:
        blocks.append(phrase(language, "receipt_kept"))
    blocks += [one_line(list_name), phrase(language, "notice_automatic")]
    return "\n\n".join(blocks)


def _name(language: str | None, one: Told) -> str:
    subject = isolated(cut(one_line(one.subject), _SUBJECT_LONGEST))
    if one.number is None:
        return f"{subject} ({phrase(language, 'receipt_new')})"
    return f"[{one.number}] {subject}"


def _why(language: str | None, one: Told) -> str:
    reason = one.reason if one.reason in REASONS else "refused"
    return phrase(language, f"receipt_{reason}")
