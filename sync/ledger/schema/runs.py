"""Runs, and who may run."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Integer,
    String,
    Table,
)

from sync.ledger.schema.columns import Json, Moment, Serial, Words, metadata

run = Table(
    "run",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("command", String(200), nullable=False),
    Column("holder", String(200), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("exit_code", Integer),
    Column("counts", Json, nullable=False),
    Column("problem", Words, nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("holder", String(200), nullable=False),
    Column("host", String(200), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("expires_at", Moment, nullable=False),
)
