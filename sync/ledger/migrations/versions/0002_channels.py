"""Channels"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the ledger to this version."""
    op.create_table(
        "address",
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("updated_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("address"),
    )
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.create_index("address_user", ["user_id"], unique=False)

    op.create_table(
        "bounce",
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("last_at", sa.String(32), nullable=False),
        sa.Column("scored_at", sa.String(32), nullable=True),
        sa.Column("since", sa.String(32), nullable=True),
        sa.Column("tried_at", sa.String(32), nullable=True),
        sa.Column("told_at", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("address"),
    )
    op.create_table(
        "channel",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("every", sa.String(length=10), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=5), nullable=False),
        sa.Column("paused_until", sa.String(32), nullable=True),
        sa.Column("budget", sa.BigInteger(), nullable=True),
        sa.Column("picture_limit", sa.BigInteger(), nullable=True),
        sa.Column("since", sa.String(32), nullable=True),
        sa.Column("chosen_by", sa.String(length=20), nullable=False),
        sa.Column("updated_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "delivered",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pair", sa.String(length=100), nullable=False),
        sa.Column("post_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=True),
        sa.Column("shown", sa.String(length=10), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "pair", "post_id"),
    )
    with op.batch_alter_table("delivered", schema=None) as batch_op:
        batch_op.create_index("delivered_post", ["pair", "post_id"], unique=False)
        batch_op.create_index("delivered_shown", ["shown"], unique=False)

    op.create_table(
        "gathering",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.String(32), nullable=False),
        sa.Column("served_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "issue",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("left_out", sa.Text(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("planned_at", sa.String(32), nullable=False),
        sa.Column("sent_at", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("issue", schema=None) as batch_op:
        batch_op.create_index("issue_message_id", ["message_id"], unique=False)
        batch_op.create_index("issue_user", ["user_id", "planned_at"], unique=False)

    op.create_table(
        "part",
        sa.Column("inbound_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item", sa.Integer(), nullable=True),
        sa.Column("pair", sa.String(length=100), nullable=True),
        sa.Column("parent_post_id", sa.BigInteger(), nullable=True),
        sa.Column("discussion_id", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("inbound_id", "position"),
    )
    op.create_table(
        "question",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("inbound_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.String(32), nullable=False),
        sa.Column("answered_at", sa.String(32), nullable=True),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "spent",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "key"),
    )
    with op.batch_alter_table("spent", schema=None) as batch_op:
        batch_op.create_index("spent_day", ["user_id", "day"], unique=False)

    op.create_table(
        "token",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.String(32), nullable=True),
        sa.Column("updated_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "told",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "what"),
    )
    op.create_table(
        "wording",
        sa.Column("pair", sa.String(length=100), nullable=False),
        sa.Column("post_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("pair", "post_id"),
    )
    with op.batch_alter_table("intent", schema=None) as batch_op:
        batch_op.add_column(sa.Column("listed_at", sa.String(32), nullable=True))
    with op.batch_alter_table("inbound", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("authenticity", sa.Text(), server_default="{}", nullable=False)
        )
