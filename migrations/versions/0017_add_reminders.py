"""Keep reminders and how often a campaign reminds; say whether unknown countries are asked.

Invitations so far promised one reminder at most. A person is left alone for at least 90 days:
shorter quarantines are raised to that.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_CHECKS = {
    "reminders_range": "reminders BETWEEN 0 AND 2",
    "reminder_days_floor": "reminder_days >= 3",
    "reminder_gap_days_floor": "reminder_gap_days >= 3",
    "person_quarantine_days_floor": "person_quarantine_days >= 90",
}
_TERMS = {"reminders": "1", "reminder_days": "5", "reminder_gap_days": "3"}


def upgrade() -> None:
    op.execute("UPDATE campaign SET person_quarantine_days = 90 WHERE person_quarantine_days < 90")
    for name, usual in _TERMS.items():
        _add("campaign", sa.Column(name, sa.Integer(), nullable=False, server_default=usual))
    with op.batch_alter_table("campaign") as campaign:
        for name, condition in _CHECKS.items():
            campaign.create_check_constraint(op.f(f"ck_campaign_{name}"), condition)
    at_most = sa.Column("reminders_at_most", sa.Integer(), nullable=False, server_default="1")
    _add("invitation", at_most)
    unknown: sa.Column[bool] = sa.Column(
        "asks_unknown_countries", sa.Boolean(), nullable=False, server_default=sa.true()
    )
    _add("company", unknown)
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.String(length=64), nullable=False),
        sa.CheckConstraint("number BETWEEN 1 AND 2", name=op.f("ck_reminder_number_range")),
        sa.CheckConstraint(
            "(cancelled_at IS NULL) = (cancel_reason = '')",
            name=op.f("ck_reminder_cancel_reason_set_when_cancelled"),
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f("fk_reminder_invitation_id_invitation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "invitation_id", "number", name=op.f("uq_reminder_invitation_id_number")
        ),
    )


def downgrade() -> None:
    op.drop_table("reminder")
    with op.batch_alter_table("company") as company:
        company.drop_column("asks_unknown_countries")
    with op.batch_alter_table("invitation") as invitation:
        invitation.drop_column("reminders_at_most")
    with op.batch_alter_table("campaign") as campaign:
        for name in _CHECKS:
            campaign.drop_constraint(op.f(f"ck_campaign_{name}"), type_="check")
        for name in _TERMS:
            campaign.drop_column(name)


def _add(table: str, column: "sa.Column[Any]") -> None:
    """Add a column that the rows there fill with its default, which then belongs to the models."""
    name = column.name
    with op.batch_alter_table(table) as altered:
        altered.add_column(column)
    with op.batch_alter_table(table) as altered:
        altered.alter_column(name, server_default=None)
