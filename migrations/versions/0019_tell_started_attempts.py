"""Tell which claimed mails were really begun: the others certainly never left.

Attempts made before this count as begun, for nobody wrote down which of them were not.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("attempt") as batch:
        batch.add_column(sa.Column("started_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE attempt SET started_at = claimed_at")


def downgrade() -> None:
    with op.batch_alter_table("attempt") as batch:
        batch.drop_column("started_at")
