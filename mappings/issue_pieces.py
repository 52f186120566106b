"""What stands where in a digest or bundle that was sent, to know quotes of it again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from mappings.post_body import FOOTER_LINE

_HEADER = re.compile(r"^\[(\d{1,4})\] ?(.*)$")
_SECTION = re.compile(r"^(?:={3,}|# )")
_OTHER = re.compile(r"[\W_]+")
_TOLD_LEAST = 8
_HEADER_LEAST = 4
_MOSTLY = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuePieces:
    """The letters of each item of an issue, of its first line, and of all the rest.

    Only letters and digits count: mail programs wrap, mark and indent what they quote.
    """

    items: Mapping[int, str]
    headers: Mapping[int, str]
    rest: str

    def header_at(self, line: str, *, quoted: bool) -> int | None:
        """Return the item that a line is the first line of, None if of none.

        `quoted` says that the line is marked as a quote; one that is not must hold
        most of it, for an answer may begin with the number, too.
        """
        found = _HEADER.match(bare(line))
        if found is None or int(found[1]) not in self.headers:
            return None
        number = int(found[1])
        told, known = letters(found[2]), self.headers[number]
        if not known.startswith(told) and not told.startswith(known):
            return None
        least = _HEADER_LEAST if quoted else max(_HEADER_LEAST, _MOSTLY * len(known))
        return number if len(told) >= min(least, len(known)) else None

    def owners_of(self, line: str) -> Collection[int] | None:
        """Return the items that a quoted line may be of; empty: it is of none of them.

        None when the line says too little, or is nothing that was sent.
        """
        told = letters(bare(line))
        if len(told) < _TOLD_LEAST:
            return None
        owners = [number for number, known in self.items.items() if told in known]
        return owners if owners or told in self.rest else None


def pieces_of(issue_text: str, numbers: Collection[int]) -> IssuePieces:
    """Return the pieces of an issue with items of these numbers."""
    items: dict[int, list[str]] = {}
    headers: dict[int, str] = {}
    rest: list[str] = []
    current = rest
    footer = False
    for line in issue_text.split("\n"):
        found = None if footer else _HEADER.match(bare(line))
        if found and int(found[1]) in numbers and int(found[1]) not in items:
            headers[int(found[1])] = letters(found[2])
            current = items[int(found[1])] = []
        elif line.strip() == FOOTER_LINE:
            footer, current = True, rest
        elif _SECTION.match(line):
            rest.append(line)
            continue
        current.append(line)
    return IssuePieces(
        items={number: letters(" ".join(lines)) for number, lines in items.items()},
        headers=headers,
        rest=letters(" ".join(rest)),
    )


def bare(line: str) -> str:
    """Return a line without quote marks, indentation and marks of direction."""
    plain = re.sub(r"[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", "", line)
    return re.sub(r"^(?:\s*(?:[A-Z]{0,3}>|[|»＞]))*\s*", "", plain).rstrip()


def letters(text: str) -> str:
    """Return the letters and digits of a text alone, however they are written."""
    return _OTHER.sub("", unicodedata.normalize("NFKD", text.casefold()))
