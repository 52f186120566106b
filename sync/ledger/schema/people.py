"""People, their addresses and how mail reaches them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
)

from sync.ledger.schema.columns import Json, Moment, Packed, Serial, Words, metadata

person = Table(
    "person",
    metadata,
    Column("course_id", BigInteger, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("username", Words, nullable=False),
    Column("fullname", Words, nullable=False),
    Column("addresses", Json, nullable=False),
    Column("language", Words),
    Column("timezone", Words),
    Column("country", Words),
    Column("idnumber", Words),
    Column("group_ids", Json, nullable=False),
    Column("facilitator", Integer, nullable=False),
    Column("suspended", Integer, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

contact = Table(
    "contact",
    metadata,
    Column("address", String(320), primary_key=True),
    Column("noticed_at", Moment),
    Column("notices", Integer, nullable=False),
)

# How each person takes part, by Moodle's user id; who is not here never chose.
channel = Table(
    "channel",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(10), nullable=False),
    Column("every", String(10), nullable=False),
    Column("weekday", Integer, nullable=False),
    Column("at", String(5), nullable=False),
    Column("paused_until", Moment),
    Column("budget", BigInteger),
    Column("picture_limit", BigInteger),
    Column("since", Moment),
    Column("chosen_by", String(20), nullable=False),
    Column("updated_at", Moment, nullable=False),
)

# For whom posts wait until their hour, and from when on; also while they are paused.
gathering = Table(
    "gathering",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("since", Moment, nullable=False),
    Column("served_at", Moment, nullable=False),
)

# One digest or bundle for one person, with its numbered items.
issue = Table(
    "issue",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("user_id", BigInteger, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("message_id", Words, nullable=False),
    Column("items", Json, nullable=False),
    Column("left_out", Json, nullable=False),
    Column("text", Packed),
    Column("planned_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Index("issue_message_id", "message_id"),
    Index("issue_user", "user_id", "planned_at"),
)

# Which post somebody has had in a digest or bundle: in full, or only by name.
delivered = Table(
    "delivered",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("pair", String(100), primary_key=True),
    Column("post_id", BigInteger, primary_key=True, autoincrement=False),
    Column("issue_id", BigInteger),
    Column("shown", String(10), nullable=False),
    Column("at", Moment, nullable=False),
    Index("delivered_post", "pair", "post_id"),
    Index("delivered_shown", "shown"),
)

# Bytes mailed to a person, by their own day; `key` is that of the intent.
spent = Table(
    "spent",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("key", String(200), primary_key=True),
    Column("day", String(10), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Index("spent_day", "user_id", "day"),
)

# Further addresses of a person; Moodle knows only the first.
address = Table(
    "address",
    metadata,
    Column("address", String(320), primary_key=True),
    Column("shown", Words, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("source", String(20), nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("address_user", "user_id"),
)

# What the owner of an address was asked, once, and what they said.
question = Table(
    "question",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("address", Words, nullable=False),
    Column("inbound_id", BigInteger),
    Column("asked_at", Moment, nullable=False),
    Column("answered_at", Moment),
    Column("answer", String(10), nullable=False),
)

# Whether mail to an address still arrives, scored by delivery reports.
bounce = Table(
    "bounce",
    metadata,
    Column("address", String(320), primary_key=True),
    Column("score", Float, nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", Words, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("scored_at", Moment),
    Column("since", Moment),
    Column("tried_at", Moment),
    Column("told_at", Moment),
)

# Web service tokens of participants, sealed with a key that is not here.
token = Table(
    "token",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("source", String(20), nullable=False),
    Column("state", String(12), nullable=False),
    Column("problem", Words, nullable=False),
    Column("checked_at", Moment),
    Column("updated_at", Moment, nullable=False),
)

# What a person is told once and never again.
told = Table(
    "told",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("what", String(60), primary_key=True),
    Column("at", Moment, nullable=False),
)
