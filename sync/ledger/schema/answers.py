"""What was said, which questions wait, and who was told of them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    String,
    Table,
)

from sync.ledger.schema.columns import Moment, Words, metadata

# What was said by whom, in whichever world: origins, never copies.
utterance = Table(
    "utterance",
    metadata,
    Column("pair", String(100), primary_key=True),
    Column("post_id", BigInteger, primary_key=True, autoincrement=False),
    Column("discussion_id", BigInteger, nullable=False),
    Column("forum_id", BigInteger, nullable=False),
    Column("parent_post_id", BigInteger),
    Column("author_id", BigInteger),
    Column("facilitator", Integer, nullable=False),
    Column("medium", String(10), nullable=False),
    Column("at", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("subject", Words, nullable=False),
    # What the text is: asks, thanks, or empty; and how long. The text is not kept.
    Column("tone", String(10), nullable=False),
    Column("asks_since", Moment),
    Column("words", Integer, nullable=False),
    Column("private", Integer, nullable=False),
    Column("automatic", Integer, nullable=False),
    Column("group_id", BigInteger),
    Column("edited_at", Moment),
    Column("deleted_at", Moment),
    Column("seen_at", Moment, nullable=False),
    Index("utterance_at", "pair", "at"),
    Index("utterance_discussion", "pair", "discussion_id"),
)

# Each question and how it stands, under one definition.
wait = Table(
    "wait",
    metadata,
    Column("definition", String(60), primary_key=True),
    Column("pair", String(100), primary_key=True),
    Column("post_id", BigInteger, primary_key=True, autoincrement=False),
    Column("discussion_id", BigInteger, nullable=False),
    Column("forum_id", BigInteger, nullable=False),
    Column("group_id", BigInteger),
    Column("asker_id", BigInteger, nullable=False),
    Column("medium", String(10), nullable=False),
    Column("began", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("state", String(12), nullable=False),
    Column("why", String(60), nullable=False),
    Column("first_answer", Moment),
    Column("first_answer_post", BigInteger),
    Column("facilitator_answer", Moment),
    Column("facilitator_answer_post", BigInteger),
    Column("answered_by", BigInteger),
    Column("ended", Moment),
    # Known before the bridge watched: it is counted and never alerted.
    Column("history", Integer, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("wait_state", "definition", "state", "began"),
    Index("wait_discussion", "pair", "discussion_id"),
)

# What a facilitator said of a post: needs an answer, or none.
mark = Table(
    "mark",
    metadata,
    Column("pair", String(100), primary_key=True),
    Column("post_id", BigInteger, primary_key=True, autoincrement=False),
    Column("mark", String(20), nullable=False),
    Column("by", Words, nullable=False),
    Column("source", String(20), nullable=False),
    Column("at", Moment, nullable=False),
)

# Who is on a question; advice to the others, and it runs out.
claim = Table(
    "claim",
    metadata,
    Column("pair", String(100), primary_key=True),
    Column("post_id", BigInteger, primary_key=True, autoincrement=False),
    Column("person", String(100), nullable=False),
    Column("source", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)

# One question, one person, one step, one channel: once.
alert = Table(
    "alert",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("pair", String(100), nullable=False),
    Column("post_id", BigInteger, nullable=False),
    Column("person", String(100), nullable=False),
    Column("step", Integer, nullable=False),
    Column("channel", String(60), nullable=False),
    Column("message", String(200), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", Words, nullable=False),
    Column("sent_at", Moment),
    Column("updated_at", Moment, nullable=False),
    Index("alert_question", "pair", "post_id"),
    Index("alert_person", "person", "sent_at"),
)
