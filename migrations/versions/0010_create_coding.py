"""Keep the reasons found in answers."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coded_response",
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("as_of_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_coded_response_response_id_response")
        ),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_coded_response")),
    )
    op.create_table(
        "coding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("reason_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "primary",
                "contributing",
                name="codingrole",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "direction",
            sa.Enum(
                "for_us",
                "against_us",
                name="direction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum(
                "buyer",
                "model",
                "person",
                name="codingsource",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "suggested",
                "confirmed",
                "rejected",
                name="codingstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "moment",
            sa.Enum(
                "first_contact",
                "demo",
                "trial",
                "reference_call",
                "proposal",
                "security_review",
                "negotiation",
                name="salemoment",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("question_key", sa.String(length=64), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("coded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("coded_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state = 'suggested' OR decided_at IS NOT NULL",
            name=op.f("ck_coding_decided_at_set_when_decided"),
        ),
        sa.ForeignKeyConstraint(
            ["coded_by_id"], ["staff_user.id"], name=op.f("fk_coding_coded_by_id_staff_user")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["staff_user.id"], name=op.f("fk_coding_decided_by_id_staff_user")
        ),
        sa.ForeignKeyConstraint(
            ["reason_id"], ["reason.id"], name=op.f("fk_coding_reason_id_reason")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_coding_response_id_response")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coding")),
        sa.UniqueConstraint("public_id", name=op.f("uq_coding_public_id")),
        sa.UniqueConstraint(
            "response_id",
            "reason_id",
            "direction",
            "source",
            name=op.f("uq_coding_response_id_reason_id_direction_source"),
        ),
    )
    op.create_index(
        op.f("ix_coding_reason_id_state"), "coding", ["reason_id", "state"], unique=False
    )
    op.create_index(
        "uq_coding_one_primary_per_source",
        "coding",
        ["response_id", "source"],
        unique=True,
        sqlite_where=sa.text("role = 'primary' AND state = 'confirmed'"),
        postgresql_where=sa.text("role = 'primary' AND state = 'confirmed'"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_coding_one_primary_per_source",
        table_name="coding",
        sqlite_where=sa.text("role = 'primary' AND state = 'confirmed'"),
        postgresql_where=sa.text("role = 'primary' AND state = 'confirmed'"),
    )
    op.drop_index(op.f("ix_coding_reason_id_state"), table_name="coding")
    op.drop_table("coding")
    op.drop_table("coded_response")
