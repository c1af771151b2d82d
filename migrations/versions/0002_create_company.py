"""Keep the company's own settings and its rule for each country."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "company",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("postal_address", sa.Text(), nullable=False),
        sa.Column("privacy_contact", sa.String(length=320), nullable=True),
        sa.Column("brand_colour", sa.String(length=7), nullable=False),
        sa.Column("anonymity_threshold", sa.Integer(), nullable=False),
        sa.Column("grey_threshold", sa.Integer(), nullable=False),
        sa.Column("retention_months", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "anonymity_threshold >= 3", name=op.f("ck_company_anonymity_threshold_floor")
        ),
        sa.CheckConstraint("grey_threshold >= 1", name=op.f("ck_company_grey_threshold_positive")),
        sa.CheckConstraint("id = 1", name=op.f("ck_company_one_row")),
        sa.CheckConstraint(
            "retention_months >= 1", name=op.f("ck_company_retention_months_positive")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
    )
    op.create_table(
        "country_rule",
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("may_ask", sa.Boolean(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "NOT may_ask OR basis <> ''", name=op.f("ck_country_rule_basis_set_when_may_ask")
        ),
        sa.PrimaryKeyConstraint("country", name=op.f("pk_country_rule")),
    )


def downgrade() -> None:
    op.drop_table("country_rule")
    op.drop_table("company")
