"""Entries of intake forms, and plans of enrolment."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    String,
    Table,
)

from sync.ledger.schema.columns import Json, Moment, Packed, Words, metadata

# The bridge's own knowledge of a person, over all forms and addresses.
participant = Table(
    "participant",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("user_id", BigInteger),
    Column("idnumber", Words),
    Column("username", Words),
    Column("email", Words),
    # created: the bridge made the account; adopted: by decision; empty: not yet.
    Column("owned", String(12), nullable=False),
    # As the bridge last set them in Moodle; groups are by the course's short name.
    Column("fields", Json, nullable=False),
    Column("groups", Json, nullable=False, server_default="{}"),
    Column("consent_text", Words, nullable=False),
    Column("consent_at", Moment),
    Column("withdrawn_at", Moment),
    Column("welcomed_at", Moment),
    Column("forgotten_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("participant_user", "user_id"),
    Index("participant_email", "email"),
)

# Every entry of every form, as last read: only the answers that are mapped.
entry = Table(
    "entry",
    metadata,
    Column("source", String(100), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("participant_id", String(40)),
    Column("fingerprint", String(64), nullable=False),
    Column("answers", Json, nullable=False),
    Column("state", String(12), nullable=False),
    Column("submitted_at", Moment),
    Column("edited_at", Moment),
    Column("seen_at", Moment, nullable=False),
    Column("gone_at", Moment),
    Index("entry_participant", "participant_id"),
)

# The addresses that somebody had, and where each was learnt.
former_address = Table(
    "former_address",
    metadata,
    Column("participant_id", String(40), primary_key=True),
    Column("address", String(320), primary_key=True),
    Column("source", String(100), nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment),
)

# What a person decided about an entry that was held.
decision = Table(
    "decision",
    metadata,
    Column("source", String(100), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("verdict", String(20), nullable=False),
    Column("user_id", BigInteger),
    Column("other_key", String(200)),
    Column("reason", Words, nullable=False),
    Column("decided_at", Moment, nullable=False),
)

# What was done of a plan, with what stood there before: enough to undo it.
deed = Table(
    "deed",
    metadata,
    Column("plan", String(100), primary_key=True),
    Column("step", String(200), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("participant_id", String(40), nullable=False),
    Column("target", Words, nullable=False),
    Column("before", Json, nullable=False),
    Column("after", Json, nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", Words, nullable=False),
    Column("field", Words, nullable=False),
    Column("done_at", Moment, nullable=False),
    Column("undone_at", Moment),
    Index("deed_participant", "participant_id"),
)

# Plans that were made, applied, undone.
enrolment_plan = Table(
    "enrolment_plan",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("content", Packed, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", Words, nullable=False),
    Column("applied_at", Moment),
    Column("ended_at", Moment),
    Column("undone_at", Moment),
    Column("told_at", Moment),
)
