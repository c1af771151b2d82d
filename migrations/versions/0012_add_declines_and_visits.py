"""Let buyers decline, name a colleague, ask for erasure; keep what tells machines from people."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_DECLINE_REASON = sa.Enum(
    "not_involved",
    "no_time",
    "left_company",
    "ask_colleague",
    name="declinereason",
    native_enum=False,
    create_constraint=True,
    length=32,
)


def upgrade() -> None:
    with op.batch_alter_table("invitation") as invitation:
        invitation.add_column(sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True))
        invitation.add_column(sa.Column("decline_reason", _DECLINE_REASON, nullable=True))
        invitation.add_column(sa.Column("passed_on_at", sa.DateTime(timezone=True), nullable=True))
        invitation.create_check_constraint(
            op.f("ck_invitation_decline_reason_set_when_declined"),
            "(declined_at IS NULL) = (decline_reason IS NULL)",
        )
    _create_requests()
    _create_visits()
    for table in ("response", "response_draft"):
        with op.batch_alter_table(table) as changed:
            changed.add_column(
                sa.Column("sitting", sa.String(length=16), nullable=False, server_default="")
            )
            changed.alter_column("sitting", server_default=None)
    with op.batch_alter_table("response_draft") as draft:
        draft.add_column(
            sa.Column("is_doubted", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        draft.alter_column("is_doubted", server_default=None)
    with op.batch_alter_table("response_revision") as revision_table:
        revision_table.add_column(
            sa.Column("hold_reasons", sa.JSON(), nullable=False, server_default="[]")
        )
        revision_table.alter_column("hold_reasons", server_default=None)


def _create_requests() -> None:
    op.create_table(
        "referral",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "confirmed",
                "dismissed",
                name="referralstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("referred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'waiting') = (settled_at IS NULL)", name=op.f("ck_referral_settled_at_set")
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_referral_email_lower_case")),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f("fk_referral_invitation_id_invitation")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["staff_user.id"], name=op.f("fk_referral_settled_by_id_staff_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("invitation_id", name=op.f("uq_referral_invitation_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_referral_public_id")),
    )
    op.create_table(
        "erasure_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_erasure_request_contact_id_contact")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"],
            ["staff_user.id"],
            name=op.f("fk_erasure_request_settled_by_id_staff_user"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_request")),
        sa.UniqueConstraint("contact_id", name=op.f("uq_erasure_request_contact_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_erasure_request_public_id")),
    )


def _create_visits() -> None:
    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column(
            "door",
            sa.Enum(
                "answer",
                "opt_out",
                "hidden",
                name="door",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("choice", sa.String(length=64), nullable=False),
        sa.Column("sitting", sa.String(length=16), nullable=False),
        sa.Column("visited_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_visit_link_id_link")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index(op.f("ix_visit_link_id_visited_at"), "visit", ["link_id", "visited_at"])


def downgrade() -> None:
    with op.batch_alter_table("response_revision") as revision_table:
        revision_table.drop_column("hold_reasons")
    with op.batch_alter_table("response_draft") as draft:
        draft.drop_column("is_doubted")
    for table in ("response_draft", "response"):
        with op.batch_alter_table(table) as changed:
            changed.drop_column("sitting")
    op.drop_index(op.f("ix_visit_link_id_visited_at"), table_name="visit")
    op.drop_table("visit")
    op.drop_table("erasure_request")
    op.drop_table("referral")
    with op.batch_alter_table("invitation") as invitation:
        invitation.drop_constraint(op.f("ck_invitation_decline_reason_set_when_declined"), "check")
        invitation.drop_constraint(op.f("ck_invitation_declinereason"), "check")
        invitation.drop_column("passed_on_at")
        invitation.drop_column("decline_reason")
        invitation.drop_column("declined_at")
