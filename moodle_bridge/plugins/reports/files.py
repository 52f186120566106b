"""Reports as files: a page, a table of waits, JSON, and metrics for a collector."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from zope.interface import implementer

from moodle_bridge.errors import Permanent
from moodle_bridge.interfaces import IReportSink
from moodle_bridge.model.reports import ReportPage, Written


class ReportFileSettings(BaseModel):
    """Where the file stands, and who may read it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path = Field(
        description="The file; it is replaced as a whole, never half written.",
        examples=["report.html"],
    )
    public: bool = Field(
        default=False,
        description="Whether participants may read it: then nothing that names people"
        " stands in it.",
    )


@implementer(IReportSink)
class ReportFile:
    """See `IReportSink`; `content` picks the form that the file holds."""

    def __init__(
        self, settings: ReportFileSettings, content: Callable[[ReportPage], str]
    ) -> None:
        self._path = settings.path
        self._content = content
        self.name = f"file {settings.path.name}"
        self.public = settings.public

    def write(self, page: ReportPage, last: Written | None) -> Written:
        """See `IReportSink`; the fingerprint is that of the bytes of the file."""
        del last  # What stands in the file tells more.
        wanted = self._content(page).encode()
        try:
            if not self._path.exists() or self._path.read_bytes() != wanted:
                _replace(self._path, wanted)
        except OSError as error:
            raise Permanent(
                f"the file cannot be written: {error.strerror}",
                item=str(self._path),
                advice="Let the bridge's user write to its folder.",
            ) from error
        fingerprint = hashlib.sha256(wanted).hexdigest()
        return Written(target=str(self._path), fingerprints={"file": fingerprint})

    def close(self) -> None:
        """See `IReportSink`."""


def _replace(path: Path, content: bytes) -> None:
    """Put a file in the place of another, so that a reader sees the one or the other."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # Collectors of metrics and web servers run as other users.
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def html_file(settings: ReportFileSettings) -> ReportFile:
    """Return the sink that keeps a self-contained page."""
    return ReportFile(settings, lambda page: page.page_html)


def csv_file(settings: ReportFileSettings) -> ReportFile:
    """Return the sink that keeps a row a wait, with pseudonyms."""
    return ReportFile(settings, lambda page: page.waits_csv)


def json_file(settings: ReportFileSettings) -> ReportFile:
    """Return the sink that keeps the numbers as JSON."""
    return ReportFile(settings, lambda page: page.json)


def openmetrics_file(settings: ReportFileSettings) -> ReportFile:
    """Return the sink that keeps what a textfile collector reads."""
    return ReportFile(settings, lambda page: page.openmetrics)
