"""What sources in files have in common."""

from __future__ import annotations

from pathlib import Path

from moodle_bridge.errors import Permanent

_MOST_BYTES = 50_000_000


def content_of(path: Path, item: str) -> bytes:
    """Return what a file holds; raises Permanent when it cannot be read."""
    try:
        size = path.stat().st_size
        if size > _MOST_BYTES:
            raise Permanent(
                f"the file is larger than {_MOST_BYTES // 1_000_000} MB",
                item=item,
                advice="This is no intake form; look at the path.",
            )
        return path.read_bytes()
    except OSError as error:
        raise Permanent(
            f"the file cannot be read ({error.strerror or error})",
            item=item,
            advice=f"Look whether {path} is there and may be read.",
        ) from error
