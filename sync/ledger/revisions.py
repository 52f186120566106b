"""Brings the tables of a ledger up to date."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from moodle_bridge.errors import LedgerError

_MIGRATIONS = Path(__file__).parent / "migrations"


@lru_cache(maxsize=1)
def known_revisions() -> tuple[str, ...]:
    """Return the revisions that this version knows, oldest first.

    By the names of the migrations: `0004_what_it_does.py` is the revision 0004. To
    load them all would cost every command a tenth of a second.
    """
    files = (_MIGRATIONS / "versions").glob("[0-9]*_*.py")
    return tuple(sorted(path.name.partition("_")[0] for path in files))


def bring_up_to_date(engine: Engine, item: str) -> None:
    """Make or change the tables as this version has them; may be repeated.

    `item` names the ledger in errors. Raises LedgerError when a newer version wrote
    it, which is then left as it is.
    """
    current = _current(engine)
    known = known_revisions()
    if current == known[-1]:
        return
    if current is not None and current not in known:
        raise LedgerError(
            f"it was written by a newer version of moodle-bridge ({current})",
            item=item,
            advice="Install that version again; this one would harm it.",
        )
    _upgrade(engine)


def _current(engine: Engine) -> str | None:
    with engine.connect().execution_options(moodle_bridge_reads=True) as connection:
        found: str | None = None
        if inspect(connection).has_table("alembic_version"):
            found = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.rollback()
    return found


def _upgrade(engine: Engine) -> None:
    # Rarely needed, and it takes a while to import.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
