"""What the places for reports do alike with what they are given."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from moodle_bridge.errors import Permanent, RemoteError
from moodle_bridge.interfaces import IReportSink
from moodle_bridge.model.reports import ReportPage

_LONGEST_TITLE = 255


def fingerprint(*parts: Any) -> str:
    """Return 64 characters that are others as soon as one of the parts is another.

    A part is what JSON can say, or bytes.
    """
    plain = [
        hashlib.sha256(part).hexdigest() if isinstance(part, bytes) else part
        for part in parts
    ]
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def marker(*parts: str) -> str:
    """Return the class (`ref-...`) by which the bridge knows its report again.

    Whoever knows the parts can make it: who wrote what bears it must be looked at too.
    """
    digest = hashlib.sha256("\0".join(("report", *parts)).encode()).digest()
    return f"ref-{base64.b32encode(digest).decode().lower()[:16]}"


def title_of(page: ReportPage) -> str:
    """Return the title as one line that Moodle and mail take."""
    text = " ".join(page.title.replace("<", " ").replace(">", " ").split())
    return text[:_LONGEST_TITLE]


def refuse_private(page: ReportPage, sink: IReportSink) -> None:
    """Raise Permanent for a page that names people where participants may read."""
    if sink.public and not page.public:
        raise Permanent(
            "this report names people, and participants may read there",
            item=sink.name,
            code="private",
            advice="Nothing was written. Make the report for the public, or say in"
            " bridge.toml that only facilitators read there.",
        )


def advised(error: RemoteError, advice: str, *, item: str) -> RemoteError:
    """Return the same error with better advice, for this item."""
    more: dict[str, Any] = {"code": error.code, "concerns_all": error.concerns_all}
    return type(error)(error.what, item=item, advice=advice, **more)
