"""Where the rota comes from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from zope.interface import Attribute, Interface

from moodle_bridge.model.rota import Facilitator, RotaReading


class IRotaSource(Interface):
    """A rota that somebody keeps: a file, a calendar, a table. It is only read."""

    name = Attribute("What an admin calls it; str, without secrets.")

    def read(
        start: datetime, end: datetime, people: Sequence[Facilitator]
    ) -> RotaReading:
        """Return what it holds for a period (aware UTC, `end` not included).

        `people` are who may stand in it, by key or any of their names; other names
        come back as `unknown`. A span that begins before or ends after the period is
        given whole. May be repeated. Raises Transient when it cannot be reached (then
        the last good reading is used), Permanent when it is refused or is no rota.
        """

    def close() -> None:
        """Let go of connections and files; may be repeated."""
