"""Pages for a person with a browser (a first stub: the next commit fills them)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from werkzeug.wrappers import Request, Response

    from moodle_bridge.practice.desk import Desk


def page(desk: Desk, request: Request, path: str) -> Response | None:
    """Return a page, None when there is no such."""
    del desk, request, path
    return None
