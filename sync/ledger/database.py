"""Opens the ledger, brings it up to date, and gives transactions on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    NotSupportedError,
    ProgrammingError,
)

from moodle_bridge.errors import LedgerError
from moodle_bridge.runtime import Clock, utc_now
from sync.ledger.addresses import Addresses
from sync.ledger.alerts import Alerts, Claims
from sync.ledger.bounces import Bounces
from sync.ledger.calendar_events import CalendarEvents
from sync.ledger.channels import Channels, Gatherings
from sync.ledger.cursors import Cursors
from sync.ledger.decisions import Decisions
from sync.ledger.deeds import Deeds
from sync.ledger.discussions import Discussions
from sync.ledger.entries import Entries
from sync.ledger.faults import unusable
from sync.ledger.inbound import Inbox
from sync.ledger.intents import Intents
from sync.ledger.issues import Deliveries, Issues, Spending
from sync.ledger.leases import Leases
from sync.ledger.links import Links
from sync.ledger.participants import Participants
from sync.ledger.parts import Parts
from sync.ledger.people import Contacts, People
from sync.ledger.plans import Plans
from sync.ledger.presence import Presences
from sync.ledger.questions import Questions
from sync.ledger.reports import Reports
from sync.ledger.retention import Retention
from sync.ledger.revisions import bring_up_to_date
from sync.ledger.runs import Runs
from sync.ledger.shifts import Layers, RotaReadings, Shifts
from sync.ledger.sqlite_files import is_sqlite, sqlite_engine
from sync.ledger.tokens import Tokens
from sync.ledger.told import Told
from sync.ledger.waits import Marks, Utterances, Waits
from sync.ledger.wordings import Wordings

# What the database says of our own statements is our fault, not that of its state.
_OUR_FAULT = (DataError, IntegrityError, ProgrammingError, NotSupportedError)


class Transaction:
    """One transaction and what can be asked and written in it."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self.connection = connection
        self.clock = clock

    @cached_property
    def retention(self) -> Retention:
        """What is let go of when its time is over."""
        return Retention(self.connection)

    @cached_property
    def cursors(self) -> Cursors:
        """How far each source was read."""
        return Cursors(self.connection, self.clock)

    @cached_property
    def discussions(self) -> Discussions:
        """The discussions that a pair knows."""
        return Discussions(self.connection, self.clock)

    @cached_property
    def links(self) -> Links:
        """Which post is which mail."""
        return Links(self.connection, self.clock)

    @cached_property
    def intents(self) -> Intents:
        """What is meant, and what came of it."""
        return Intents(self.connection, self.clock)

    @cached_property
    def inbound(self) -> Inbox:
        """Every mail as it came."""
        return Inbox(self.connection, self.clock)

    @cached_property
    def people(self) -> People:
        """Who is in which course."""
        return People(self.connection, self.clock)

    @cached_property
    def presences(self) -> Presences:
        """Who is or was in which course, and as what."""
        return Presences(self.connection, self.clock)

    @cached_property
    def contacts(self) -> Contacts:
        """When an address was last written to on the bridge's own account."""
        return Contacts(self.connection, self.clock)

    @cached_property
    def channels(self) -> Channels:
        """How each person takes part."""
        return Channels(self.connection, self.clock)

    @cached_property
    def gatherings(self) -> Gatherings:
        """For whom posts wait until their hour."""
        return Gatherings(self.connection, self.clock)

    @cached_property
    def issues(self) -> Issues:
        """The digests and bundles."""
        return Issues(self.connection, self.clock)

    @cached_property
    def delivered(self) -> Deliveries:
        """Which post somebody has had in a digest or bundle."""
        return Deliveries(self.connection, self.clock)

    @cached_property
    def spent(self) -> Spending:
        """How many bytes went to each person on which day."""
        return Spending(self.connection, self.clock)

    @cached_property
    def wordings(self) -> Wordings:
        """What was mailed of each post."""
        return Wordings(self.connection, self.clock)

    @cached_property
    def addresses(self) -> Addresses:
        """Further addresses of people."""
        return Addresses(self.connection, self.clock)

    @cached_property
    def questions(self) -> Questions:
        """What owners of addresses were asked."""
        return Questions(self.connection, self.clock)

    @cached_property
    def bounces(self) -> Bounces:
        """Whether mail to an address still arrives."""
        return Bounces(self.connection, self.clock)

    @cached_property
    def parts(self) -> Parts:
        """The several answers in mails that answer digests."""
        return Parts(self.connection, self.clock)

    @cached_property
    def entries(self) -> Entries:
        """The entries of intake forms."""
        return Entries(self.connection, self.clock)

    @cached_property
    def shifts(self) -> Shifts:
        """Who was on duty."""
        return Shifts(self.connection, self.clock)

    @cached_property
    def layers(self) -> Layers:
        """Absences, swaps and overrides of the rota."""
        return Layers(self.connection, self.clock)

    @cached_property
    def calendar_events(self) -> CalendarEvents:
        """The events that the bridge put into calendars."""
        return CalendarEvents(self.connection, self.clock)

    @cached_property
    def rota_readings(self) -> RotaReadings:
        """What each source of the rota said last."""
        return RotaReadings(self.connection, self.clock)

    @cached_property
    def utterances(self) -> Utterances:
        """What was said by whom."""
        return Utterances(self.connection, self.clock)

    @cached_property
    def marks(self) -> Marks:
        """What facilitators said of posts."""
        return Marks(self.connection, self.clock)

    @cached_property
    def waits(self) -> Waits:
        """Which questions wait, and which were answered."""
        return Waits(self.connection, self.clock)

    @cached_property
    def alerts(self) -> Alerts:
        """What facilitators were told of questions that wait."""
        return Alerts(self.connection, self.clock)

    @cached_property
    def claims(self) -> Claims:
        """Who is on which question."""
        return Claims(self.connection, self.clock)

    @cached_property
    def reports(self) -> Reports:
        """What each report sink wrote last."""
        return Reports(self.connection, self.clock)

    @cached_property
    def leases(self) -> Leases:
        """Who does which job just now."""
        return Leases(self.connection, self.clock)

    @cached_property
    def runs(self) -> Runs:
        """What was run, and how it ended."""
        return Runs(self.connection, self.clock)

    @cached_property
    def told(self) -> Told:
        """What people are told once."""
        return Told(self.connection, self.clock)

    @cached_property
    def deeds(self) -> Deeds:
        """What was done of plans of enrolment."""
        return Deeds(self.connection, self.clock)

    @cached_property
    def tokens(self) -> Tokens:
        """Tokens of participants, sealed."""
        return Tokens(self.connection, self.clock)

    @cached_property
    def participants(self) -> Participants:
        """Who takes part, over all forms."""
        return Participants(self.connection, self.clock)

    @cached_property
    def decisions(self) -> Decisions:
        """What was decided about entries that were held."""
        return Decisions(self.connection, self.clock)

    @cached_property
    def plans(self) -> Plans:
        """Plans of enrolment."""
        return Plans(self.connection, self.clock)


