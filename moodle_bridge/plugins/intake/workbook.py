"""An intake form as a sheet of an Excel or OpenDocument file."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from zope.interface import implementer

from moodle_bridge.interfaces import IIntakeSource
from moodle_bridge.model.intake import Form
from moodle_bridge.plugins.intake.cells import sheet_rows
from moodle_bridge.plugins.intake.files import content_of
from moodle_bridge.plugins.intake.table import TableSettings, form_of_table


class WorkbookIntakeSettings(TableSettings):
    """Which file and sheet."""

    path: Path = Field(description="The file: .xlsx, .xls, .xlsb or .ods.")
    sheet: str | None = Field(
        default=None, description="The sheet; the first that is shown if left out."
    )


@implementer(IIntakeSource)
class WorkbookIntake:
    """See `IIntakeSource`. A question's key is its text."""

    stable_keys = False

    def __init__(self, settings: WorkbookIntakeSettings) -> None:
        self._settings = settings
        self.name = f"file {settings.path.name}"

    def read(self) -> Form:
        """See `IIntakeSource`."""
        settings = self._settings
        content = content_of(settings.path, self.name)
        rows = sheet_rows(content, settings.sheet, self.name)
        return form_of_table(self.name, rows, settings)

    def close(self) -> None:
        """See `IIntakeSource`."""
