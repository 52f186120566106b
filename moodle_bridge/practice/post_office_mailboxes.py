"""The Maildirs of the post office, one for each address."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

_PARTS = ("tmp", "new", "cur")


class Maildirs:
    """Keeps mails under one folder: `folder/domain/local-part/new/...`.

    A file's name begins with a number that grows over all mailboxes, so names sort
    by arrival, also after a new start. Not safe for two writers at once.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._last = max(
            (_number(path) for path in folder.glob("*/*/*/*") if path.is_file()),
            default=0,
        )

    def path(self, address: str) -> Path:
        """Return the Maildir of an address (lower case, no detail)."""
        local, _, domain = address.rpartition("@")
        return self._folder / quote(domain, safe="") / quote(local, safe="")

    def make(self, address: str) -> None:
        """Make the Maildir of an address; may be repeated."""
        for part in _PARTS:
            (self.path(address) / part).mkdir(parents=True, exist_ok=True)

    def store(self, address: str, content: bytes, at: datetime) -> None:
        """Put a mail into a Maildir, with LF line ends as Maildirs have it.

        `at` is when it came; whoever reads the Maildir goes by the file's time.
        """
        self._last += 1
        name = f"{self._last:010d}.practice"
        draft = self.path(address) / "tmp" / name
        draft.write_bytes(content.replace(b"\r\n", b"\n"))
        os.utime(draft, (at.timestamp(), at.timestamp()))
        draft.rename(self.path(address) / "new" / name)

    def mails(self, address: str) -> list[bytes]:
        """Return the mails of an address by arrival, read or not."""
        found = [
            path
            for part in ("new", "cur")
            for path in (self.path(address) / part).glob("*")
        ]
        return [path.read_bytes() for path in sorted(found, key=_number)]


def _number(path: Path) -> int:
    digits = path.name.partition(".")[0]
    return int(digits) if digits.isdecimal() else 0
