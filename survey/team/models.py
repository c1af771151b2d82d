"""Users and the teams they sell in."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.kit.db import Base, EmailAddress, Id, Name, PublicId, one_of
from survey.team.types import Role


class Team(Base):
    """A group of sellers who are counted together."""

    __tablename__ = "team"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(300), unique=True)


class User(Base):
    """One of our own people. An imported seller is inactive until an admin invites them."""

    __tablename__ = "staff_user"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower_case"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    email: Mapped[EmailAddress] = mapped_column(String(320), unique=True)
    name: Mapped[Name]
    role: Mapped[Role] = mapped_column(one_of(Role))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    team: Mapped[Team | None] = relationship()
    is_active: Mapped[bool] = mapped_column(default=True)
    gets_report: Mapped[bool] = mapped_column(default=False)
    """Whether each month's report is told by mail."""
    password_hash: Mapped[str | None] = mapped_column(String(255))
    session_key: Mapped[str] = mapped_column(String(64), unique=True)
    """Renewed on sign-out, disabling and a new password: every copied cookie ends with it."""
    created_at: Mapped[datetime]
