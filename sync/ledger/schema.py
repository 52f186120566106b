"""The tables. Whatever changes here needs a migration beside it."""

from __future__ import annotations

import json
import re
import zlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime as ISO text, which sorts in time order everywhere."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> str | None:
        """Refuse naive datetimes: a ledger that guesses zones is worth nothing."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"a time without a zone cannot be kept: {value!r}"
            raise ValueError(msg)
        plain = value.astimezone(UTC).replace(tzinfo=None)
        return f"{plain.isoformat(timespec='microseconds')}Z"

    def process_result_value(
        self, value: str | None, dialect: Dialect
    ) -> datetime | None:
        """Give back the same moment."""
        del dialect
        return None if value is None else datetime.fromisoformat(value)


_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


class Words(TypeDecorator[str]):
    """Text of any length by anybody, also where a stranger wrote it.

    NUL and half characters, which no database keeps, become U+FFFD: a mail must not
    stop a run by what stands in its subject.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Make it text that every database keeps."""
        del dialect
        return None if value is None else _UNKEEPABLE.sub("\ufffd", value)


class Json(TypeDecorator[Any]):
    """A JSON value as text, non-ASCII kept readable for whoever looks inside."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str:
        """Write JSON; half characters as in `Words`."""
        del dialect
        text = json.dumps(value, ensure_ascii=False, sort_keys=True)
        return _UNKEEPABLE.sub("\ufffd", text)

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:
        """Read JSON."""
        del dialect
        return None if value is None else json.loads(value)


class Packed(TypeDecorator[bytes]):
    """Bytes, compressed."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Compress."""
        del dialect
        return None if value is None else zlib.compress(value, 6)

    def process_result_value(
        self, value: bytes | None, dialect: Dialect
    ) -> bytes | None:
        """Expand."""
        del dialect
        return None if value is None else zlib.decompress(value)


# 64 bits in PostgreSQL; SQLite counts up only in a column of type INTEGER.
_Serial = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData()

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
    Column("id", _Serial, primary_key=True, autoincrement=True),
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
    Column("id", _Serial, primary_key=True, autoincrement=True),
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
    Column("id", _Serial, primary_key=True, autoincrement=True),
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

run = Table(
    "run",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
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
