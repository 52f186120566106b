"""What of a report says when it was made, and stays as it is while nothing changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mappings.report.figures import Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """The fingerprint of a form, and when what it shows was made."""

    fingerprint: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """The forms that a sink was last given, by name, each with its stamp."""

    stamps: Mapping[str, Stamp] = field(default_factory=dict)

    def __str__(self) -> str:
        """Write it as the ledger keeps it."""
        return json.dumps(
            {
                name: [stamp.fingerprint, stamp.made_at.isoformat()]
                for name, stamp in self.stamps.items()
            }
        )


def read_shown(text: str | None) -> Shown:
    """Read what was shown from how the ledger keeps it; None: nothing was."""
    kept = json.loads(text) if text else {}
    return Shown(
        {
            name: Stamp(fingerprint=print_, made_at=datetime.fromisoformat(at))
            for name, (print_, at) in kept.items()
        }
    )


def steady(
    figures: Figures, write: Callable[[Figures], str], last: Stamp | None
) -> tuple[str, Stamp]:
    """Return a form of a report; where nothing but its date is new, with its old date.

    So that no post is edited, and nobody gets a mail, to say nothing new. While
    questions wait there is always something new: how long they do.
    """
    if last is not None and not figures.waiting:
        before = write(replace(figures, made_at=last.made_at))
        if _fingerprint(before) == last.fingerprint:
            return before, last
    text = write(figures)
    return text, Stamp(fingerprint=_fingerprint(text), made_at=figures.made_at)


def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
