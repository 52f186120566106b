"""Opens the file of a ledger that is kept by SQLite."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from tenacity import (
    retry,
    retry_if_exception_message,
    stop_after_delay,
    wait_random,
)

_BUSY_SECONDS = 20


def is_sqlite(url: URL) -> bool:
    """Say whether a ledger is kept by SQLite."""
    return url.get_backend_name() == "sqlite"


def sqlite_engine(url: URL) -> Engine:
    """Return the engine of a SQLite ledger; its file is made where there is none.

    What is committed is on the disk; a writer waits for another for up to 20 seconds,
    a reader for nobody. Raises OSError when the file cannot be made.
    """
    if url.database and url.database != ":memory:":
        # Made here, so that it is never readable by others, not even for a moment;
        # SQLite gives its -wal and -shm files the mode of the database.
        path = Path(url.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # The driver's own idea of when a transaction begins is switched off: it
        # begins them late, and then two writers can deadlock.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("moodle_bridge_reads")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


@retry(
    # SQLite does not wait for another here, whatever the timeout says: two that open
    # a new file at once would each hold what the other wants.
    retry=retry_if_exception_message(match=".*locked"),
    stop=stop_after_delay(_BUSY_SECONDS),
    wait=wait_random(0.005, 0.05),
    reraise=True,
)
def _write_ahead(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
