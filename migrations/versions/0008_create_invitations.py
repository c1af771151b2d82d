"""Keep campaigns, invitations, their links, sellers' notices and holds."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "running",
                "paused",
                name="campaignstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.Column("lost_delay_days", sa.Integer(), nullable=True),
        sa.Column("won_delay_days", sa.Integer(), nullable=True),
        sa.Column("no_decision_delay_days", sa.Integer(), nullable=True),
        sa.Column("stop_after_days", sa.Integer(), nullable=False),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("amount_from_minor", sa.BigInteger(), nullable=True),
        sa.Column("amount_to_minor", sa.BigInteger(), nullable=True),
        sa.Column("amount_currency", sa.String(length=3), nullable=True),
        sa.Column("regions", sa.JSON(), nullable=False),
        sa.Column("products", sa.JSON(), nullable=False),
        sa.Column("sample_percent", sa.Integer(), nullable=False),
        sa.Column("person_quarantine_days", sa.Integer(), nullable=False),
        sa.Column("account_quarantine_days", sa.Integer(), nullable=False),
        sa.Column("answer_days", sa.Integer(), nullable=False),
        sa.Column("sender_name", sa.String(length=300), nullable=False),
        sa.Column("sender_role", sa.String(length=300), nullable=False),
        sa.Column("reply_to", sa.String(length=320), nullable=False),
        sa.Column("phone", sa.String(length=64), nullable=False),
        sa.Column("sender_is_not_in_sales", sa.Boolean(), nullable=False),
        sa.Column("sender_reads_every_answer", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "lost_delay_days IS NOT NULL OR won_delay_days IS NOT NULL"
            " OR no_decision_delay_days IS NOT NULL",
            name=op.f("ck_campaign_asks_about_an_outcome"),
        ),
        sa.CheckConstraint(
            "sample_percent BETWEEN 1 AND 100", name=op.f("ck_campaign_sample_percent_range")
        ),
        sa.CheckConstraint(
            "stop_after_days > 0", name=op.f("ck_campaign_stop_after_days_positive")
        ),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"],
            ["questionnaire.id"],
            name=op.f("fk_campaign_questionnaire_id_questionnaire"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("name", name=op.f("uq_campaign_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_campaign_public_id")),
    )
    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("held_by_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_hold_deal_id_deal")),
        sa.ForeignKeyConstraint(
            ["held_by_id"], ["staff_user.id"], name=op.f("fk_hold_held_by_id_staff_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
        sa.UniqueConstraint("deal_id", name=op.f("uq_hold_deal_id")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column(
            "asked_as",
            sa.Enum(
                "won",
                "lost",
                "no_decision",
                "open",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("choice_order", sa.JSON(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "(cancelled_at IS NULL) = (cancel_reason = '')",
            name=op.f("ck_invitation_cancel_reason_set_when_cancelled"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_invitation_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_invitation_contact_id_contact")
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_invitation_deal_id_deal")),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["questionnaire_version.id"],
            name=op.f("fk_invitation_version_id_questionnaire_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("deal_id", "contact_id", name=op.f("uq_invitation_deal_id_contact_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invitation_public_id")),
    )
    op.create_index(
        op.f("ix_invitation_campaign_id_invited_at"),
        "invitation",
        ["campaign_id", "invited_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_invitation_contact_id_invited_at"),
        "invitation",
        ["contact_id", "invited_at"],
        unique=False,
    )
    op.create_index(op.f("ix_invitation_version_id"), "invitation", ["version_id"], unique=False)
    op.create_table(
        "link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "answer",
                "opt_out",
                name="linkpurpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("attempt_id", sa.String(length=32), nullable=True),
        sa.Column("minted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f("fk_link_invitation_id_invitation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_link_token_digest")),
    )
    op.create_index(op.f("ix_link_invitation_id"), "link", ["invitation_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("seller_id", sa.Integer(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_notice_deal_id_deal")),
        sa.ForeignKeyConstraint(
            ["seller_id"], ["staff_user.id"], name=op.f("fk_notice_seller_id_staff_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("deal_id", name=op.f("uq_notice_deal_id")),
    )
    op.create_index(op.f("ix_notice_seller_id"), "notice", ["seller_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_notice_seller_id"), table_name="notice")
    op.drop_table("notice")
    op.drop_index(op.f("ix_link_invitation_id"), table_name="link")
    op.drop_table("link")
    op.drop_index(op.f("ix_invitation_version_id"), table_name="invitation")
    op.drop_index(op.f("ix_invitation_contact_id_invited_at"), table_name="invitation")
    op.drop_index(op.f("ix_invitation_campaign_id_invited_at"), table_name="invitation")
    op.drop_table("invitation")
    op.drop_table("hold")
    op.drop_table("campaign")
