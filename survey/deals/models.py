"""Accounts, contacts, deals, and the alternatives the buyer had."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.deals.types import AlternativeKind, Outcome, Source, Standing
from survey.kit.db import Base, CurrencyCode, EmailAddress, Id, Name, PublicId, one_of
from survey.mail.rules import is_nobody
from survey.team.models import User


class Account(Base):
    """The company we sold to."""

    __tablename__ = "account"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    name: Mapped[Name]
    name_key: Mapped[str] = mapped_column(String(300), unique=True)
    """The name in lower case with single spaces: how imports find it again."""
    country: Mapped[str | None] = mapped_column(String(2))
    created_at: Mapped[datetime]


class Contact(Base):
    """A person at an account. One address is one contact, whatever the deals."""

    __tablename__ = "contact"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower_case"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    account: Mapped[Account] = relationship()
    email: Mapped[EmailAddress] = mapped_column(String(320), unique=True)
    name: Mapped[Name] = mapped_column(String(300), default="")
    locale: Mapped[str | None] = mapped_column(String(16))
    may_ask: Mapped[bool | None]
    """Whether this person may be asked. Null: nobody said, the country's rule decides."""
    last_active_on: Mapped[date | None]
    created_at: Mapped[datetime]

    @property
    def is_erased(self) -> bool:
        """Whether nothing of the person is left but their part in what was counted."""
        return is_nobody(self.email)


class Competitor(Base):
    """Another supplier, by name."""

    __tablename__ = "competitor"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    name: Mapped[Name]
    name_key: Mapped[str] = mapped_column(String(300), unique=True)


class Deal(Base):
    """A sale that was tried. Its official outcome is the CRM's until a person confirms another."""

    __tablename__ = "deal"
    __table_args__ = (
        CheckConstraint(
            "outcome = 'open' OR closed_on IS NOT NULL", name="closed_on_set_when_closed"
        ),
        CheckConstraint(
            "(amount_minor IS NULL) = (currency IS NULL)", name="currency_set_with_amount"
        ),
        Index(None, "closed_on", "id"),
        Index(None, "outcome", "closed_on"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    external_id: Mapped[str] = mapped_column(String(200), unique=True)
    """The CRM's own id: the import's `deal_id`."""
    name: Mapped[Name]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    account: Mapped[Account] = relationship()
    outcome: Mapped[Outcome] = mapped_column(one_of(Outcome))
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[CurrencyCode | None]
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    decided_on: Mapped[date | None]
    """When the buyer decided, where the CRM knows it apart from the closing."""
    product: Mapped[str] = mapped_column(String(200), default="", index=True)
    region: Mapped[str] = mapped_column(String(200), default="", index=True)
    segment: Mapped[str] = mapped_column(String(200), default="", index=True)
    country: Mapped[str | None] = mapped_column(String(2))
    deal_type: Mapped[str] = mapped_column(String(200), default="")
    lead_source: Mapped[str] = mapped_column(String(200), default="")
    stage: Mapped[str] = mapped_column(String(200), default="")
    """The last stage before it closed: early losses point to qualifying, late ones to tactics."""
    seller_id: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"), index=True)
    seller: Mapped[User | None] = relationship()
    crm_reason: Mapped[str] = mapped_column(Text, default="")
    row_digest: Mapped[str] = mapped_column(String(64), default="")
    """SHA-256 of the row as last imported: an unchanged row is not written again."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class DealContact(Base):
    """A contact's part in a deal."""

    __tablename__ = "deal_contact"

    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"), primary_key=True)
    deal: Mapped[Deal] = relationship()
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True, index=True)
    contact: Mapped[Contact] = relationship()
    role: Mapped[str] = mapped_column(String(100), default="")
    """The CRM's word: "decision maker", "evaluator"."""
    is_decider: Mapped[bool] = mapped_column(default=False)
    is_chosen_to_ask: Mapped[bool] = mapped_column(default=False)
    """A person picked this contact as the one to ask about the deal."""


class Alternative(Base):
    """What the buyer considered, had as closest, or chose instead, and who says so."""

    __tablename__ = "alternative"
    __table_args__ = (
        CheckConstraint(
            "kind = 'competitor' OR competitor_id IS NULL", name="competitor_only_for_competitors"
        ),
        UniqueConstraint("deal_id", "source", "kind", "competitor_id"),
    )

    id: Mapped[Id]
    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"), index=True)
    deal: Mapped[Deal] = relationship()
    kind: Mapped[AlternativeKind] = mapped_column(one_of(AlternativeKind))
    competitor_id: Mapped[int | None] = mapped_column(ForeignKey("competitor.id"), index=True)
    """Null for another supplier whose name nobody told, or whom we do not know."""
    competitor: Mapped[Competitor | None] = relationship()
    standing: Mapped[Standing] = mapped_column(one_of(Standing))
    source: Mapped[Source] = mapped_column(one_of(Source))
