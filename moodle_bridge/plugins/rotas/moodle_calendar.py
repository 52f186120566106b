"""A rota in the Moodle calendar of a course: an event a shift."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from zope.interface import implementer

from moodle_bridge.errors import Permanent
from moodle_bridge.interfaces import IRotaSource, IUsesMoodle
from moodle_bridge.model.rota import DutyRole, Facilitator, RotaReading, RotaSpan
from moodle_bridge.plugins.rotas.names import named_in

# Moodle gives events by when they begin; a shift may have begun long before.
_LONGEST = timedelta(days=32)


class MoodleCalendarRotaSettings(BaseModel):
    """Which course's calendar, and which of its events."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    course: str = Field(min_length=1, description="The short name of the course.")
    only: str = Field(
        default="Watch:",
        description="Take only events whose name begins so; it is cut off. Empty takes"
        " all.",
    )
    role: DutyRole = Field(
        default=DutyRole.PRIMARY, description="The role where none is said."
    )


@implementer(IRotaSource, IUsesMoodle)
class MoodleCalendarRota:
    """See `IRotaSource`. Events of the course, which its teachers keep by hand."""

    def __init__(self, settings: MoodleCalendarRotaSettings) -> None:
        self._settings = settings
        self._moodle: Any = None
        self.name = f"Moodle calendar of {settings.course}"

    def use_moodle(self, moodle: Any) -> None:
        """See `IUsesMoodle`."""
        self._moodle = moodle

    def read(
        self, start: datetime, end: datetime, people: Sequence[Facilitator]
    ) -> RotaReading:
        """See `IRotaSource`. An event without a length is a problem, not a shift."""
        course = self._moodle.courses.by_shortname(self._settings.course)
        if course is None:
            raise Permanent(
                "there is no such course, or the account may not see it",
                item=self.name,
                advice="Look at the short name, and who the service account is.",
            )
        events = self._moodle.calendar.between(
            start - _LONGEST, end, course_ids=[course.id]
        )
        spans: list[RotaSpan] = []
        unknown: dict[str, None] = {}
        problems: list[str] = []
        only = self._settings.only.casefold()
        for event in events:
            if not event.name.casefold().startswith(only):
                continue
            if not event.lasts:
                problems.append(f"{event.name}: has no length")
                continue
            if event.starts + event.lasts <= start or event.starts >= end:
                continue
            title = event.name[len(only) :].strip()
            found = named_in(title, people, self._settings.role)
            unknown |= dict.fromkeys(found.unknown)
            if not found.people and not found.unknown:
                problems.append(
                    f"{event.name}: names nobody ({event.starts:%Y-%m-%d %H:%M} UTC)"
                )
            spans += [
                RotaSpan(
                    key=f"event {event.id} {person}",
                    person=person,
                    start=event.starts,
                    end=event.starts + event.lasts,
                    role=role,
                    title=event.name,
                )
                for person, role in found.people
            ]
        return RotaReading(
            spans=tuple(spans), unknown=tuple(unknown), problems=tuple(problems)
        )

    def close(self) -> None:
        """See `IRotaSource`."""
