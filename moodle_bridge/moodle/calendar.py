"""Events in the calendar of a course, a group, the site or the account itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, TypeAdapter

from moodle_bridge.errors import Permanent
from moodle_bridge.moodle.accounts import Warned
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.forum_shapes import Seconds
from moodle_bridge.moodle.functions import CREATE_EVENTS, DELETE_EVENTS, GET_EVENTS
from moodle_bridge.moodle.items import ItemWrite, write_items
from moodle_bridge.moodle.outcomes import ItemOutcome, Outcome, already, done, refused
from moodle_bridge.moodle.wire import unescaped
from moodle_bridge.runtime import from_unix, to_unix

_GONE = "invalidrecord"


class EventKind(StrEnum):
    """Whose calendar an event stands in."""

    COURSE = "course"
    GROUP = "group"
    USER = "user"
    SITE = "site"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An event that is to be made.

    `course_id` is needed for COURSE and GROUP, `group_id` for GROUP. USER is the
    account itself: nobody else sees it.
    """

    name: str
    starts: datetime
    lasts: timedelta = timedelta()
    description: str = ""
    kind: EventKind = EventKind.COURSE
    course_id: int = 0
    group_id: int = 0

    def row(self) -> dict[str, Any]:
        """Return it as `core_calendar_create_calendar_events` takes it."""
        return {
            "name": self.name,
            "description": self.description,
            "format": 1,
            "courseid": self.course_id,
            "groupid": self.group_id,
            "eventtype": self.kind.value,
            "timestart": to_unix(self.starts),
            "timeduration": int(self.lasts.total_seconds()),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event that stands in a calendar.

    Moodle keeps no key of ours with it and cannot change it: keep its id, delete it
    and make another. `course_id`, `group_id` are None where there is none.
    """

    id: int
    name: str
    starts: datetime
    lasts: timedelta
    kind: str
    course_id: int | None = None
    group_id: int | None = None
    user_id: int | None = None


class _Row(BaseModel):
    id: int
    name: str
    courseid: int | None = None
    groupid: int | None = None
    userid: int | None = None
    eventtype: str
    timestart: Seconds
    timeduration: Seconds

    def event(self) -> Event:
        return Event(
            id=self.id,
            name=unescaped(self.name),
            starts=from_unix(self.timestart),
            lasts=timedelta(seconds=self.timeduration),
            kind=self.eventtype,
            course_id=self.courseid or None,
            group_id=self.groupid or None,
            user_id=self.userid or None,
        )


class _Events(BaseModel):
    events: list[_Row]
    warnings: list[Warned] = []


_EVENTS = TypeAdapter(_Events)


class Calendar:
    """The calendars that the account may see and write."""

    def __init__(self, client: MoodleClient) -> None:
        self._client = client

    def between(
        self,
        first: datetime,
        last: datetime,
        *,
        course_ids: Sequence[int] = (),
        group_ids: Sequence[int] = (),
        own: bool = False,
        of_site: bool = False,
    ) -> tuple[Event, ...]:
        """Return the events that touch this time, by their start.

        Of these courses and groups, of the account itself, of the site: of nothing
        that is not named. `core_calendar_get_calendar_events`.
        """
        found: _Events = self._client.read(
            GET_EVENTS,
            {
                "events": {"courseids": list(course_ids), "groupids": list(group_ids)},
                "options": {
                    "userevents": own,
                    "siteevents": of_site,
                    "timestart": to_unix(first),
                    "timeend": to_unix(last),
                    "ignorehidden": True,
                },
            },
            _EVENTS,
        ).value
        events = {row.id: row.event() for row in found.events}
        return tuple(sorted(events.values(), key=lambda one: (one.starts, one.id)))

    def create(self, events: Sequence[NewEvent]) -> tuple[ItemOutcome[NewEvent], ...]:
        """Make events; return one outcome each, in order, with the new id.

        Not to be repeated blindly: the same event twice stands there twice. In doubt,
        one of the same name, start and length is looked for and taken for it.
        `core_calendar_create_calendar_events`, which makes what it may and warns of
        the rest by name.
        """
        return write_items(
            self._client,
            ItemWrite(
                function=CREATE_EVENTS,
                argument="events",
                row=NewEvent.row,
                shape=_EVENTS,
                answered=_created,
                settled=self._settled,
            ),
            events,
        )

    def delete(self, event_ids: Sequence[int]) -> tuple[ItemOutcome[int], ...]:
        """Delete events; return one outcome each, in order. May be repeated.

        One that is gone is ALREADY so. `core_calendar_delete_calendar_events`,
        all-or-nothing.
        """
        written = write_items(
            self._client,
            ItemWrite(
                function=DELETE_EVENTS,
                argument="events",
                row=lambda event_id: {"eventid": event_id, "repeat": False},
            ),
            event_ids,
        )
        return tuple(
            already(one.item)
            if one.outcome is Outcome.REFUSED and one.code == _GONE
            else one
            for one in written
        )

    def _settled(
        self, events: Sequence[NewEvent]
    ) -> list[ItemOutcome[NewEvent] | None]:
        try:
            standing = self.between(
                min(event.starts for event in events) - timedelta(seconds=1),
                max(event.starts + event.lasts for event in events)
                + timedelta(seconds=1),
                course_ids=sorted({e.course_id for e in events if e.course_id}),
                group_ids=sorted({e.group_id for e in events if e.group_id}),
                own=any(event.kind is EventKind.USER for event in events),
                of_site=any(event.kind is EventKind.SITE for event in events),
            )
        except Permanent:
            return [None] * len(events)
        ids: defaultdict[tuple[Any, ...], list[int]] = defaultdict(list)
        for event in standing:
            key = (event.name, to_unix(event.starts), event.lasts, event.kind)
            ids[key].append(event.id)
        return [
            done(event, ids[_key(event)].pop(0)) if ids[_key(event)] else None
            for event in events
        ]


def _key(event: NewEvent) -> tuple[Any, ...]:
    # Moodle knows whole seconds.
    lasts = timedelta(seconds=int(event.lasts.total_seconds()))
    return event.name.strip(), to_unix(event.starts), lasts, event.kind.value


def _created(events: Sequence[NewEvent], value: _Events) -> list[ItemOutcome[NewEvent]]:
    # Those made come in order, without those refused: they are told apart by what
    # they are, and equal ones by their order.
    ids: defaultdict[tuple[Any, ...], list[int]] = defaultdict(list)
    for row in value.events:
        made = row.event()
        key = (made.name, to_unix(made.starts), made.lasts, made.kind)
        ids[key].append(made.id)
    warned = {warning.item: warning for warning in value.warnings}
    outcomes: list[ItemOutcome[NewEvent]] = []
    for event in events:
        if ids[_key(event)]:
            outcomes.append(done(event, ids[_key(event)].pop(0)))
            continue
        warning = warned.get(event.name)
        if warning is None:
            outcomes.append(
                ItemOutcome(
                    item=event,
                    outcome=Outcome.IN_DOUBT,
                    what=f"event {event.name}: not in what Moodle answered",
                    advice="Look at the calendar before making it again.",
                )
            )
            continue
        outcomes.append(
            refused(
                event,
                warning.warningcode or "",
                f"event {event.name}: Moodle refused: {warning.message}",
                "Give the account moodle/calendar:manageentries in the course.",
            )
        )
    return outcomes
