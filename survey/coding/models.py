"""Codings: a reason found in a response."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.coding.types import CodingRole, CodingSource, CodingState, Direction
from survey.deals.models import Competitor
from survey.kit.db import Base, Id, PublicId, one_of
from survey.responses.models import Response
from survey.responses.types import ResponseState
from survey.taxonomy.models import Reason
from survey.taxonomy.types import SaleMoment
from survey.team.models import User

_STANDING_PRIMARY = text("role = 'primary' AND state = 'confirmed'")


class Coding(Base):
    """A reason found in a response. The buyer's clicks are confirmed by nature."""

    __tablename__ = "coding"
    __table_args__ = (
        UniqueConstraint("response_id", "reason_id", "direction", "source"),
        Index(
            "uq_coding_one_primary_per_source",
            "response_id",
            "source",
            unique=True,
            sqlite_where=_STANDING_PRIMARY,
            postgresql_where=_STANDING_PRIMARY,
        ),
        Index(None, "reason_id", "state"),
        CheckConstraint(
            "state = 'suggested' OR decided_at IS NOT NULL", name="decided_at_set_when_decided"
        ),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"))
    response: Mapped[Response] = relationship()
    reason_id: Mapped[int] = mapped_column(ForeignKey("reason.id"))
    reason: Mapped[Reason] = relationship()
    role: Mapped[CodingRole] = mapped_column(one_of(CodingRole))
    direction: Mapped[Direction] = mapped_column(one_of(Direction))
    source: Mapped[CodingSource] = mapped_column(one_of(CodingSource))
    state: Mapped[CodingState] = mapped_column(one_of(CodingState))
    moment: Mapped[SaleMoment | None] = mapped_column(one_of(SaleMoment))
    question_key: Mapped[str] = mapped_column(String(64), default="")
    """Which answer it rests on."""
    quote: Mapped[str] = mapped_column(Text, default="")
    """The buyer's words it rests on, exactly as they stand in the answer."""
    coded_at: Mapped[datetime]
    coded_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    coded_by: Mapped[User | None] = relationship(foreign_keys=[coded_by_id])
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])


class SupplierName(Base):
    """How buyers write a competitor's name where they do not write it as our list does."""

    __tablename__ = "supplier_name"

    id: Mapped[Id]
    name_key: Mapped[str] = mapped_column(String(300), unique=True)
    """What they write, in small letters and single spaces."""
    competitor_id: Mapped[int] = mapped_column(ForeignKey("competitor.id"))
    competitor: Mapped[Competitor] = relationship()


class CodedResponse(Base):
    """That a response's clicks have become codings, and as of which change."""

    __tablename__ = "coded_response"

    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), primary_key=True)
    response: Mapped[Response] = relationship()
    as_of_at: Mapped[datetime]
    """The response's `edited_at`, else `submitted_at`, when its clicks were last read."""
    state: Mapped[ResponseState] = mapped_column(one_of(ResponseState))
    """The response's state then: one that is released or held since is read again."""
