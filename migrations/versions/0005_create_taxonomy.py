"""Keep the tree of reasons in frozen releases."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "taxonomy_release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taxonomy_release")),
        sa.UniqueConstraint("number", name=op.f("uq_taxonomy_release_number")),
    )
    op.create_table(
        "category",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["taxonomy_release.id"],
            name=op.f("fk_category_release_id_taxonomy_release"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("release_id", "code", name=op.f("uq_category_release_id_code")),
    )
    op.create_table(
        "reason",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("decision_rule", sa.Text(), nullable=False),
        sa.Column("second_question", sa.Text(), nullable=False),
        sa.Column(
            "control",
            sa.Enum(
                "ours",
                "shared",
                "theirs",
                name="control",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("owner", sa.String(length=100), nullable=False),
        sa.Column(
            "screen_group",
            sa.Enum(
                "product",
                "systems",
                "price",
                "getting_started",
                "people",
                "company",
                "their_side",
                name="screengroup",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("buyer_against", sa.Text(), nullable=False),
        sa.Column("buyer_for", sa.Text(), nullable=False),
        sa.Column("phrase_against", sa.Text(), nullable=False),
        sa.Column("phrase_for", sa.Text(), nullable=False),
        sa.Column("applies_to", sa.String(length=200), nullable=False),
        sa.Column("is_switched_on", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["category.id"], name=op.f("fk_reason_category_id_category")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["taxonomy_release.id"],
            name=op.f("fk_reason_release_id_taxonomy_release"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reason")),
        sa.UniqueConstraint("release_id", "code", name=op.f("uq_reason_release_id_code")),
    )
    op.create_index(op.f("ix_reason_category_id"), "reason", ["category_id"], unique=False)
    op.create_table(
        "reason_mapping",
        sa.Column("earlier_id", sa.Integer(), nullable=False),
        sa.Column("later_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["earlier_id"], ["reason.id"], name=op.f("fk_reason_mapping_earlier_id_reason")
        ),
        sa.ForeignKeyConstraint(
            ["later_id"], ["reason.id"], name=op.f("fk_reason_mapping_later_id_reason")
        ),
        sa.PrimaryKeyConstraint("earlier_id", "later_id", name=op.f("pk_reason_mapping")),
    )
    op.create_index(
        op.f("ix_reason_mapping_later_id"), "reason_mapping", ["later_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_reason_mapping_later_id"), table_name="reason_mapping")
    op.drop_table("reason_mapping")
    op.drop_index(op.f("ix_reason_category_id"), table_name="reason")
    op.drop_table("reason")
    op.drop_table("category")
    op.drop_table("taxonomy_release")
