"""Frozen reports."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.kit.db import Base, Id
from survey.taxonomy.models import Release
from survey.team.models import User


class Report(Base):
    """One month, frozen. Figures are values; quotes are references, resolved when read."""

    __tablename__ = "report"

    id: Mapped[Id]
    month_index: Mapped[int] = mapped_column(unique=True)
    cut_at: Mapped[datetime]
    """The data cut: nothing that arrived later is in it."""
    frozen_at: Mapped[datetime]
    frozen_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    frozen_by: Mapped[User | None] = relationship()
    release_id: Mapped[int] = mapped_column(ForeignKey("taxonomy_release.id"))
    release: Mapped[Release] = relationship()
    figures: Mapped[dict[str, Any]]
