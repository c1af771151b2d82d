"""Keep what buyers said: drafts, answers and what stood before a change."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "response",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "counted",
                "held",
                "deleted",
                name="responsestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("hold_reasons", sa.JSON(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "web", "reply", name="channel", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "audience",
            sa.Enum(
                "people_dealt_with",
                "sender_team",
                "totals_only",
                "not_chosen",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "ended",
            sa.Enum(
                "chose_supplier",
                "kept_current",
                "in_house",
                "put_off",
                "still_deciding",
                "chose_us",
                "not_said",
                name="ended",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("may_ask_back", sa.Boolean(), nullable=False),
        sa.Column("may_tell_changes", sa.Boolean(), nullable=False),
        sa.Column("may_write_about_product", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("month_index", sa.Integer(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "edited_at IS NULL OR edited_at >= submitted_at",
            name=op.f("ck_response_edited_after_sent"),
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_response_deal_id_deal")),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f("fk_response_invitation_id_invitation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sa.UniqueConstraint("invitation_id", name=op.f("uq_response_invitation_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_response_public_id")),
    )
    op.create_index(
        op.f("ix_response_deal_id_submitted_at"),
        "response",
        ["deal_id", "submitted_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_response_state_month_index"), "response", ["state", "month_index"], unique=False
    )
    op.create_index(
        op.f("ix_response_submitted_at_id"), "response", ["submitted_at", "id"], unique=False
    )
    op.create_table(
        "response_draft",
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("screen", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["invitation.id"],
            name=op.f("fk_response_draft_invitation_id_invitation"),
        ),
        sa.PrimaryKeyConstraint("invitation_id", name=op.f("pk_response_draft")),
    )
    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("question_key", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("choice_key", sa.String(length=64), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "choice_key IS NOT NULL OR text <> ''", name=op.f("ck_answer_says_something")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_answer_response_id_response")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint(
            "response_id",
            "question_key",
            "position",
            name=op.f("uq_answer_response_id_question_key_position"),
        ),
    )
    op.create_index(
        op.f("ix_answer_question_key_choice_key"),
        "answer",
        ["question_key", "choice_key"],
        unique=False,
    )
    op.create_table(
        "response_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(
                "people_dealt_with",
                "sender_team",
                "totals_only",
                "not_chosen",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_response_revision_response_id_response")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_revision")),
        sa.UniqueConstraint(
            "response_id", "number", name=op.f("uq_response_revision_response_id_number")
        ),
    )


def downgrade() -> None:
    op.drop_table("response_revision")
    op.drop_index(op.f("ix_answer_question_key_choice_key"), table_name="answer")
    op.drop_table("answer")
    op.drop_table("response_draft")
    op.drop_index(op.f("ix_response_submitted_at_id"), table_name="response")
    op.drop_index(op.f("ix_response_state_month_index"), table_name="response")
    op.drop_index(op.f("ix_response_deal_id_submitted_at"), table_name="response")
    op.drop_table("response")
