"""Keep with an opt-out what speaks of a machine's press, for whoever looks at it later."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("suppression") as batch:
        batch.add_column(sa.Column("doubts", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("suppression") as batch:
        batch.alter_column("doubts", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("suppression") as batch:
        batch.drop_column("doubts")
