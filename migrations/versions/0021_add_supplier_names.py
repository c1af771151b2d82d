"""Let a person say whom buyers mean by a supplier's name that is not on the list of competitors."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "supplier_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name_key", sa.String(length=300), nullable=False),
        sa.Column("competitor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["competitor_id"],
            ["competitor.id"],
            name=op.f("fk_supplier_name_competitor_id_competitor"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_name")),
        sa.UniqueConstraint("name_key", name=op.f("uq_supplier_name_name_key")),
    )


def downgrade() -> None:
    op.drop_table("supplier_name")
