"""Keep with a wish to be erased what speaks of a machine's press, for whoever carries it out."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("erasure_request") as batch:
        batch.add_column(sa.Column("doubts", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("erasure_request") as batch:
        batch.alter_column("doubts", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("erasure_request") as batch:
        batch.drop_column("doubts")
