"""Keep what the provider tells of each mail, what people decide about it, and its wish for rest.

A suppressed mailbox is known from now on by one digest however it is written: without what stands
behind a plus, and with its domain in ASCII.
"""

import contextlib
import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_REASONS = ("opted_out", "bounced", "complained", "added_by_person")
_FLAGS = ("bounced_at", "dropped_at", "complained_at", "opted_out_at")
_ALL_MAIL = sa.table(
    "suppression",
    sa.column("id", sa.Integer),
    sa.column("address", sa.String),
    sa.column("address_digest", sa.String),
    sa.column("reason", sa.String),
)


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _allow_reasons(reasons: tuple[str, ...]) -> None:
    with op.batch_alter_table("suppression") as batch:
        batch.drop_constraint(op.f("ck_suppression_suppressionreason"), type_="check")
    with op.batch_alter_table("suppression") as batch:
        batch.create_check_constraint(
            op.f("ck_suppression_suppressionreason"), sa.column("reason").in_(reasons)
        )


def upgrade() -> None:
    _lease_and_flags()
    _settlements_and_receipts()
    _allow_reasons((*_REASONS, "erased"))
    _digest_anew()


def _lease_and_flags() -> None:
    with op.batch_alter_table("message") as batch:
        batch.add_column(
            sa.Column("receipts_heard", sa.Integer(), nullable=False, server_default="0")
        )
        for flag in _FLAGS:
            batch.add_column(sa.Column(flag, sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("message") as batch:
        batch.alter_column("receipts_heard", server_default=None)
    op.create_index(op.f("ix_message_to_address_id"), "message", ["to_address", "id"])
    op.create_index(
        op.f("ix_message_lease_until_at"),
        "message",
        ["lease_until_at"],
        sqlite_where=sa.text("lease_until_at IS NOT NULL"),
        postgresql_where=sa.text("lease_until_at IS NOT NULL"),
    )


def _settlements_and_receipts() -> None:
    op.create_table(
        "settlement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind", _one_of("settlementkind", "send_again", "count_as_sent", "drop"), nullable=False
        ),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("after_attempts", sa.Integer(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_settlement_message_id_message")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
    )
    op.create_index(op.f("ix_settlement_message_id_id"), "settlement", ["message_id", "id"])
    op.create_table(
        "receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column(
            "kind",
            _one_of(
                "receiptkind",
                "processed", "deferred", "delivered", "seen", "bounced", "blocked", "dropped",
                "complained", "opted_out", "other", "unreadable",
            ),
            nullable=False,
        ),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("attempt_id", sa.String(length=32), nullable=True),
        sa.Column("address_digest", sa.String(length=64), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_receipt_message_id_message")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("digest", name=op.f("uq_receipt_digest")),
    )  # fmt: skip
    op.create_index(op.f("ix_receipt_message_id_id"), "receipt", ["message_id", "id"])
    op.create_index(
        op.f("ix_receipt_address_digest_kind_happened_at"),
        "receipt",
        ["address_digest", "kind", "happened_at"],
    )
    op.create_index(op.f("ix_receipt_received_at"), "receipt", ["received_at"])
    op.create_table(
        "queue_pause",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_queue_pause_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_pause")),
    )


def _digest_anew() -> None:
    """Bring the digests kept so far to the new rule; of two that become one, the older stays."""
    connection = op.get_bind()
    rows = connection.execute(sa.select(_ALL_MAIL).order_by(_ALL_MAIL.c.id.desc())).all()
    kept = {(_digest(row.address) if row.address else row.address_digest): row.id for row in rows}
    # What goes is gone before its digest is given to another.
    connection.execute(sa.delete(_ALL_MAIL).where(_ALL_MAIL.c.id.not_in(kept.values())))
    for digest, number in kept.items():
        its_own = _ALL_MAIL.c.id == number
        connection.execute(sa.update(_ALL_MAIL).where(its_own).values(address_digest=digest))


def _digest(address: str) -> str:
    local, _, domain = address.strip().lower().rpartition("@")
    mailbox = local.partition("+")[0] or local
    with contextlib.suppress(UnicodeError):
        domain = domain.encode("idna").decode()
    return hashlib.sha256(f"{mailbox}@{domain}".encode()).hexdigest()


def downgrade() -> None:
    op.execute("DELETE FROM suppression WHERE reason = 'erased'")
    _allow_reasons(_REASONS)
    op.drop_table("queue_pause")
    op.drop_table("receipt")
    op.drop_table("settlement")
    op.drop_index(op.f("ix_message_lease_until_at"), table_name="message")
    op.drop_index(op.f("ix_message_to_address_id"), table_name="message")
    with op.batch_alter_table("message") as batch:
        for flag in reversed(_FLAGS):
            batch.drop_column(flag)
        batch.drop_column("receipts_heard")