class Ledger:
    """The memory of one bridge; open it with `Ledger.open`."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self.clock = clock

    @classmethod
    def open(cls, url: str, *, clock: Clock = utc_now) -> Ledger:
        """Open the ledger at a SQLAlchemy URL, made or brought up to date if need be.

        A SQLite file is made with mode 0600. Raises LedgerError when it cannot be
        opened or written, or was written by a newer version. May be repeated.
        """
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise LedgerError(
                "this is not a database address",
                item="[ledger].url",
                advice="Write it as sqlite:///path or postgresql+psycopg://user@host/db.",
            ) from None
        item = parsed.render_as_string(hide_password=True)
        try:
            engine = (
                sqlite_engine(parsed) if is_sqlite(parsed) else create_engine(parsed)
            )
            ledger = cls(engine, clock)
            with ExitStack() as undone:
                undone.callback(engine.dispose)
                bring_up_to_date(engine, item)
                undone.pop_all()
        except (OSError, DBAPIError) as error:
            raise unusable(error, item) from error
        except (ImportError, NoSuchModuleError) as error:
            raise LedgerError(
                f"the driver for this database is not installed ({error})",
                item=item,
                advice="For PostgreSQL, install moodle-bridge[postgres].",
            ) from error
        return ledger

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Give a transaction that is committed at the end, or not at all.

        Raises LedgerError when the database cannot write (disk full, locked).
        """
        with self._faults_told(), self._engine.begin() as connection:
            yield Transaction(connection, self.clock)

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Give a transaction that only reads, and never waits for a writer."""
        with (
            self._faults_told(),
            self._engine.connect().execution_options(
                moodle_bridge_reads=True
            ) as connection,
        ):
            yield Transaction(connection, self.clock)

    def close(self) -> None:
        """Let go of the database; may be repeated."""
        self._engine.dispose()

    @contextmanager
    def _faults_told(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            if isinstance(error, _OUR_FAULT):
                raise
            raise unusable(error, str(self._engine.url.database)) from error
