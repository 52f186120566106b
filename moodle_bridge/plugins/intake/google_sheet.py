"""The sheet behind a Google form, by the address that gives it as CSV."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from zope.interface import implementer

from moodle_bridge.errors import Permanent
from moodle_bridge.interfaces import IIntakeSource
from moodle_bridge.model.intake import Form
from moodle_bridge.plugins.intake.csv_text import csv_rows, csv_text
from moodle_bridge.plugins.intake.table import TableSettings, form_of_table, one_line
from moodle_bridge.plugins.intake.web import fetched

_PAGE = re.compile(
    r"(https://docs\.google\.com/spreadsheets/d/[\w-]+)/(?!export|gviz)[^#]*"
    r"(?:.*?[#&?]gid=(\d+))?"
)
_ADDRESS_COLUMNS = (
    "email address", "adresse e-mail", "e-mailadres", "dirección de correo electrónico",
    "endereço de e-mail", "endereço de email", "e-mail-adresse", "địa chỉ email",
)  # fmt: skip


class GoogleSheetIntakeSettings(TableSettings):
    """Which sheet."""

    url: SecretStr = Field(
        description="The address of the sheet. Who has it may read it, where it is"
        " shared by its link: keep it like a password.",
    )

    @field_validator("url")
    @classmethod
    def _csv_address(cls, url: SecretStr) -> SecretStr:
        text = url.get_secret_value().strip()
        parts = urlsplit(text)
        if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost"}:
            raise ValueError("must begin with https://")
        page = _PAGE.fullmatch(text)
        if page is None:
            return SecretStr(text)
        return SecretStr(f"{page[1]}/export?format=csv&gid={page[2] or 0}")


@implementer(IIntakeSource)
class GoogleSheetIntake:
    """See `IIntakeSource`.

    The sheet holds no id: entries are known by `key`, else by the address that Google
    collects, else by the time in the first column. That time changes when somebody
    changes their answers. A question that is renamed is a new column beside the old.
    """

    stable_keys = False

    def __init__(self, settings: GoogleSheetIntakeSettings) -> None:
        self._settings = settings
        host = urlsplit(settings.url.get_secret_value()).hostname
        self.name = f"Google sheet at {host}"

    def read(self) -> Form:
        """See `IIntakeSource`."""
        url = self._settings.url.get_secret_value()
        content = fetched(url, item=self.name).content
        text = csv_text(content, encoding="utf-8", item=self.name)
        rows = list(csv_rows(text, mark=None, item=self.name))
        head = [one_line(cell) for cell in rows[0]] if rows else []
        if not head:
            raise Permanent(
                "the sheet is empty",
                item=self.name,
                advice="Look whether it is the sheet that the form writes to (gid).",
            )
        settings = self._settings
        known = [text for text in head if text.casefold() in _ADDRESS_COLUMNS]
        return form_of_table(
            self.name,
            rows,
            settings.model_copy(
                update={
                    "key": settings.key or tuple(known[:1]) or (head[0],),
                    "submitted": settings.submitted or head[0],
                }
            ),
        )

    def close(self) -> None:
        """See `IIntakeSource`."""
