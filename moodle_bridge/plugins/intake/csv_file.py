"""An intake form as a CSV file."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from zope.interface import implementer

from moodle_bridge.interfaces import IIntakeSource
from moodle_bridge.model.intake import Form
from moodle_bridge.plugins.intake.csv_text import csv_rows, csv_text
from moodle_bridge.plugins.intake.files import content_of
from moodle_bridge.plugins.intake.table import TableSettings, form_of_table


class CsvIntakeSettings(TableSettings):
    """Which file, and how it is written."""

    path: Path = Field(description="The file.")
    encoding: str | None = Field(
        default=None, description="Its encoding, where it is not found out rightly."
    )
    delimiter: str | None = Field(
        default=None,
        min_length=1,
        max_length=1,
        description="What stands between cells, where it is not found out rightly.",
    )


@implementer(IIntakeSource)
class CsvIntake:
    """See `IIntakeSource`. A question's key is its text."""

    stable_keys = False

    def __init__(self, settings: CsvIntakeSettings) -> None:
        self._settings = settings
        self.name = f"file {settings.path.name}"

    def read(self) -> Form:
        """See `IIntakeSource`."""
        settings = self._settings
        text = csv_text(
            content_of(settings.path, self.name),
            encoding=settings.encoding,
            item=self.name,
        )
        rows = csv_rows(text, mark=settings.delimiter, item=self.name)
        return form_of_table(self.name, rows, settings)

    def close(self) -> None:
        """See `IIntakeSource`."""
