"""Where the log goes, and the file that is kept of a fault of our own."""

from __future__ import annotations

import logging
import os
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation

OURS = ("moodle_bridge", "mappings", "sync")
# Tells at length, with what stood in the mail, which of its readers an odd bounce broke.
_GARRULOUS = frozenset({"flufl.bounce"})


class _Masking(logging.Formatter):
    def __init__(self, invocation: Invocation) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._invocation = invocation

    def format(self, record: logging.LogRecord) -> str:
        return self._invocation.without_secrets(super().format(record))


def log_handler(invocation: Invocation) -> logging.Handler:
    """Return a handler that writes to stderr and masks secrets.

    Only our own loggers speak below WARNING: others would tell logins.
    """
    handler = logging.StreamHandler(invocation.stderr)
    handler.setFormatter(_Masking(invocation))
    handler.addFilter(
        lambda record: (
            record.name.partition(".")[0] in OURS
            or (record.levelno >= logging.WARNING and record.name not in _GARRULOUS)
        )
    )
    return handler


def write_fault(error: BaseException, invocation: Invocation) -> Path | None:
    """Keep the traceback of a fault, secrets masked; return the file.

    It goes to the XDG state folder, or to the folder for temporary files when that
    cannot be written; None when neither can.
    """
    text = invocation.without_secrets("".join(traceback.format_exception(error)))
    now = invocation.clock()
    name = f"fault-{now:%Y%m%dT%H%M%S}-{os.getpid()}.log"
    state = invocation.environ.get("XDG_STATE_HOME", "")
    base = Path(state) if state.startswith("/") else invocation.home / ".local/state"
    for folder in (base / "moodle-bridge", Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / name
            with os.fdopen(
                os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600),
                "w",
                encoding="utf-8",
            ) as file:
                file.write(f"moodle-bridge {invocation.command}\n{text}")
        except OSError:
            continue
        return path
    return None
