"""Formulas of an Excel file (.xlsx) whose values were never worked out and saved."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator

from lxml import etree

NO_VALUE = "#VALUE!"
"""What is told of such a cell, as of a formula that went wrong."""

_BOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_ID = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_HAS_FORMULAS = re.compile(rb"<(?:\w+:)?f[\s/>]")
_LETTERS = 26


def cells_without_value(content: bytes, sheet: str) -> frozenset[tuple[int, int]]:
    """Return row and column, from 0, of each formula of a sheet without a value.

    A program that is no spreadsheet writes formulas and works nothing out; the cell
    then reads as if nobody had answered. A formula that comes to an empty text has a
    value. Empty for a file that is no .xlsx.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            part = _part_of(book, sheet)
            text = book.read(part) if part is not None else b""
        if not _HAS_FORMULAS.search(text):
            return frozenset()
        return frozenset(_without_value(text))
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError):
        # What reads the cells says what is wrong with a file.
        return frozenset()


def _part_of(book: zipfile.ZipFile, sheet: str) -> str | None:
    if _BOOK not in book.namelist():
        return None
    targets = {
        one.get("Id"): one.get("Target", "")
        for one in _parsed(book.read(_RELATIONS)).iterfind("{*}Relationship")
    }
    for one in _parsed(book.read(_BOOK)).iterfind("{*}sheets/{*}sheet"):
        if one.get("name") == sheet:
            target = targets.get(one.get(_ID) or one.get(_STRICT_ID), "")
            return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return None


def _without_value(text: bytes) -> Iterator[tuple[int, int]]:
    for at, row in enumerate(_parsed(text).iterfind("{*}sheetData/{*}row")):
        for place, cell in enumerate(row.iterfind("{*}c")):
            if (
                cell.find("{*}f") is not None
                and not cell.findtext("{*}v")
                and cell.get("t") != "str"
            ):
                yield _place(cell.get("r"), at, place)


def _place(reference: str | None, row: int, column: int) -> tuple[int, int]:
    """Return where a cell is; where it does not say so, it stands after the others."""
    found = _REFERENCE.fullmatch(reference or "")
    if found is None:
        return row, column
    number = 0
    for letter in found.group(1):
        number = number * _LETTERS + ord(letter) - ord("A") + 1
    return int(found.group(2)) - 1, number - 1


def _parsed(text: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(text, parser)
