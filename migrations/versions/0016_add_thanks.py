"""Let a campaign thank by mail for an answer; none does until somebody wants it."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("campaign") as campaign:
        campaign.add_column(
            sa.Column("sends_thanks", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        campaign.alter_column("sends_thanks", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("campaign") as campaign:
        campaign.drop_column("sends_thanks")
