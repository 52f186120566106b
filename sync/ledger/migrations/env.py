"""Runs the migrations on the connection that the ledger hands over."""

from __future__ import annotations

from alembic import context

from sync.ledger.schema import metadata

with context.config.attributes["connection"].begin():
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        # SQLite changes a table only by copying it.
        render_as_batch=True,
    )
    context.run_migrations()
