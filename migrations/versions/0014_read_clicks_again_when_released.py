"""Remember in which state an answer's clicks were read; all are read once more.

What a buyer had instead becomes an alternative of the deal only while the answer counts.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_STATE = sa.Enum(
    "counted",
    "held",
    "deleted",
    name="responsestate",
    native_enum=False,
    create_constraint=True,
    length=32,
)


def upgrade() -> None:
    op.execute("DELETE FROM coded_response")
    with op.batch_alter_table("coded_response") as batch:
        batch.add_column(sa.Column("state", _STATE, nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("coded_response") as batch:
        batch.drop_constraint(op.f("ck_coded_response_responsestate"), type_="check")
        batch.drop_column("state")
