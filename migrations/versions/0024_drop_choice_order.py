"""Drop the stored order of choices: it was always drawn from the invitation's public id, and still
is, the same. On the way back questions keep the document's order for those asked before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("invitation") as batch:
        batch.drop_column("choice_order")


def downgrade() -> None:
    with op.batch_alter_table("invitation") as batch:
        batch.add_column(sa.Column("choice_order", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("invitation") as batch:
        batch.alter_column("choice_order", server_default=None)
