from __future__ import annotations

import errno
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Timer

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, OperationalError

from moodle_bridge.errors import LedgerError
from sync.ledger import Ledger, migrations, sqlite_files
from sync.ledger.intents import IntentState
from sync.ledger.revisions import known_revisions
from sync.ledger.schema import metadata

Open = Callable[[str], Ledger]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def pragma(ledger: Ledger, name: str) -> object:
    with ledger.reading() as transaction:
        return transaction.connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


def noted(ledger: Ledger, name: str) -> str | None:
    with ledger.reading() as transaction:
        return transaction.cursors.get(name)


def note(ledger: Ledger, name: str, value: str) -> None:
    with ledger.writing() as transaction:
        transaction.cursors.move(name, value)


def test_a_ledger_and_its_side_files_are_for_their_owner_alone(
    tmp_path: Path, open_ledger: Open
) -> None:
    before = os.umask(0)
    try:
        ledger = open_ledger(f"sqlite:///{tmp_path / 'deep' / 'ledger.db'}")
        note(ledger, "a", "1")
        with ledger.writing() as transaction:
            transaction.cursors.move("b", "2")
            files = sorted((tmp_path / "deep").iterdir())
    finally:
        os.umask(before)
    assert [path.name for path in files] == [
        "ledger.db",
        "ledger.db-shm",
        "ledger.db-wal",
    ]
    assert {mode(path) for path in files} == {0o600}


def test_a_committed_write_is_on_the_disk_whatever_happens_next(
    sqlite_url: str, open_ledger: Open
) -> None:
    ledger = open_ledger(sqlite_url)
    assert pragma(ledger, "journal_mode") == "wal"
    assert pragma(ledger, "synchronous") == 2
    assert pragma(ledger, "foreign_keys") == 1
    assert pragma(ledger, "busy_timeout") == 20_000


def test_the_names_of_the_migrations_tell_their_revisions_in_order() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__path__[0])))
    revisions = ScriptDirectory.from_config(config).walk_revisions()
    assert list(known_revisions()) == [one.revision for one in revisions][::-1]


def test_a_fresh_ledger_is_what_the_tables_say(ledger: Ledger) -> None:
    with ledger.reading() as transaction:
        context = MigrationContext.configure(
            transaction.connection, opts={"compare_type": True}
        )
        assert compare_metadata(context, metadata) == []


def test_a_ledger_is_opened_again_as_it_was_left(url: str, open_ledger: Open) -> None:
    note(open_ledger(url), "site", "one")
    assert noted(open_ledger(url), "site") == "one"


OPENING = "import sys; from sync.ledger import Ledger; Ledger.open(sys.argv[1]).close()"


def test_two_that_open_a_new_ledger_at_once_both_get_it(
    url: str, open_ledger: Open
) -> None:
    both = [subprocess.Popen([sys.executable, "-c", OPENING, url]) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    note(open_ledger(url), "a", "1")


def test_a_new_ledger_waits_for_another_that_is_making_it(
    sqlite_url: str, open_ledger: Open
) -> None:
    path = make_url(sqlite_url).database
    assert path is not None
    # SQLite refuses at once here, whatever the timeout: nobody may write while the
    # file changes to a write-ahead log.
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    ends = Timer(0.3, other.execute, ["COMMIT"])
    ends.start()
    note(open_ledger(sqlite_url), "a", "1")
    ends.join()
    other.close()


def test_a_ledger_of_a_newer_version_is_left_alone(url: str, open_ledger: Open) -> None:
    ledger = open_ledger(url)
    with ledger.writing() as transaction:
        transaction.connection.execute(
            text("UPDATE alembic_version SET version_num = '9999'")
        )
    with pytest.raises(LedgerError, match="newer version") as caught:
        open_ledger(url)
    assert "Install that version again" in caught.value.advice


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("no address at all", "not a database address"),
        ("oracle+nothing://host/db", "driver"),
        ("sqlite:////proc/nowhere/ledger.db", "No such file"),
    ],
)
def test_an_address_that_cannot_be_opened_is_said(address: str, said: str) -> None:
    with pytest.raises(LedgerError, match=said) as caught:
        Ledger.open(address)
    assert caught.value.advice


