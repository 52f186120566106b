"""CSV files that a spreadsheet shows as they are, and never carries out."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from itertools import chain

from mappings.one_line import one_line

_FORMULA = "=+-@\t\r\n|%＝＋－＠"
_QUOTE = "'"
# Most cells of long files: numbers, times, names for machines.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:+-]*")
BYTE_ORDER_MARK = "\ufeff"


def safe_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula.

    On one line; where it begins as a formula does, also behind blanks or quotation
    marks, a single quote is put before it (OWASP, CSV Injection).
    """
    if _PLAIN.fullmatch(text):
        return text
    line = one_line(text)
    begins = line.lstrip(" \"'`\u00a0")[:1]
    return f"{_QUOTE}{line}" if begins and begins in _FORMULA else line


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a CSV file of safe cells, every one in quotes.

    It begins with a byte order mark, by which spreadsheets know UTF-8.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in chain((columns,), rows):
        writer.writerow([safe_cell(cell) for cell in row])
    return BYTE_ORDER_MARK + stream.getvalue()
