"""Let a campaign say its mails in its own words: subject and text, by kind of mail and outcome."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("kind", _one_of("mailkind", "invitation", "reminder"), nullable=False),
        sa.Column(
            "asked_as", _one_of("outcome", "open", "won", "lost", "no_decision"), nullable=False
        ),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("subject <> '' OR body <> ''", name=op.f("ck_wording_says_something")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_wording_campaign_id_campaign")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording")),
        sa.UniqueConstraint(
            "campaign_id",
            "kind",
            "asked_as",
            name=op.f("uq_wording_campaign_id_kind_asked_as"),
        ),
    )


def downgrade() -> None:
    op.drop_table("wording")
