"""The outbox. It holds facts, never bodies and never tokens."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.kit.db import Base, EmailAddress, Id, PublicId, one_of
from survey.mail.types import (
    AttemptOutcome,
    MessageState,
    ReceiptKind,
    SettlementKind,
    SuppressionReason,
)


class Message(Base):
    """One e-mail that was decided on, in the same transaction as the decision."""

    __tablename__ = "message"
    __table_args__ = (
        Index(None, "state", "send_after_at", "id"),
        Index(None, "kind", "subject_id"),
        Index(None, "to_address", "id"),
        Index(
            None,
            "lease_until_at",
            sqlite_where=text("lease_until_at IS NOT NULL"),
            postgresql_where=text("lease_until_at IS NOT NULL"),
        ),
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
    receipts_heard: Mapped[int] = mapped_column(default=0)
    """How many different events spoke of it; none yet is what most recordings find."""
    bounced_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]
    complained_at: Mapped[datetime | None]
    opted_out_at: Mapped[datetime | None]

    @property
    def trouble(self) -> str:
        """What went wrong behind the provider, the worst first; empty where nothing did."""
        marks = {
            "complained": self.complained_at,
            "opted out": self.opted_out_at,
            "bounced": self.bounced_at,
            "dropped": self.dropped_at,
        }
        return next((word for word, at in marks.items() if at), "")


class Attempt(Base):
    """One try to hand a message over: claimed, then begun, both committed before the provider is
    called. What was claimed and never begun certainly did not leave.
    """

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
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[AttemptOutcome | None] = mapped_column(one_of(AttemptOutcome))
    provider_message_id: Mapped[str | None] = mapped_column(String(200), index=True)
    status_code: Mapped[int | None]
    detail: Mapped[str] = mapped_column(Text, default="")


@dataclass(frozen=True, slots=True, eq=False)
class Claimed:
    """A message that was claimed, and the attempt that is to hand it over, as an `Attempt` names
    them.
    """

    id: int
    attempt_id: str
    message_id: int
    message: Message


Try = Attempt | Claimed
"""An attempt as whoever makes or reads it names it. Several are asked for by their numbers and by
those of their mails: for random ids PostgreSQL reads whole tables while the first mails leave.
"""


class Settlement(Base):
    """What was decided about a mail by a person, or because it is not needed any more."""

    __tablename__ = "settlement"
    __table_args__ = (Index(None, "message_id", "id"),)

    id: Mapped[Id]
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    message: Mapped[Message] = relationship()
    kind: Mapped[SettlementKind] = mapped_column(one_of(SettlementKind))
    reason: Mapped[str] = mapped_column(String(300), default="")
    after_attempts: Mapped[int]
    """How many attempts had been made when it was decided."""
    settled_at: Mapped[datetime]


class Receipt(Base):
    """One event of the provider, as it came. Never edited; erasure empties `raw`."""

    __tablename__ = "receipt"
    __table_args__ = (
        Index(None, "message_id", "id"),
        Index(None, "address_digest", "kind", "happened_at"),
        Index(None, "received_at"),
    )

    id: Mapped[Id]
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """The same for all copies of an event: the provider sends some up to 46 times."""
    provider: Mapped[str] = mapped_column(String(16))
    kind: Mapped[ReceiptKind] = mapped_column(one_of(ReceiptKind))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    """Null where no mail of ours is meant, or none can be told."""
    message: Mapped[Message | None] = relationship()
    attempt_id: Mapped[str | None] = mapped_column(String(32))
    address_digest: Mapped[str | None] = mapped_column(String(64))
    happened_at: Mapped[datetime]
    received_at: Mapped[datetime]
    raw: Mapped[dict[str, Any]]


class Suppression(Base):
    """An address never to mail. Kept by hash, so that it outlives the person's erasure."""

    __tablename__ = "suppression"

    id: Mapped[Id]
    address_digest: Mapped[str] = mapped_column(String(64), unique=True)
    """`rules.address_digest`: the same for every way to write one mailbox."""
    address: Mapped[EmailAddress | None]
    reason: Mapped[SuppressionReason] = mapped_column(one_of(SuppressionReason))
    note: Mapped[str] = mapped_column(Text, default="")
    doubts: Mapped[list[Any]] = mapped_column(default=list)
    """Signs that a machine pressed, which whoever looks at an opt-out may want to know."""
    suppressed_at: Mapped[datetime]


class Reprieve(Base):
    """Since when the refusals of an address count anew: a person let it be mailed again."""

    __tablename__ = "reprieve"

    id: Mapped[Id]
    address_digest: Mapped[str] = mapped_column(String(64), unique=True)
    since_at: Mapped[datetime]


class QueueStop(Base):
    """While this row stands nothing leaves: our key was refused, or a person stopped it."""

    __tablename__ = "queue_stop"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    stopped_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)


class QueuePause(Base):
    """Until when the provider asked for rest. It ends by itself."""

    __tablename__ = "queue_pause"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    until_at: Mapped[datetime]
