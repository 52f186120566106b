"""Puts the rota where others see it: calendars of courses, and iCalendar files."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mappings.rota.publishing import WantedEvent, rota_ical, wanted_events
from moodle_bridge.errors import (
    BridgeError,
    ConfigError,
    GuardTripped,
    Permanent,
    RemoteError,
)
from moodle_bridge.model.rota import DutyRole
from moodle_bridge.redact import masked
from sync.jobs.rota_calendar import JOB, RotaCalendar
from sync.ledger.intents import IntentState

if TYPE_CHECKING:
    from sync.bridge import Bridge
    from sync.engine import Engine

_LONGEST = timedelta(days=32)
_BEYOND = timedelta(weeks=6)
_CALENDAR = "moodle-calendar"
_AT = "rota:published"
_REFUSED = " refused"
# Sources are read that often anyway, to freeze who was on duty.
_FOLLOWS_EVERY = timedelta(minutes=10)
_AFTER_REFUSAL = timedelta(days=1)
_STAMP = re.compile(rb"^DTSTAMP[^\r\n]*\r?\n", re.MULTILINE)


class Publishing:
    """The rota of the weeks to come, as it stands now.

    Raises Permanent where a source was never read: what it holds would be taken out.
    """

    def __init__(self, bridge: Bridge, *, weeks: int) -> None:
        now = bridge.clock()
        self._bridge = bridge
        self._now = now
        self._until = now + timedelta(weeks=weeks)
        self._shifts = [
            shift
            for shift in bridge.rota.shifts(now - _LONGEST, _far_end(self._until))
            if shift.end > now
            and shift.start < self._until
            and shift.role is not DutyRole.SHADOW
        ]
        _sources_are_known(bridge)

    def to_calendars(self, engine: Engine, *, by_hand: bool = False) -> None:
        """Bring the calendars of the pairs' courses in line; nothing comes twice.

        What was begun `by_hand` goes on by itself, even if it is cut short. Raises
        ConfigError where the rota is read from there, and as `Engine.run`.
        """
        _no_circle(self._bridge)
        if by_hand and not engine.dry_run:
            _note(self._bridge, went_well=True)
        settings = self._bridge.settings
        refused = engine.report.counts["refused"]
        engine.run(
            RotaCalendar(
                moodle=self._bridge.moodle,
                ledger=self._bridge.ledger,
                wanted=self._wanted(),
                until=self._until,
                max_events=settings.rota.max_events,
                settle_after=settings.safety.settle_after,
            )
        )
        if not engine.dry_run:
            went_well = engine.report.counts["refused"] == refused
            _note(self._bridge, went_well=went_well)

    def to_files(self, folder: Path, *, dry_run: bool) -> list[str]:
        """Write a file for each person and one for all; return their names.

        A file in which nothing has changed is left as it is.
        """
        people = self._bridge.rota.people
        settings = self._bridge.settings
        wanted = {"all": (self._shifts, settings.pairs[0].language)}
        for person in people:
            mine = [shift for shift in self._shifts if shift.person == person.key]
            wanted[person.key] = (mine, person.language)
        written = []
        for name, (some, language) in wanted.items():
            content = rota_ical(
                some,
                people,
                stamp=self._now,
                domain=settings.mail.domain,
                language=language,
            )
            target = folder / f"{name}.ics"
            if not dry_run:
                _write(target, content)
            written.append(str(target))
        return written

    def _wanted(self) -> tuple[WantedEvent, ...]:
        names = {person.key: person.name for person in self._bridge.rota.people}
        courses: dict[int, str] = {}
        for pair in self._bridge.pairs():
            courses.setdefault(pair.place.course.id, pair.language)
        return tuple(
            event
            for course_id, language in courses.items()
            for event in wanted_events(
                self._shifts, names, course_id=course_id, language=language
            )
        )


def _far_end(until: datetime) -> datetime:
    """Return up to when shifts are read, so that the last one has its own end.

    It moves once a week: a watch without an end is not published anew each time.
    """
    monday = until.date() - timedelta(days=until.weekday())
    return datetime.combine(monday, time(), UTC) + _BEYOND


def publish_if_due(bridge: Bridge, engine: Engine) -> None:
    """Publish at the end of a run when [rota] publish says so; what fails is told.

    Into calendars only after somebody did it by hand once. What was refused is tried
    again after a day.
    """
    wanted = bridge.settings.rota
    if not wanted.publish or not wanted.sources:
        return
    problems = engine.report.problems
    before = _last(bridge)
    if before is None and wanted.publish_calendar:
        problems.append(
            "rota: it was never published. Look at `moodle-bridge rota publish"
            " --dry-run` and publish it once by hand; from then on it goes by itself."
        )
        return
    if not _is_due(bridge, before):
        return
    try:
        publishing = Publishing(bridge, weeks=wanted.publish_weeks)
        if wanted.publish_calendar:
            publishing.to_calendars(engine)
        elif not engine.dry_run:
            _note(bridge, went_well=True)
        if wanted.publish_folder is not None:
            publishing.to_files(wanted.publish_folder, dry_run=engine.dry_run)
    except (RemoteError, GuardTripped, ConfigError) as error:
        problems.append(masked(_told(error)))
        if isinstance(error, RemoteError) and not isinstance(error, Permanent):
            # What was begun is gone on with in the next run.
            engine.report.unreachable.append(masked(_told(error)))
        elif not engine.dry_run:
            _note(bridge, went_well=False)


def _told(error: BridgeError) -> str:
    return f"rota, publishing: {error} {error.advice}".rstrip()


def _last(bridge: Bridge) -> tuple[datetime, bool] | None:
    """Return when it was last published and whether that went well; None: never."""
    with bridge.ledger.reading() as transaction:
        kept = transaction.cursors.get(_AT)
    if kept is None:
        return None
    return datetime.fromisoformat(kept.removesuffix(_REFUSED)), (
        not kept.endswith(_REFUSED)
    )


def _note(bridge: Bridge, *, went_well: bool) -> None:
    with bridge.ledger.writing() as transaction:
        now = transaction.clock().isoformat()
        transaction.cursors.move(_AT, now if went_well else now + _REFUSED)


def _is_due(bridge: Bridge, before: tuple[datetime, bool] | None) -> bool:
    if before is None:
        return True
    now, (last, went_well) = bridge.clock(), before
    if not went_well:
        return now - last >= _AFTER_REFUSAL
    with bridge.ledger.reading() as transaction:
        if any(
            transaction.intents.with_state(state, job=JOB)
            for state in (IntentState.PLANNED, IntentState.SENDING)
        ):
            return True
    wanted = bridge.settings.rota
    if isinstance(wanted.publish, bool):
        return now - last >= _FOLLOWS_EVERY
    return wanted.publish.last(now, wanted.zone) > last


def _sources_are_known(bridge: Bridge) -> None:
    """Refuse to take out what a source that was never read may hold."""
    for state in bridge.rota.states():
        if state.problem and state.read_at is None:
            raise Permanent(
                f"{state.name} was never read ({state.problem}), so that its shifts"
                " would be missing",
                item="rota publish",
                advice="Let the source be read once, or take it out of bridge.toml."
                " Nothing was changed.",
            )


def _no_circle(bridge: Bridge) -> None:
    """Refuse to publish to where the rota is read from."""
    for choice in bridge.settings.rota.sources:
        if choice.plugin == _CALENDAR and not getattr(choice.settings, "only", ""):
            raise ConfigError(
                "the rota is read from all events of a Moodle calendar, so what is"
                " published there would be read as shifts",
                item="[[rota.source]]",
                advice='Give that source `only = "Watch:"`, or publish files alone'
                " with `publish_calendar = false` in [rota].",
            )


def _write(target: Path, content: bytes) -> None:
    """Write a file whole: who reads it meanwhile gets the old one or the new one."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_file() and _same(target.read_bytes(), content):
            return
        number, name = tempfile.mkstemp(dir=target.parent, prefix=".rota-")
        try:
            with os.fdopen(number, "wb") as file:
                file.write(content)
            path = Path(name)
            path.chmod(0o644)
            path.replace(target)
        except OSError:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise ConfigError(
            f"it cannot be written ({error.strerror or error})",
            item=str(target),
            advice="Name a folder where files may be written.",
        ) from error


def _same(before: bytes, after: bytes) -> bool:
    """Say whether two calendars differ at most in when they were made."""
    return _STAMP.sub(b"", before) == _STAMP.sub(b"", after)
