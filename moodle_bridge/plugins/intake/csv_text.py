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
_UTF8_LETTER = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_ABOVE_ASCII = re.compile(rb"[\x80-\xff]")
# What other code pages look like when they are read as the western one: no word of a
# western language has three letters with accents in a row, or a capital amid small ones.
_NOT_WESTERN = re.compile(
    "[\u00c0-\u00ff]{3}|[a-z\u00df-\u00ff][\u017d\u0160\u0152\u0178][a-z]"
)
_CELL_LONGEST = 1_000_000


def csv_text(content: bytes, *, encoding: str | None, item: str) -> str:
    """Return the text of a CSV file.

    UTF-8 and UTF-16 with or without a mark at the beginning, else Windows' western
    code page; `encoding` says otherwise. Raises Permanent when the bytes are not in
    the encoding that was said, or when they are in none of these: a name in the wrong
    letters is the name of nobody.
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
    # What Excel calls "Unicode text", cut off from its mark.
    if content[1:2] == b"\0" and content[:1] != b"\0":
        return content.decode("utf-16-le", "replace")
    if content[:1] == b"\0" and content[1:2] != b"\0":
        return content.decode("utf-16-be", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _western(content, error.start, item)


def _western(content: bytes, wrong_at: int, item: str) -> str:
    letters = sum(len(one[0]) for one in _UTF8_LETTER.finditer(content))
    if letters * 2 > len(_ABOVE_ASCII.findall(content)):
        line = content.count(b"\n", 0, wrong_at) + 1
        raise Permanent(
            f"the file is UTF-8 with a broken letter in line {line}",
            item=item,
            advice="Export it again, or mend that line and save the file as UTF-8."
            " Nothing was read: every name would be in the wrong letters.",
        )
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        text = None
    if text is None or _NOT_WESTERN.search(text):
        raise Permanent(
            "the file is neither in UTF-8 nor in the letters of Western Windows",
            item=item,
            advice="Save it as UTF-8, or say in `encoding` in which letters it is:"
            ' "cp1251" (Cyrillic), "cp1256" (Arabic), "mac_roman" (an old Mac).',
        )
    return text


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
    ended = 0
    try:
        reader = csv.reader(
            io.StringIO(text, newline=""),
            delimiter=mark or _mark_of(text),
            # Without it a quotation mark that stands alone swallows the rows below.
            strict=True,
        )
        for row in reader:
            yield row
            ended = reader.line_num
    except csv.Error as error:
        raise Permanent(
            f"the table cannot be understood from line {ended + 1} on ({error})",
            item=item,
            advice="Most often a quotation mark stands there alone. Mend that line, or"
            " open the file in a spreadsheet program and save it again as CSV. Nothing"
            " was read.",
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
