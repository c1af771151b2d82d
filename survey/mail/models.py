"""The outbox. It holds facts, never bodies and never tokens."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.kit.db import Base, EmailAddress, Id, PublicId, one_of
from survey.mail.types import AttemptOutcome, MessageState, SuppressionReason


class Message(Base):
    """One e-mail that was decided on, in the same transaction as the decision."""

    __tablename__ = "message"
    __table_args__ = (
        Index(None, "state", "send_after_at", "id"),
        Index(None, "kind", "subject_id"),
        CheckConstraint("state <> 'cancelled' OR state_reason <> ''", name="cancelled_has_reason"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    key: Mapped[str] = mapped_column(String(200), unique=True)
    """Opaque and unique: deciding the same thing twice makes one message."""
    kind: Mapped[str] = mapped_column(String(64))
    """Which composer renders it: `invitation`, `password_reset`."""
    subject_id: Mapped[int | None]
    """The row that the composer needs: an invitation's or a user's number."""
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    to_address: Mapped[EmailAddress]
    queued_at: Mapped[datetime]
    send_after_at: Mapped[datetime]
    state: Mapped[MessageState] = mapped_column(one_of(MessageState), default=MessageState.QUEUED)
    state_reason: Mapped[str] = mapped_column(String(300), default="")
    state_changed_at: Mapped[datetime]
    lease_until_at: Mapped[datetime | None]
    """Until when the worker that claimed it may be believed alive."""
    attempts_made: Mapped[int] = mapped_column(default=0)


class Attempt(Base):
    """One try to hand a message over. Committed before the provider is called."""

    __tablename__ = "attempt"
    __table_args__ = (
        Index(None, "message_id", "id"),
        CheckConstraint(
            "(outcome IS NULL) = (finished_at IS NULL)", name="outcome_set_when_finished"
        ),
    )

    id: Mapped[Id]
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    message: Mapped[Message] = relationship()
    attempt_id: Mapped[str] = mapped_column(String(32), unique=True)
    """Random; travels with the mail and comes back in the provider's events."""
    provider: Mapped[str] = mapped_column(String(16))
    claimed_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[AttemptOutcome | None] = mapped_column(one_of(AttemptOutcome))
    provider_message_id: Mapped[str | None] = mapped_column(String(200), index=True)
    status_code: Mapped[int | None]
    detail: Mapped[str] = mapped_column(Text, default="")


class Suppression(Base):
    """An address never to mail. Kept by hash, so that it outlives the person's erasure."""

    __tablename__ = "suppression"

    id: Mapped[Id]
    address_digest: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the address in lower case."""
    address: Mapped[EmailAddress | None]
    reason: Mapped[SuppressionReason] = mapped_column(one_of(SuppressionReason))
    note: Mapped[str] = mapped_column(Text, default="")
    suppressed_at: Mapped[datetime]


class QueueStop(Base):
    """While this row stands nothing leaves: our key was refused, or a person stopped it."""

    __tablename__ = "queue_stop"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    stopped_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