def test_a_file_that_is_no_ledger_is_said_and_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"these are my holiday notes, not a database" * 40)
    with pytest.raises(LedgerError, match="not a database"):
        Ledger.open(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"these are my holiday notes")


def test_a_password_in_an_address_is_never_said() -> None:
    with pytest.raises(LedgerError) as caught:
        Ledger.open("postgresql+psycopg://bridge:sesame-open@127.0.0.1:1/bridge")
    assert "sesame-open" not in f"{caught.value} {caught.value.advice}"


def test_a_full_disk_is_said_and_loses_nothing(
    sqlite_url: str, open_ledger: Open
) -> None:
    ledger = open_ledger(sqlite_url)
    note(ledger, "kept", "1")

    def shrink(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    event.listen(ledger._engine, "checkout", shrink)
    with pytest.raises(LedgerError, match="no room") as caught:
        note(ledger, "lost", "x" * 1_000_000)
    assert "Make room" in caught.value.advice
    assert noted(ledger, "lost") is None
    assert noted(ledger, "kept") == "1"


def test_a_full_disk_at_opening_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(LedgerError, match="no room"):
        Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")


def test_a_path_with_full_in_its_name_is_no_full_disk(tmp_path: Path) -> None:
    folder = tmp_path / "full"
    folder.write_text("a file where a folder should be")
    with pytest.raises(LedgerError) as caught:
        Ledger.open(f"sqlite:///{folder / 'ledger.db'}")
    assert "no room" not in str(caught.value)


def test_a_ledger_that_another_program_holds_is_said(
    sqlite_url: str,
    tmp_path: Path,
    open_ledger: Open,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sqlite_files, "_BUSY_SECONDS", 0)
    ledger = open_ledger(sqlite_url)
    other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(LedgerError, match="another program holds it"):
            note(ledger, "a", "1")
        assert noted(ledger, "a") is None
    finally:
        other.close()


def test_reading_never_waits_for_who_writes(sqlite_url: str, open_ledger: Open) -> None:
    ledger = open_ledger(sqlite_url)
    with ledger.writing() as transaction:
        transaction.cursors.move("a", "1")
        assert noted(ledger, "a") is None
    assert noted(ledger, "a") == "1"


def test_what_is_broken_off_leaves_nothing(ledger: Ledger) -> None:
    def broken_off() -> None:
        with ledger.writing() as transaction:
            transaction.cursors.move("a", "1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken_off()
    assert noted(ledger, "a") is None


def test_our_own_mistake_is_not_called_a_fault_of_the_database(ledger: Ledger) -> None:
    with pytest.raises(IntegrityError), ledger.writing() as transaction:
        transaction.connection.execute(text("INSERT INTO cursor (name) VALUES ('a')"))


def test_a_database_that_goes_away_is_told(ledger: Ledger) -> None:
    with (
        pytest.raises(LedgerError, match="went away") as caught,
        ledger.reading(),
    ):
        raise OperationalError("SELECT 1", {}, Exception("the server went away"))
    assert caught.value.item


def test_a_time_without_a_zone_is_refused(ledger: Ledger) -> None:
    with (
        pytest.raises(Exception, match="without a zone"),
        ledger.writing() as transaction,
    ):
        transaction.links.change(
            "p",
            1,
            due_at=datetime(2026, 1, 1),  # noqa: DTZ001
        )


HOSTILE = "a\x00b \ud800 c \U0001f600"


def test_what_no_database_can_keep_stops_nothing(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        transaction.cursors.move("words", HOSTILE)
        intent = transaction.intents.plan(
            key="k",
            job="j",
            kind="kind",
            source="s",
            stream="t",
            summary=HOSTILE,
            details={"text": HOSTILE},
        )
    assert noted(ledger, "words") == "a\ufffdb \ufffd c \U0001f600"
    assert intent.summary == "a\ufffdb \ufffd c \U0001f600"
    assert intent.details["text"] == "a\x00b \ufffd c \U0001f600"
    assert intent.state is IntentState.PLANNED
