"""The Excel file that Microsoft Forms gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from zope.interface import implementer

from moodle_bridge.errors import Permanent
from moodle_bridge.interfaces import IIntakeSource
from moodle_bridge.model.intake import Entry, Form
from moodle_bridge.plugins.intake.cells import sheet_rows
from moodle_bridge.plugins.intake.files import content_of
from moodle_bridge.plugins.intake.table import TableSettings, form_of_table, one_line
from moodle_bridge.plugins.zones import Zone

# The first columns stand in this order in every language: ID, start time, completion
# time, e-mail, name; after them, in newer forms, the time of the last change.
_ID, _COMPLETED = 0, 2
_EMAIL, _NAME = 3, 4
_OWN_COLUMNS = 5
_CHANGED = (
    "last modified time", "heure de la dernière modification", "laatst gewijzigd",
    "tijd van laatste wijziging", "hora de última modificación",
    "hora da última modificação", "hora da última alteração",
    "zeitpunkt der letzten änderung",
)  # fmt: skip
_NOBODY = {"anonymous", "anonyme", "anoniem", "anónimo", "anônimo", "anonym"}


class MsFormsIntakeSettings(BaseModel):
    """Which file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path = Field(description="The .xlsx file of the answers.")
    sheet: str | None = Field(default=None, description="The sheet, if not the first.")
    zone: Zone = Field(
        default="UTC",
        description="The zone of whoever exported the file: its times are theirs.",
    )


@implementer(IIntakeSource)
class MsFormsIntake:
    """See `IIntakeSource`. Entries are known by the ID that the form gave them."""

    stable_keys = False

    def __init__(self, settings: MsFormsIntakeSettings) -> None:
        self._settings = settings
        self.name = f"Microsoft Forms {settings.path.name}"

    def read(self) -> Form:
        """See `IIntakeSource`; several choices, which it parts by `;`, come apart."""
        settings = self._settings
        content = content_of(settings.path, self.name)
        rows = list(sheet_rows(content, settings.sheet, self.name))
        head = [one_line(cell) for cell in rows[0]] if rows else []
        if len(head) < _OWN_COLUMNS or head[_ID].casefold() != "id":
            raise Permanent(
                "this is not what Microsoft Forms gives: its first column is ID",
                item=self.name,
                advice="Choose Responses > Open in Excel in the form, and take that"
                " file; for another table use the plug-in `workbook`.",
            )
        changed = next((text for text in head if text.casefold() in _CHANGED), None)
        form = form_of_table(
            self.name,
            rows,
            TableSettings(
                key=(head[_ID],),
                submitted=head[_COMPLETED],
                edited=changed,
                zone=settings.zone,
            ),
        )
        return replace(
            form,
            entries=tuple(
                _entry(one, head[_EMAIL], head[_NAME]) for one in form.entries
            ),
        )

    def close(self) -> None:
        """See `IIntakeSource`."""


def _entry(entry: Entry, email: str, name: str) -> Entry:
    answers: dict[str, str | tuple[str, ...]] = {}
    for question, answer in entry.answers.items():
        text = str(answer)
        if question in {email, name} and text.casefold() in _NOBODY:
            continue
        several = text.endswith(";")
        answers[question] = (
            tuple(part.strip() for part in text[:-1].split(";")) if several else text
        )
    # An entry that was never changed says the time at which it was sent.
    edited = entry.edited if entry.edited != entry.submitted else None
    return replace(entry, answers=answers, edited=edited)
