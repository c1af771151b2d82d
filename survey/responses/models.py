"""Drafts, responses, answers, and what stood before a change."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.deals.models import Deal
from survey.invitations.models import Invitation, Link
from survey.kit.db import Base, Id, PublicId, one_of
from survey.responses.types import Audience, Channel, Door, Ended, ResponseState


class ResponseDraft(Base):
    """What a buyer has filled in but not sent. Read by nobody but the buyer; dies after 30 days.

    Where nothing was ever sent, the row stays without what was filled in: somebody began.
    """

    __tablename__ = "response_draft"

    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id"), primary_key=True)
    invitation: Mapped[Invitation] = relationship()
    answers: Mapped[dict[str, Any]]
    screen: Mapped[str] = mapped_column(String(64), default="")
    """The screen the buyer reached."""
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    sitting: Mapped[str] = mapped_column(String(16), default="")
    """In which sitting it was last saved; see `PageVisit`."""
    is_doubted: Mapped[bool] = mapped_column(default=False)
    """A machine seems to have filled it in: it counts nowhere, and no later sitting finds it."""

    @property
    def is_empty(self) -> bool:
        """Whether what was filled in has died."""
        return not self.answers and not self.screen


class Response(Base):
    """What one buyer sent about one deal: at most one per invitation."""

    __tablename__ = "response"
    __table_args__ = (
        Index(None, "deal_id", "submitted_at"),
        Index(None, "state", "month_index"),
        Index(None, "submitted_at", "id"),
        CheckConstraint("edited_at IS NULL OR edited_at >= submitted_at", name="edited_after_sent"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id"), unique=True)
    invitation: Mapped[Invitation] = relationship()
    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"))
    deal: Mapped[Deal] = relationship()
    state: Mapped[ResponseState] = mapped_column(
        one_of(ResponseState), default=ResponseState.COUNTED
    )
    hold_reasons: Mapped[list[Any]] = mapped_column(default=list)
    """Why a machine may have sent it, as `Doubt` values; kept after a person released it."""
    sitting: Mapped[str] = mapped_column(String(16), default="")
    """In which sitting it was sent; see `PageVisit`."""
    channel: Mapped[Channel] = mapped_column(one_of(Channel))
    audience: Mapped[Audience] = mapped_column(one_of(Audience))
    ended: Mapped[Ended | None] = mapped_column(one_of(Ended))
    """What the buyer says they did in the end; null where it was not asked or not answered."""
    may_ask_back: Mapped[bool] = mapped_column(default=False)
    may_tell_changes: Mapped[bool] = mapped_column(default=False)
    may_write_about_product: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime]
    submitted_at: Mapped[datetime]
    month_index: Mapped[int]
    """The month in which the answer arrived, in the company's zone: `Month.index`."""
    edited_at: Mapped[datetime | None]


class Answer(Base):
    """One question's answer. A question with several ticks has one row per tick."""

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("response_id", "question_key", "position"),
        Index(None, "question_key", "choice_key"),
        CheckConstraint("choice_key IS NOT NULL OR text <> ''", name="says_something"),
    )

    id: Mapped[Id]
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"))
    response: Mapped[Response] = relationship()
    question_key: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    choice_key: Mapped[str | None] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text, default="")
    """The buyer's own words: a verbatim, or what stands beside a choice."""


class ResponseRevision(Base):
    """What a response said before the buyer changed it."""

    __tablename__ = "response_revision"
    __table_args__ = (UniqueConstraint("response_id", "number"),)

    id: Mapped[Id]
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"))
    response: Mapped[Response] = relationship()
    number: Mapped[int]
    answers: Mapped[dict[str, Any]]
    audience: Mapped[Audience] = mapped_column(one_of(Audience))
    replaced_at: Mapped[datetime]
    hold_reasons: Mapped[list[Any]] = mapped_column(default=list)
    """Why it never counted, as `Doubt` values; empty for what did."""


class PageVisit(Base):
    """A buyer's link was opened. Only added to, and all that the signs of a machine need: no
    address of a computer, no name of a program.
    """

    __tablename__ = "visit"
    __table_args__ = (Index(None, "link_id", "visited_at"),)

    id: Mapped[Id]
    link_id: Mapped[int] = mapped_column(ForeignKey("link.id"))
    link: Mapped[Link] = relationship()
    door: Mapped[Door] = mapped_column(one_of(Door))
    choice: Mapped[str] = mapped_column(String(64), default="")
    """Which of the mail's choices the link carried."""
    sitting: Mapped[str] = mapped_column(String(16))
    """Random, begins with a first page and travels in its forms: what follows is the same visitor,
    whom no cookie names."""
    visited_at: Mapped[datetime]
