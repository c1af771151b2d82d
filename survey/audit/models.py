"""The audit trail."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.audit.types import ActorKind
from survey.kit.db import Base, Id, one_of


class AuditEntry(Base):
    """One thing somebody did. Never edited; no foreign keys, so that erasure leaves it whole."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "subject_kind", "subject_id", "at"), Index(None, "at"))

    id: Mapped[Id]
    at: Mapped[datetime]
    actor_kind: Mapped[ActorKind] = mapped_column(one_of(ActorKind))
    actor_id: Mapped[int | None]
    actor_label: Mapped[str] = mapped_column(String(300), default="")
    action: Mapped[str] = mapped_column(String(64))
    """A verb with its thing: `deals_imported`, `coding_confirmed`."""
    subject_kind: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[int | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Ids, counts and states; never addresses, tokens or a buyer's words."""
