"""Who was on duty, and what stands in calendars."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    String,
    Table,
)

from sync.ledger.schema.columns import Json, Moment, Words, metadata

# Who was on duty, frozen as it passed.
shift = Table(
    "shift",
    metadata,
    Column("start", Moment, primary_key=True),
    Column("person", String(100), primary_key=True),
    Column("role", String(10), primary_key=True),
    Column("end", Moment, nullable=False),
    Column("why", Words, nullable=False),
    Column("frozen_at", Moment, nullable=False),
    Index("shift_end", "end"),
)

# Up to when the history of shifts is frozen, and what each source said last.
rota_reading = Table(
    "rota_reading",
    metadata,
    Column("source", String(100), primary_key=True),
    Column("content", Json, nullable=False),
    Column("read_at", Moment, nullable=False),
    Column("failed_at", Moment),
    Column("problem", Words, nullable=False),
)

# Absences, swaps and overrides.
layer = Table(
    "layer",
    metadata,
    Column("key", String(60), primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("start", Moment, nullable=False),
    Column("end", Moment, nullable=False),
    Column("person", String(100)),
    Column("takes_over", String(100)),
    Column("role", String(10)),
    Column("state", String(12), nullable=False),
    Column("asked_by", String(100), nullable=False),
    Column("reason", Words, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("layer_end", "end"),
)

# The events that the bridge put into the Moodle calendar.
calendar_event = Table(
    "calendar_event",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("event_id", BigInteger, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
)
