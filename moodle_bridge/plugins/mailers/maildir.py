"""Lays mails into a Maildir instead of sending them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel
from zope.interface import implementer

from moodle_bridge.errors import Permanent, Transient
from moodle_bridge.interfaces import IMailer
from moodle_bridge.model.mail import OutgoingMail, Sent

_PARTS = ("tmp", "new", "cur")


class MaildirSettings(BaseModel, extra="forbid", frozen=True):
    """Which Maildir, made if there is none.

    `others_take_mail` says that another program removes mails from it: then a mail
    that is not there may have been there, and nobody can tell.
    """

    path: Path
    others_take_mail: bool = False


@implementer(IMailer)
class MaildirMailer:
    """Writes each mail as one file, for trying things out or for another program.

    See `IMailer`. The file's name is made from the mail's key, so a mail that is
    sent twice is one file. The envelope stands in `Return-Path` and `Delivered-To`
    above the mail. Lines end with LF, as Maildirs have it.
    """

    can_look = True

    def __init__(self, settings: MaildirSettings) -> None:
        self._path = settings.path
        self._others_take_mail = settings.others_take_mail
        self._last_time = 0

    def send(self, mail: OutgoingMail) -> Sent:
        """See `IMailer`; Transient when the disk is full, Permanent without rights."""
        name = _name(mail.key)
        with self._errors_told():
            for part in _PARTS:
                (self._path / part).mkdir(parents=True, exist_ok=True)
            if not self._is_there(name):
                self._write(name, _stored_form(mail))
        return Sent(accepted=mail.recipients, remote_id=name)

    def was_sent(self, mail: OutgoingMail) -> bool | None:
        """See `IMailer`; None when it is not there and others take mail."""
        with self._errors_told():
            if self._is_there(_name(mail.key)):
                return True
        return None if self._others_take_mail else False

    def close(self) -> None:
        """See `IMailer`; there is nothing to let go of."""

    def _is_there(self, name: str) -> bool:
        # A reader moves a mail from new to cur and adds flags to its name.
        return (self._path / "new" / name).exists() or any(
            (self._path / "cur").glob(f"{name}*")
        )

    def _write(self, name: str, content: bytes) -> None:
        draft = self._path / "tmp" / name
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # Readers sort by time, and a file system may count in hundredths of seconds.
        self._last_time = max(draft.stat().st_mtime_ns, self._last_time + 1000)
        os.utime(draft, ns=(self._last_time, self._last_time))
        draft.rename(self._path / "new" / name)
        folder = os.open(self._path / "new", os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def _errors_told(self) -> Iterator[None]:
        try:
            yield
        except PermissionError as error:
            raise Permanent(
                f"it may not be written: {error.strerror}",
                item=str(self._path),
                advice="Give the account that runs the bridge the right to write there.",
            ) from error
        except OSError as error:
            raise Transient(
                f"it cannot be written: {error.strerror}",
                item=str(self._path),
                advice="Check the free disk space; the next run tries again.",
            ) from error


def _name(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:40] + ".moodle-bridge"


def _stored_form(mail: OutgoingMail) -> bytes:
    envelope = [f"Return-Path: <{mail.sender}>"]
    envelope += [f"Delivered-To: {recipient}" for recipient in mail.recipients]
    lines = "".join(f"{line}\n" for line in envelope).encode()
    return lines + mail.content.replace(b"\r\n", b"\n")
