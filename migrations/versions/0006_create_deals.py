"""Keep accounts, contacts, deals and the alternatives buyers had."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("name_key", sa.String(length=300), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("name_key", name=op.f("uq_account_name_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_account_public_id")),
    )
    op.create_table(
        "competitor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("name_key", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competitor")),
        sa.UniqueConstraint("name_key", name=op.f("uq_competitor_name_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_competitor_public_id")),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=True),
        sa.Column("may_ask", sa.Boolean(), nullable=True),
        sa.Column("last_active_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_contact_email_lower_case")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_contact_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("email", name=op.f("uq_contact_email")),
        sa.UniqueConstraint("public_id", name=op.f("uq_contact_public_id")),
    )
    op.create_index(op.f("ix_contact_account_id"), "contact", ["account_id"], unique=False)
    op.create_table(
        "deal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
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
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("product", sa.String(length=200), nullable=False),
        sa.Column("region", sa.String(length=200), nullable=False),
        sa.Column("segment", sa.String(length=200), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("deal_type", sa.String(length=200), nullable=False),
        sa.Column("lead_source", sa.String(length=200), nullable=False),
        sa.Column("stage", sa.String(length=200), nullable=False),
        sa.Column("seller_id", sa.Integer(), nullable=True),
        sa.Column("crm_reason", sa.Text(), nullable=False),
        sa.Column("row_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome = 'open' OR closed_on IS NOT NULL",
            name=op.f("ck_deal_closed_on_set_when_closed"),
        ),
        sa.CheckConstraint(
            "(amount_minor IS NULL) = (currency IS NULL)",
            name=op.f("ck_deal_currency_set_with_amount"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_deal_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["seller_id"], ["staff_user.id"], name=op.f("fk_deal_seller_id_staff_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal")),
        sa.UniqueConstraint("external_id", name=op.f("uq_deal_external_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_deal_public_id")),
    )
    op.create_index(op.f("ix_deal_account_id"), "deal", ["account_id"], unique=False)
    op.create_index(op.f("ix_deal_closed_on_id"), "deal", ["closed_on", "id"], unique=False)
    op.create_index(
        op.f("ix_deal_outcome_closed_on"), "deal", ["outcome", "closed_on"], unique=False
    )
    op.create_index(op.f("ix_deal_product"), "deal", ["product"], unique=False)
    op.create_index(op.f("ix_deal_region"), "deal", ["region"], unique=False)
    op.create_index(op.f("ix_deal_segment"), "deal", ["segment"], unique=False)
    op.create_index(op.f("ix_deal_seller_id"), "deal", ["seller_id"], unique=False)
    op.create_table(
        "alternative",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "competitor",
                "current_supplier",
                "in_house",
                "nothing",
                name="alternativekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("competitor_id", sa.Integer(), nullable=True),
        sa.Column(
            "standing",
            sa.Enum(
                "considered",
                "closest",
                "chosen",
                name="standing",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum(
                "crm",
                "buyer",
                "person",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind = 'competitor' OR competitor_id IS NULL",
            name=op.f("ck_alternative_competitor_only_for_competitors"),
        ),
        sa.ForeignKeyConstraint(
            ["competitor_id"],
            ["competitor.id"],
            name=op.f("fk_alternative_competitor_id_competitor"),
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_alternative_deal_id_deal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alternative")),
        sa.UniqueConstraint(
            "deal_id",
            "source",
            "kind",
            "competitor_id",
            name=op.f("uq_alternative_deal_id_source_kind_competitor_id"),
        ),
    )
    op.create_index(
        op.f("ix_alternative_competitor_id"), "alternative", ["competitor_id"], unique=False
    )
    op.create_index(op.f("ix_alternative_deal_id"), "alternative", ["deal_id"], unique=False)
    op.create_table(
        "deal_contact",
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=100), nullable=False),
        sa.Column("is_decider", sa.Boolean(), nullable=False),
        sa.Column("is_chosen_to_ask", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_deal_contact_contact_id_contact")
        ),
        sa.ForeignKeyConstraint(
            ["deal_id"], ["deal.id"], name=op.f("fk_deal_contact_deal_id_deal")
        ),
        sa.PrimaryKeyConstraint("deal_id", "contact_id", name=op.f("pk_deal_contact")),
    )
    op.create_index(
        op.f("ix_deal_contact_contact_id"), "deal_contact", ["contact_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_deal_contact_contact_id"), table_name="deal_contact")
    op.drop_table("deal_contact")
    op.drop_index(op.f("ix_alternative_deal_id"), table_name="alternative")
    op.drop_index(op.f("ix_alternative_competitor_id"), table_name="alternative")
    op.drop_table("alternative")
    op.drop_index(op.f("ix_deal_seller_id"), table_name="deal")
    op.drop_index(op.f("ix_deal_segment"), table_name="deal")
    op.drop_index(op.f("ix_deal_region"), table_name="deal")
    op.drop_index(op.f("ix_deal_product"), table_name="deal")
    op.drop_index(op.f("ix_deal_outcome_closed_on"), table_name="deal")
    op.drop_index(op.f("ix_deal_closed_on_id"), table_name="deal")
    op.drop_index(op.f("ix_deal_account_id"), table_name="deal")
    op.drop_table("deal")
    op.drop_index(op.f("ix_contact_account_id"), table_name="contact")
    op.drop_table("contact")
    op.drop_table("competitor")
    op.drop_table("account")
