"""What was seen, sent and done."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from sync.ledger.schema.columns import Json, Moment, Packed, Serial, Words, metadata

cursor = Table(
    "cursor",
    metadata,
    Column("name", Words, primary_key=True),
    Column("value", Words, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

discussion = Table(
    "discussion",
    metadata,
    Column("pair", String(100), primary_key=True),
    Column("discussion_id", BigInteger, primary_key=True, autoincrement=False),
    Column("forum_id", BigInteger, nullable=False),
    Column("first_post_id", BigInteger, nullable=False),
    Column("name", Words, nullable=False),
    Column("group_id", BigInteger),
    Column("author_id", BigInteger),
    Column("created_at", Moment, nullable=False),
    Column("active_at", Moment, nullable=False),
    Column("time_start", Moment),
    Column("time_end", Moment),
    Column("listed_at", Moment, nullable=False),
    Column("checked_at", Moment, nullable=False),
    Index("discussion_checked", "pair", "checked_at"),
)

link = Table(
    "link",
    metadata,
    Column("pair", String(100), primary_key=True),
    Column("post_id", BigInteger, primary_key=True, autoincrement=False),
    Column("discussion_id", BigInteger, nullable=False),
    Column("forum_id", BigInteger, nullable=False),
    Column("parent_post_id", BigInteger),
    Column("message_id", Words, nullable=False),
    Column("origin", String(10), nullable=False),
    Column("via_list", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", Words, nullable=False),
    Column("author_user_id", BigInteger),
    Column("author_name", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("settled_at", Moment),
    Column("edited_at", Moment),
    Column("gone_at", Moment),
    Index("link_message_id", "message_id"),
    Index("link_due", "pair", "state", "due_at"),
    Index("link_discussion", "pair", "discussion_id"),
)

intent = Table(
    "intent",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("key", String(200), nullable=False),
    Column("job", String(40), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("source", String(200), nullable=False),
    Column("stream", String(200), nullable=False),
    Column("state", String(12), nullable=False),
    Column("summary", Words, nullable=False),
    Column("details", Json, nullable=False),
    Column("result", Json, nullable=False),
    Column("reason", Words, nullable=False),
    Column("advice", Words, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Moment),
    # What a copy of a mail that came back carries, and when it was seen.
    Column("receipt", String(64)),
    Column("receipt_at", Moment),
    # When a mailing list gave its copy back, so that it surely went out to all.
    Column("listed_at", Moment),
    Column("marker", String(64)),
    Column("planned_at", Moment, nullable=False),
    Column("sending_at", Moment),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("key", name="intent_key"),
    Index("intent_state", "job", "state"),
    Index("intent_source", "source"),
    Index("intent_receipt", "receipt"),
    Index("intent_marker", "marker"),
)

inbound = Table(
    "inbound",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("key", String(200), nullable=False),
    Column("message_id", Words),
    Column("mailbox", Words, nullable=False),
    Column("raw", Packed),
    Column("size", BigInteger, nullable=False),
    Column("envelope_recipient", Words),
    Column("envelope_sender", Words),
    Column("received_at", Moment, nullable=False),
    Column("sender", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("copies", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("rule", String(60), nullable=False),
    Column("reason", String(60), nullable=False),
    Column("advice", Words, nullable=False),
    Column("detail", Words, nullable=False),
    Column("pair", String(100)),
    Column("user_id", BigInteger),
    Column("post_id", BigInteger),
    Column("cut", Words, nullable=False),
    Column("released", Integer, nullable=False),
    # What was found out when it came; keys and addresses change later.
    Column("authenticity", Json, nullable=False, server_default="{}"),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("key", name="inbound_key"),
    Index("inbound_message_id", "message_id"),
    Index("inbound_state", "state"),
)

# The words that went out for a post: what an answer may quote.
wording = Table(
    "wording",
    metadata,
    Column("pair", String(100), primary_key=True),
    Column("post_id", BigInteger, primary_key=True, autoincrement=False),
    Column("text", Packed, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

# The several answers in one mail that answers a digest.
part = Table(
    "part",
    metadata,
    Column("inbound_id", BigInteger, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("item", Integer),
    Column("pair", String(100)),
    Column("parent_post_id", BigInteger),
    Column("discussion_id", BigInteger),
    Column("subject", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", String(60), nullable=False),
    Column("post_id", BigInteger),
    Column("updated_at", Moment, nullable=False),
)
