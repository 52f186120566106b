"""Reports as files: a page, a table of waits, JSON, and metrics for a collector."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator
from zope.interface import implementer

from moodle_bridge.errors import Permanent, Transient
from moodle_bridge.interfaces import IReportSink
from moodle_bridge.model.reports import ReportPage, Written
from moodle_bridge.plugins.reports.content import refuse_private

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_FOR_ALL, _FOR_THE_GROUP = 0o644, 0o640
_MAY_READ = 0o777
_LET_WRITE = "Let the bridge's user read and write the file and its folder."


class ReportFileSettings(BaseModel):
    """Where the file stands, and who may read it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path = Field(
        description="The file; it is replaced as a whole, never half written. Who may"
        " read it stays as it is; a new one only the bridge's user and group may read,"
        " or everybody where it is public.",
        examples=["report.html"],
    )
    public: bool = Field(
        default=False,
        description="Whether participants may read it: then nothing that names people"
        " stands in it.",
    )


class WaitsFileSettings(ReportFileSettings):
    """Where the file stands; participants cannot read it."""

    public: bool = Field(
        default=False,
        description="Always false: each row is the question of one person, and its hour"
        " tells whose.",
    )

    @field_validator("public")
    @classmethod
    def _of_single_people(cls, public: bool) -> bool:  # noqa: FBT001
        if public:
            raise ValueError(
                "a row is the question of one person, and its hour tells whose;"
                " leave `public` out, or take json-file"
            )
        return public


class MetricsFileSettings(ReportFileSettings):
    """Where the file of metrics stands; collectors run as other users."""

    public: bool = Field(
        default=True,
        description="Whether everybody on this machine may read it. Metrics name"
        " nobody either way.",
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
        refuse_private(page, self)
        wanted = self._content(page).encode()
        self._refuse_what_is_no_file()
        try:
            if not self._path.exists() or self._path.read_bytes() != wanted:
                _replace(self._path, wanted, mode=self._mode())
        except OSError as error:
            if error.errno in _FULL:
                raise Transient(
                    f"the file cannot be written: {error.strerror}",
                    item=str(self._path),
                    advice="Make room on the disk; the next run tries again.",
                ) from error
            raise Permanent(
                f"the file cannot be written: {error.strerror}",
                item=str(self._path),
                advice=_LET_WRITE,
            ) from error
        fingerprint = hashlib.sha256(wanted).hexdigest()
        return Written(target=str(self._path), fingerprints={"file": fingerprint})

    def probe(self) -> None:
        """Raise Permanent where the file could not be written; nothing is made."""
        self._refuse_what_is_no_file()
        folder = next(one for one in self._path.absolute().parents if one.exists())
        # It is replaced as a whole: its folder must take another file.
        if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
            raise Permanent(
                "the bridge may not write a file there",
                item=str(self._path),
                advice=_LET_WRITE,
            )

    def close(self) -> None:
        """See `IReportSink`."""

    def _refuse_what_is_no_file(self) -> None:
        if self._path.is_symlink():
            raise Permanent(
                "the file is a symbolic link, and would be replaced by a file",
                item=str(self._path),
                advice="Name in `path` the file that it leads to.",
            )
        if self._path.is_dir():
            raise Permanent(
                "there is a folder of this name",
                item=str(self._path),
                advice="Name in `path` a file in it, such as report.html.",
            )

    def _mode(self) -> int:
        # What an admin has set stays; a report of people is not for all to begin with.
        if self._path.exists():
            return self._path.stat().st_mode & _MAY_READ
        return _FOR_ALL if self.public else _FOR_THE_GROUP


def _replace(path: Path, content: bytes, *, mode: int) -> None:
    """Put a file in the place of another, so that a reader sees the one or the other."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=".report-", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
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
