"""Takes mail from a Maildir on this machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, Field
from zope.interface import implementer

from moodle_bridge.errors import Permanent, Transient
from moodle_bridge.interfaces import IMailbox
from moodle_bridge.model.mail import IncomingMail
from moodle_bridge.plugins.mailboxes.arrival import (
    DEFAULT_MAX_BYTES,
    HEADER_BYTES,
    envelope_of,
    header_alone,
)
from moodle_bridge.runtime import from_unix

_KEY = "maildir:"
_TAKEN = "P"


class MaildirMailboxSettings(BaseModel, extra="forbid", frozen=True):
    """Which Maildir. A mail over `max_bytes` is given as its header alone."""

    path: Path
    max_bytes: int = Field(default=DEFAULT_MAX_BYTES, ge=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    path: Path
    name: str
    modified: int
    """In nanoseconds: mails of one run may lie closer than a float can tell."""


@implementer(IMailbox)
class MaildirMailbox:
    """Reads `new` and `cur`; what is taken goes to `cur` with the flags P and S.

    See `IMailbox`. P ("passed on") is what tells taken mail from mail that somebody
    only read, which has S alone and is still given. Nothing is ever deleted, and
    `tmp`, where half-written mails lie, is not looked at.
    """

    def __init__(self, settings: MaildirMailboxSettings) -> None:
        self.name = f"Maildir {settings.path}"
        self._path = settings.path
        self._max_bytes = settings.max_bytes

    def fetch(self, after: str | None) -> Iterator[IncomingMail]:  # noqa: ARG002
        """See `IMailbox`; oldest first by the file's time, then by its name."""
        with self._errors_told():
            waiting = sorted(
                self._waiting(), key=lambda file: (file.modified, file.name)
            )
        for file in waiting:
            with self._errors_told():
                raw = self._read(file.path)
            if raw is None:
                continue
            envelope = envelope_of(raw)
            yield IncomingMail(
                key=_KEY + file.name,
                raw=raw,
                received=from_unix(file.modified / 1e9),
                envelope_recipient=envelope.recipient,
                envelope_sender=envelope.sender,
            )

    def cursor_after(self, mail: IncomingMail) -> str | None:  # noqa: ARG002
        """See `IMailbox`; none is needed."""
        return None

    def acknowledge(self, keys: Iterable[str]) -> None:
        """See `IMailbox`."""
        names = {key.removeprefix(_KEY) for key in keys if key.startswith(_KEY)}
        if not names:
            return
        with self._errors_told():
            (self._path / "cur").mkdir(exist_ok=True)
            for path in list(self._files()):
                name, flags = _parted(path.name)
                if name in names and _TAKEN not in flags:
                    wanted = "".join(sorted({*flags, _TAKEN, "S"}))
                    try:
                        path.rename(self._path / "cur" / f"{name}:2,{wanted}")
                    except FileNotFoundError:
                        # Another reader moved it; the next run takes it up again,
                        # and the ledger knows it.
                        continue

    def close(self) -> None:
        """See `IMailbox`; there is nothing to let go of."""

    def _files(self) -> Iterator[Path]:
        for part in ("new", "cur"):
            for path in (self._path / part).iterdir():
                if not path.name.startswith("."):
                    yield path

    def _waiting(self) -> Iterator[_File]:
        for path in self._files():
            name, flags = _parted(path.name)
            if _TAKEN in flags:
                continue
            try:
                modified = path.stat().st_mtime_ns
            except FileNotFoundError:
                continue
            yield _File(path=path, name=name, modified=modified)

    def _read(self, path: Path) -> bytes | None:
        try:
            size = path.stat().st_size
            if size <= self._max_bytes:
                return path.read_bytes()
            with path.open("rb") as opened:
                return header_alone(opened.read(HEADER_BYTES), size)
        except FileNotFoundError:
            # Another reader moved or removed it since; the next run looks again.
            return None

    @contextmanager
    def _errors_told(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise Permanent(
                "there is no Maildir",
                item=str(self._path),
                advice="Check the path; a Maildir has the folders new, cur and tmp.",
            ) from error
        except PermissionError as error:
            raise Permanent(
                f"it may not be read: {error.strerror}",
                item=str(self._path),
                advice="Give the account that runs the bridge the right to read there.",
            ) from error
        except OSError as error:
            raise Transient(
                f"it cannot be read: {error.strerror}", item=str(self._path)
            ) from error


def _parted(filename: str) -> tuple[str, str]:
    name, _, info = filename.partition(":")
    return name, info.removeprefix("2,")
