"""Tell refusals in a row from mail that came back for good, and count them anew once lifted.

A delivery that is told of late may show that an address did not refuse five times in a row: only
what stands for that reason may then be withdrawn.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_BEFORE = ("opted_out", "bounced", "complained", "added_by_person", "erased")
_NOTE = "Five soft bounces in a row."


def upgrade() -> None:
    op.create_table(
        "reprieve",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address_digest", sa.String(length=64), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reprieve")),
        sa.UniqueConstraint("address_digest", name=op.f("uq_reprieve_address_digest")),
    )
    _allow((*_BEFORE, "refused"))
    _move(was="bounced", becomes="refused")


def downgrade() -> None:
    _move(was="refused", becomes="bounced")
    _allow(_BEFORE)
    op.drop_table("reprieve")


def _allow(reasons: tuple[str, ...]) -> None:
    name = op.f("ck_suppression_suppressionreason")
    with op.batch_alter_table("suppression") as batch:
        batch.drop_constraint(name, type_="check")
    with op.batch_alter_table("suppression") as batch:
        batch.create_check_constraint(name, sa.column("reason").in_(reasons))


def _move(*, was: str, becomes: str) -> None:
    suppression = sa.table("suppression", sa.column("reason"), sa.column("note"))
    op.execute(
        suppression.update()
        .where(suppression.c.reason == was, suppression.c.note == _NOTE)
        .values(reason=becomes)
    )
