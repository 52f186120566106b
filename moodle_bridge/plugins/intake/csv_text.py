"""Rows of a CSV file, whatever program wrote it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from moodle_bridge.errors import Permanent

_MARKS = ",;\t|"
_SAYS_MARK = re.compile(r"\ufeff?sep=(.)\r?\n?", re.IGNORECASE)
_LOOKED_AT = 20
_CELL_LONGEST = 1_000_000


def csv_text(content: bytes, *, encoding: str | None, item: str) -> str:
    """Return the text of a CSV file.

    UTF-8 and UTF-16 with or without a mark at the beginning, else Windows' western
    code page; `encoding` says otherwise. Raises Permanent when the bytes are not in
    the encoding that was said.
    """
    if encoding is not None:
        try:
            return content.decode(encoding).removeprefix("\ufeff")
        except (UnicodeDecodeError, LookupError) as error:
            raise Permanent(
                f"the file is not written in {encoding} ({error})",
                item=item,
                advice="Leave `encoding` out, or say the right one.",
            ) from None
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16", "replace")
    if content[1:2] == b"\0" and content[:1]:
        # What Excel calls "Unicode text", cut off from its mark.
        return content.decode("utf-16-le", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def csv_rows(text: str, *, mark: str | None, item: str) -> Iterator[list[str]]:
    """Give the rows; `mark` stands between cells, None finds it out.

    Excel's first line `sep=;` is obeyed. Raises Permanent for a file that is none.
    """
    said = _SAYS_MARK.match(text)
    if said:
        mark = mark or said.group(1)
        text = text[said.end() :]
    if text.lstrip()[:1] == "<":
        raise Permanent(
            "this is a web page and no table",
            item=item,
            advice="Look whether the address wants a login; share it with everybody"
            " who has the link, or save the table as a file.",
        )
    old = csv.field_size_limit(_CELL_LONGEST)
    try:
        yield from csv.reader(
            io.StringIO(text, newline=""), delimiter=mark or _mark_of(text)
        )
    except csv.Error as error:
        raise Permanent(
            f"the table cannot be understood ({error})",
            item=item,
            advice="Open it in a spreadsheet program and save it again as CSV.",
        ) from None
    finally:
        csv.field_size_limit(old)


def _mark_of(text: str) -> str:
    """Return the mark that parts the first lines into most cells, as often in each."""
    best, found = 1, ","
    for mark in _MARKS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
        widths = []
        try:
            for _, row in zip(range(_LOOKED_AT), reader, strict=False):
                if any(row):
                    widths.append(len(row))
        except csv.Error:
            continue
        if widths and widths[0] > best and widths.count(widths[0]) * 2 > len(widths):
            best, found = widths[0], mark
    return found
