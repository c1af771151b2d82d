"""Questionnaires and their versions."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.kit.db import Base, Id, Name
from survey.taxonomy.models import Release


class Questionnaire(Base):
    """A set of questions with a purpose: `not_won`, `won`."""

    __tablename__ = "questionnaire"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[Name]


class Version(Base):
    """A questionnaire as it stood. Frozen once an invitation uses it, and never edited after."""

    __tablename__ = "questionnaire_version"
    __table_args__ = (UniqueConstraint("questionnaire_id", "number"),)

    id: Mapped[Id]
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    questionnaire: Mapped[Questionnaire] = relationship()
    number: Mapped[int]
    release_id: Mapped[int] = mapped_column(ForeignKey("taxonomy_release.id"))
    """The release whose reasons its choices name."""
    release: Mapped[Release] = relationship()
    document: Mapped[dict[str, Any]]
    """Screens, questions and choices; `questionnaires.types.Document` reads it."""
    published_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]
