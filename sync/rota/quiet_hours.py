"""In which hours each of the rota is not to be disturbed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from mappings.alerts.quiet import QuietHours

if TYPE_CHECKING:
    from moodle_bridge.model.rota import Facilitator
    from sync.settings.rota import RotaPersonSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Quietness:
    """The quiet hours of all; `on_duty` says whether they hold on duty as well."""

    persons: Mapping[str, RotaPersonSettings]
    on_duty: bool

    def until(
        self, person: Facilitator, at: datetime, *, is_on_duty: bool
    ) -> datetime | None:
        """Return until when somebody is not to be disturbed; None: they may be."""
        hours = self.hours(person)
        if hours is None or (is_on_duty and not self.on_duty):
            return None
        return hours.ends_after(at)

    def hours(self, person: Facilitator) -> QuietHours | None:
        """Return the quiet hours of somebody, by the clock where they live."""
        wanted = self.persons.get(person.key)
        if wanted is None or wanted.quiet is None:
            return None
        start, end = wanted.quiet
        return QuietHours(start=start, end=end, zone=person.zone)
