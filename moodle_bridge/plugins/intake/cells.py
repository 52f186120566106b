"""The cells of a sheet as text, with nothing guessed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from moodle_bridge.errors import Permanent
from moodle_bridge.plugins.intake.formulas import NO_VALUE, cells_without_value


def sheet_rows(content: bytes, sheet: str | None, item: str) -> Iterator[list[str]]:
    """Give the rows of a sheet; the first that is shown when `sheet` is None.

    Excel (.xlsx, .xls, .xlsb) and OpenDocument (.ods). Of formulas the values that
    stand in the file count; one without a value is told as an error of the sheet.
    Raises Permanent for what is no such file, and for a sheet
    that it does not have.
    """
    # Imported late: only who keeps a form in a workbook needs it.
    from python_calamine import (  # noqa: PLC0415
        CalamineError,
        CalamineWorkbook,
        SheetVisibleEnum,
    )

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        shown = [
            one.name
            for one in book.sheets_metadata
            if one.visible == SheetVisibleEnum.Visible
        ]
        name = sheet if sheet is not None else next(iter(shown), "")
        if name not in book.sheet_names:
            raise Permanent(
                f"the file has no sheet {name!r}",
                item=item,
                advice=f"It has: {', '.join(book.sheet_names)}.",
            )
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise Permanent(
            f"the file cannot be understood ({error})",
            item=item,
            advice="Open it in a spreadsheet program and save it again as .xlsx.",
        ) from None
    unknown = cells_without_value(content, name)
    for at, row in enumerate(rows):
        yield [
            NO_VALUE if (at, place) in unknown else cell_text(cell)
            for place, cell in enumerate(row)
        ]


def cell_text(cell: object) -> str:
    """Return what a cell holds as text.

    A whole number has no decimals: a phone or an id that the sheet took for a number
    comes back as it was typed, but for zeros and a plus that the sheet lost. Dates and
    times are ISO 8601.
    """
    match cell:
        case bool():
            return "TRUE" if cell else "FALSE"
        case float() if cell.is_integer() and abs(cell) < 1e15:  # noqa: PLR2004
            return str(int(cell))
        case datetime():
            return cell.isoformat(sep=" ", timespec="seconds")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
    return str(cell)
