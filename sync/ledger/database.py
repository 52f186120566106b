"""Opens the ledger, brings it up to date, and gives transactions on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy import Engine, create_engine
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
from sync.ledger.faults import unusable
from sync.ledger.revisions import bring_up_to_date
from sync.ledger.sqlite_files import is_sqlite, sqlite_engine
from sync.ledger.transaction import Transaction

# What the database says of our own statements is our fault, not that of its state.
_OUR_FAULT = (DataError, IntegrityError, ProgrammingError, NotSupportedError)


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
