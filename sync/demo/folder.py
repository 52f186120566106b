"""The folder that a demo plays in."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from moodle_bridge.errors import ConfigError

_SIGN = ".moodle-bridge-demo"
_MADE = (
    "bridge.toml",
    "moodle-token",
    "reply-secret",
    "ledger.db",
    "ledger.db-wal",
    "ledger.db-shm",
    "answer.eml",
    "report.html",
)
_MAIL = "mail"


def fresh_folder(given: Path | None) -> Path:
    """Return an empty folder; a new one under the system's temporary one for None.

    A folder of a former demo is emptied of what that made, and of nothing else.
    Raises ConfigError for a folder that holds anything else.
    """
    if given is None:
        folder = Path(tempfile.mkdtemp(prefix="moodle-bridge-demo-"))
    else:
        folder = given.absolute()
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / _SIGN).is_file():
            _empty(folder)
        elif any(folder.iterdir()):
            raise ConfigError(
                "it is not empty, and no demo was played in it",
                item=str(folder),
                advice="Name a folder that is new or empty. Nothing was changed.",
            )
    (folder / _SIGN).touch()
    return folder


def mail_folder(folder: Path) -> Path:
    """Return where the mailboxes lie: `DOMAIN/NAME`, each a Maildir."""
    return folder / _MAIL


def _empty(folder: Path) -> None:
    for name in _MADE:
        (folder / name).unlink(missing_ok=True)
    if (folder / _MAIL).is_dir() and not (folder / _MAIL).is_symlink():
        shutil.rmtree(folder / _MAIL)
