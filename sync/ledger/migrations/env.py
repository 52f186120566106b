"""Runs the migrations on the connection that the ledger hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import text

from sync.ledger.schema import metadata

# Any number will do, as long as every bridge takes the same.
_ONE_AT_A_TIME = 7_223_411_905

connection = context.config.attributes["connection"]
with connection.begin():
    if connection.dialect.name == "postgresql":
        # SQLite has locked itself already (BEGIN IMMEDIATE).
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME}
        )
    context.configure(
        connection=connection,
        target_metadata=metadata,
        # SQLite changes a table only by copying it.
        render_as_batch=True,
    )
    context.run_migrations()
