"""Says in words why a ledger cannot be used."""

from __future__ import annotations

import errno

from moodle_bridge.errors import LedgerError
from moodle_bridge.redact import secrets_masked

_NO_ROOM = ("is full", "no space left", "disk full")


def unusable(error: Exception, item: str) -> LedgerError:
    """Return what the admin is told of a fault of the database.

    `error` is SQLAlchemy's or the system's, `item` names the ledger.
    """
    text = secrets_masked(str(getattr(error, "orig", None) or error).strip())
    lowered = text.lower()
    errno_ = getattr(error, "errno", None)
    if errno_ in {errno.ENOSPC, errno.EDQUOT} or any(
        said in lowered for said in _NO_ROOM
    ):
        return LedgerError(
            f"there is no room to write ({text})",
            item=item,
            advice="Make room on the disk, then run the command again; what was not"
            " written was not done.",
        )
    if "locked" in lowered and not isinstance(error, OSError):
        return LedgerError(
            f"another program holds it ({text})",
            item=item,
            advice="Wait for the other run to end, then run the command again.",
        )
    return LedgerError(text, item=item)
