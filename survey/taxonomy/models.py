"""Releases, categories, reasons, and how an old reason maps to newer ones."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.kit.db import Base, Id, Name, one_of
from survey.taxonomy.types import Control, ScreenGroup


class Release(Base):
    """A frozen state of the taxonomy. The one with the highest number is in use."""

    __tablename__ = "taxonomy_release"

    id: Mapped[Id]
    number: Mapped[int] = mapped_column(unique=True)
    note: Mapped[str] = mapped_column(Text, default="")
    released_at: Mapped[datetime]


class Category(Base):
    """The upper level: "Product and fit"."""

    __tablename__ = "category"
    __table_args__ = (UniqueConstraint("release_id", "code"),)

    id: Mapped[Id]
    release_id: Mapped[int] = mapped_column(ForeignKey("taxonomy_release.id"))
    release: Mapped[Release] = relationship()
    code: Mapped[str] = mapped_column(String(8))
    label: Mapped[Name]
    definition: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int]


class Reason(Base):
    """The lower level: one thing that decides deals."""

    __tablename__ = "reason"
    __table_args__ = (UniqueConstraint("release_id", "code"),)

    id: Mapped[Id]
    release_id: Mapped[int] = mapped_column(ForeignKey("taxonomy_release.id"))
    release: Mapped[Release] = relationship()
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"), index=True)
    category: Mapped[Category] = relationship()
    code: Mapped[str] = mapped_column(String(16))
    label: Mapped[Name]
    """Staff's words, without "our" and "us": they would change sides."""
    definition: Mapped[str] = mapped_column(Text)
    decision_rule: Mapped[str] = mapped_column(Text, default="")
    """How to tell it from its twin: "named a figure or a limit → PRI-02"."""
    second_question: Mapped[str] = mapped_column(Text, default="")
    """What to ask next where the reason is a symptom: price, timing and worth name no cause."""
    control: Mapped[Control] = mapped_column(one_of(Control))
    owner: Mapped[str] = mapped_column(String(100), default="")
    screen_group: Mapped[ScreenGroup | None] = mapped_column(one_of(ScreenGroup))
    buyer_against: Mapped[str] = mapped_column(Text, default="")
    buyer_for: Mapped[str] = mapped_column(Text, default="")
    phrase_against: Mapped[str] = mapped_column(Text, default="")
    phrase_for: Mapped[str] = mapped_column(Text, default="")
    applies_to: Mapped[str] = mapped_column(String(200), default="")
    """Outcomes and alternatives it is typical of, joined by `|`: orders choices, never limits."""
    is_switched_on: Mapped[bool] = mapped_column(default=True)
    """Offered first when coding; the rest is a click away."""
    position: Mapped[int]


class ReasonMapping(Base):
    """An earlier release's reason became this one. A split has several rows, a merge one each."""

    __tablename__ = "reason_mapping"

    earlier_id: Mapped[int] = mapped_column(ForeignKey("reason.id"), primary_key=True)
    earlier: Mapped[Reason] = relationship(foreign_keys=[earlier_id])
    later_id: Mapped[int] = mapped_column(ForeignKey("reason.id"), primary_key=True, index=True)
    later: Mapped[Reason] = relationship(foreign_keys=[later_id])
