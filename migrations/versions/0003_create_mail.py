"""Keep the outbox, its attempts, and the addresses never to mail."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("to_address", sa.String(length=320), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("send_after_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "claimed",
                "accepted",
                "deferred",
                "delivered",
                "failed",
                "uncertain",
                "cancelled",
                name="messagestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("state_reason", sa.String(length=300), nullable=False),
        sa.Column("state_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts_made", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'cancelled' OR state_reason <> ''",
            name=op.f("ck_message_cancelled_has_reason"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("key", name=op.f("uq_message_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_message_public_id")),
    )
    op.create_index(
        op.f("ix_message_kind_subject_id"), "message", ["kind", "subject_id"], unique=False
    )
    op.create_index(
        op.f("ix_message_state_send_after_at_id"),
        "message",
        ["state", "send_after_at", "id"],
        unique=False,
    )
    op.create_table(
        "queue_stop",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_queue_stop_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_stop")),
    )
    op.create_table(
        "suppression",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address_digest", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=True),
        sa.Column(
            "reason",
            sa.Enum(
                "opted_out",
                "bounced",
                "complained",
                "added_by_person",
                name="suppressionreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("suppressed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
        sa.UniqueConstraint("address_digest", name=op.f("uq_suppression_address_digest")),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "accepted",
                "try_later",
                "never_send",
                "may_have_been_sent",
                "queue_stopped",
                "not_wanted",
                name="attemptoutcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("provider_message_id", sa.String(length=200), nullable=True),
        sa.Column("status_code", sa.Integer(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(outcome IS NULL) = (finished_at IS NULL)",
            name=op.f("ck_attempt_outcome_set_when_finished"),
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_attempt_message_id_message")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_attempt_attempt_id")),
    )
    op.create_index(op.f("ix_attempt_message_id_id"), "attempt", ["message_id", "id"], unique=False)
    op.create_index(
        op.f("ix_attempt_provider_message_id"), "attempt", ["provider_message_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_attempt_provider_message_id"), table_name="attempt")
    op.drop_index(op.f("ix_attempt_message_id_id"), table_name="attempt")
    op.drop_table("attempt")
    op.drop_table("suppression")
    op.drop_table("queue_stop")
    op.drop_index(op.f("ix_message_state_send_after_at_id"), table_name="message")
    op.drop_index(op.f("ix_message_kind_subject_id"), table_name="message")
    op.drop_table("message")
