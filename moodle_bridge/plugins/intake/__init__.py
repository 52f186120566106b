"""Built-in plug-ins that say where the answers of an intake form are (`IIntakeSource`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moodle_bridge.registry import Registry


def includeme(registry: Registry) -> None:
    """Register the plug-ins of this folder."""
    # Imported here, so that naming the entry point costs nothing at start.
    from moodle_bridge.interfaces import IIntakeSource  # noqa: PLC0415
    from moodle_bridge.plugins.intake import (  # noqa: PLC0415
        csv_file,
        google_sheet,
        ms_forms,
        workbook,
    )

    registry.register(
        IIntakeSource,
        "csv",
        build=csv_file.CsvIntake,
        settings=csv_file.CsvIntakeSettings,
        description="A CSV file, however it was written",
    )
    registry.register(
        IIntakeSource,
        "workbook",
        build=workbook.WorkbookIntake,
        settings=workbook.WorkbookIntakeSettings,
        description="A sheet of an Excel or OpenDocument file",
    )
    registry.register(
        IIntakeSource,
        "ms-forms",
        build=ms_forms.MsFormsIntake,
        settings=ms_forms.MsFormsIntakeSettings,
        description="The Excel file that Microsoft Forms gives",
    )
    registry.register(
        IIntakeSource,
        "google-sheet",
        build=google_sheet.GoogleSheetIntake,
        settings=google_sheet.GoogleSheetIntakeSettings,
        description="The sheet behind a Google form, by its CSV address",
    )
