"""Writes the rota into the calendars of courses, and takes out only what it wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from mappings.rota.publishing import WantedEvent, start_in
from moodle_bridge.errors import InDoubt, Permanent, RemoteError
from moodle_bridge.moodle import EventKind, NewEvent
from moodle_bridge.moodle.outcomes import ItemOutcome
from moodle_bridge.moodle.outcomes import Outcome as Written
from sync.actions import (
    Absent,
    Action,
    Done,
    Doubt,
    Later,
    Outcome,
    Plan,
    Refused,
    Settlement,
    Withheld,
)
from sync.job import refuse_beyond
from sync.ledger.intents import OPEN, IntentState

if TYPE_CHECKING:
    from moodle_bridge.moodle import Moodle
    from sync.ledger import Ledger, Transaction
    from sync.ledger.calendar_events import KeptEvent
    from sync.ledger.intents import Intent

JOB = "rota-calendar"
_CREATE, _DELETE = "calendar.create", "calendar.delete"
_MOMENT = timedelta(seconds=1)


@dataclass(slots=True, kw_only=True)
class RotaCalendar:
    """Brings calendars in line with `wanted`, up to `until`.

    Moodle keeps no key with an event and cannot change it: what changed is deleted
    and made again, and what is in doubt is looked for by its name and time. What has
    passed stays in the calendar. What somebody removed by hand stays removed until
    the shift changes.
    """

    moodle: Moodle
    ledger: Ledger
    wanted: Sequence[WantedEvent]
    until: datetime
    max_events: int
    settle_after: timedelta
    name: str = JOB

    def guard(self, actions: int) -> None:
        """See `Job`."""
        refuse_beyond(
            self.max_events,
            actions,
            what="changes of calendars",
            key="[rota].max_events",
        )

    def observe(self) -> Iterator[tuple[WantedEvent, ...]]:
        """See `Job`: the rota is what is observed."""
        yield tuple(self.wanted)

    def settle(self, intent: Intent) -> Settlement:
        """See `Job`: look for the event; deleting may simply be repeated."""
        if intent.kind == _DELETE:
            return Absent()
        new = _event_of(intent)
        with self.ledger.reading() as transaction:
            known = {one.event_id for one in transaction.calendar_events.everything()}
        standing = self.moodle.calendar.between(
            new.starts - _MOMENT, new.starts + _MOMENT, course_ids=[new.course_id]
        )
        for event in standing:
            same = (event.name, event.starts, event.lasts) == (
                new.name,
                new.starts,
                new.lasts,
            )
            if same and event.course_id == new.course_id and event.id not in known:
                return Done(result={"event_id": event.id})
        begun = intent.sending_at or intent.updated_at
        if self.ledger.clock() - begun >= self.settle_after:
            return Absent()
        return Doubt(reason="it is not in the calendar yet")

    def plan(self, observation: tuple[WantedEvent, ...]) -> Plan:
        """See `Job`."""
        with self.ledger.reading() as transaction:
            now = transaction.clock()
            kept = transaction.calendar_events.everything()
            open_ = [
                intent
                for state in OPEN
                for intent in transaction.intents.with_state(state, job=self.name)
            ]
        planned = {
            _what(intent): intent
            for intent in open_
            if intent.state is IntentState.PLANNED
        }
        # What is in doubt, or held, is decided before anything else is done with it.
        stuck = {
            str(intent.details["event_key"])
            for intent in open_
            if intent.state is not IntentState.PLANNED
        }
        wanted = {one.key: one for one in observation}
        standing = _standing(kept, wanted, now)
        actions: list[Action] = []
        for one in kept:
            over = one.ends_at <= now or start_in(one.key) >= self.until
            if one.key not in standing and one.key not in stuck and not over:
                actions.append(_deletion(one, now, planned))
        present = set(standing.values())
        actions += [
            _creation(one, now, planned)
            for one in observation
            if one.key not in present and one.key not in stuck
        ]
        keys = {action.key for action in actions}
        left = [intent for intent in planned.values() if intent.key not in keys]
        passed = [one.event_id for one in kept if one.ends_at <= now]
        return Plan(
            actions=tuple(actions),
            withheld=tuple(
                Withheld(
                    source=f"calendar:{key}",
                    reason="in-doubt",
                    summary="an earlier change of this event is not settled yet",
                )
                for key in sorted(stuck)
            ),
            records=(_tidied(left, passed),),
        )

    def carry_out(self, action: Action) -> Outcome:
        """See `Job`: make or delete one event."""
        try:
            if action.kind == _DELETE:
                (gone,) = self.moodle.calendar.delete([int(action.details["event_id"])])
                return _outcome(gone)
            if self._stands(str(action.details["event_key"])):
                return Later(
                    reason="what stood there before could not be taken out",
                    advice="Look why it was refused, in the lines before this one.",
                )
            (made,) = self.moodle.calendar.create([_new_event(action.details)])
            return _outcome(made)
        except InDoubt as error:
            return Doubt(reason=str(error))
        except Permanent as error:
            return Refused(reason=str(error), advice=error.advice)
        except RemoteError as error:
            return Later(reason=str(error), advice=error.advice, cause=error)

    def _stands(self, key: str) -> bool:
        with self.ledger.reading() as transaction:
            kept = transaction.calendar_events.everything()
        return any(one.key == key for one in kept)

    def completed(
        self, transaction: Transaction, intent: Intent, outcome: Done | Refused
    ) -> None:
        """See `Job`: remember what stands there now."""
        if not isinstance(outcome, Done):
            return
        details = intent.details
        if intent.kind == _DELETE:
            transaction.calendar_events.forget(int(details["event_id"]))
            return
        transaction.calendar_events.put(
            str(details["event_key"]),
            event_id=int(outcome.result["event_id"]),
            fingerprint=str(details["fingerprint"]),
            ends_at=datetime.fromisoformat(details["end"]),
        )


def _standing(
    kept: Sequence[KeptEvent], wanted: dict[str, WantedEvent], now: datetime
) -> dict[str, str]:
    """Return which kept events are as wanted: the kept key, and the wanted one."""
    found = {
        one.key: one.key
        for one in kept
        if one.key in wanted and wanted[one.key].fingerprint == one.fingerprint
    }
    for event in wanted.values():
        if event.start > now or event.key in found:
            continue
        # Of a shift that goes on, the beginning is only as old as the history.
        watch = event.key.partition("@")[0]
        for one in kept:
            goes_on = start_in(one.key) <= now and one.ends_at == event.end
            if one.key.partition("@")[0] == watch and goes_on:
                found[one.key] = event.key
    return found


def _creation(
    event: WantedEvent, now: datetime, planned: dict[tuple[str, ...], Intent]
) -> Action:
    before = planned.get((_CREATE, event.key, event.fingerprint))
    return Action(
        # The same event may be wanted again one day, and is then another effect.
        key=before.key
        if before
        else f"rota-event:{event.key}:{event.fingerprint[:12]}:{now.isoformat()}",
        kind=_CREATE,
        source=f"calendar:{event.key}",
        stream=f"{JOB}:{event.key}",
        summary=f"{event.name}, {event.start:%Y-%m-%d %H:%M} UTC",
        details={
            "event_key": event.key,
            "fingerprint": event.fingerprint,
            "course_id": event.course_id,
            "name": event.name,
            "start": event.start.isoformat(),
            "end": event.end.isoformat(),
        },
    )


def _deletion(
    kept: KeptEvent, now: datetime, planned: dict[tuple[str, ...], Intent]
) -> Action:
    before = planned.get((_DELETE, kept.key, str(kept.event_id)))
    return Action(
        key=before.key
        if before
        else f"rota-event-gone:{kept.event_id}:{now.isoformat()}",
        kind=_DELETE,
        source=f"calendar:{kept.key}",
        stream=f"{JOB}:{kept.key}",
        summary=f"take out event {kept.event_id} of {start_in(kept.key):%Y-%m-%d %H:%M}"
        " UTC",
        details={"event_key": kept.key, "event_id": kept.event_id},
    )


def _what(intent: Intent) -> tuple[str, ...]:
    details = intent.details
    last = "event_id" if intent.kind == _DELETE else "fingerprint"
    return intent.kind, str(details["event_key"]), str(details[last])


def _tidied(
    left: Sequence[Intent], passed: Sequence[int]
) -> Callable[[Transaction], None]:
    def record(transaction: Transaction) -> None:
        for intent in left:
            transaction.intents.change(
                intent.id,
                state=IntentState.WITHDRAWN.value,
                reason="the rota has changed since",
            )
        for event_id in passed:
            transaction.calendar_events.forget(event_id)

    return record


def _event_of(intent: Intent) -> NewEvent:
    return _new_event(intent.details)


def _new_event(details: Mapping[str, Any]) -> NewEvent:
    start = datetime.fromisoformat(details["start"])
    return NewEvent(
        name=str(details["name"]),
        starts=start,
        lasts=datetime.fromisoformat(details["end"]) - start,
        kind=EventKind.COURSE,
        course_id=int(details["course_id"]),
    )


def _outcome(written: ItemOutcome[Any]) -> Outcome:
    match written.outcome:
        case Written.DONE | Written.ALREADY:
            return Done(result={"event_id": written.remote_id})
        case Written.REFUSED:
            return Refused(reason=written.what, advice=written.advice)
        case Written.NOT_TRIED:
            return Later(reason=written.what, advice=written.advice)
        case Written.IN_DOUBT:
            return Doubt(reason=written.what)
