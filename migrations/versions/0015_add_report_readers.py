"""Let a user be told of each month's report by mail: who gets it is a tick per user."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("staff_user") as user:
        user.add_column(
            sa.Column("gets_report", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        user.alter_column("gets_report", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("staff_user") as user:
        user.drop_column("gets_report")
