"""Who was there, and what reports are made of."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    String,
    Table,
)

from sync.ledger.schema.columns import Json, Moment, Words, metadata

# Who was enrolled when, and as what; roles as they were then.
presence = Table(
    "presence",
    metadata,
    Column("course_id", BigInteger, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("since", Moment, primary_key=True),
    Column("until", Moment),
    Column("facilitator", Integer, nullable=False),
    Column("group_ids", Json, nullable=False),
)

# How often anything of a day (of UTC) changed: what was said, or asked, on it.
touched = Table(
    "touched",
    metadata,
    Column("pair", String(100), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("changes", Integer, nullable=False),
)

# What a week adds to reports, as long as its days are not touched: `marks` says so.
report_part = Table(
    "report_part",
    metadata,
    Column("basis", String(64), primary_key=True),
    Column("week", String(10), primary_key=True),
    Column("marks", Words, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("made_at", Moment, nullable=False),
)

# What each report sink wrote last.
report_written = Table(
    "report_written",
    metadata,
    Column("sink", String(100), primary_key=True),
    Column("target", Words, nullable=False),
    Column("fingerprints", Json, nullable=False),
    Column("written_at", Moment, nullable=False),
    Column("problem", Words, nullable=False),
)
