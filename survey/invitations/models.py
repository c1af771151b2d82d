"""Campaigns, invitations, their links, and sellers' notices and holds."""

from datetime import datetime
from typing import Any

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

from survey.deals.models import Contact, Deal
from survey.deals.types import Outcome
from survey.invitations.types import (
    CampaignState,
    DeclineReason,
    LinkPurpose,
    MailKind,
    ReferralState,
)
from survey.kit.db import Base, CurrencyCode, EmailAddress, Id, Name, PublicId, one_of
from survey.questionnaires.models import Questionnaire, Version
from survey.team.models import User


class Campaign(Base):
    """The standing rule: which closed deals, which questionnaire, how long after the close."""

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint("sample_percent BETWEEN 1 AND 100", name="sample_percent_range"),
        CheckConstraint("stop_after_days > 0", name="stop_after_days_positive"),
        CheckConstraint("reminders BETWEEN 0 AND 2", name="reminders_range"),
        CheckConstraint("reminder_days >= 3", name="reminder_days_floor"),
        CheckConstraint("reminder_gap_days >= 3", name="reminder_gap_days_floor"),
        CheckConstraint("person_quarantine_days >= 90", name="person_quarantine_days_floor"),
        CheckConstraint(
            "lost_delay_days IS NOT NULL OR won_delay_days IS NOT NULL"
            " OR no_decision_delay_days IS NOT NULL",
            name="asks_about_an_outcome",
        ),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    name: Mapped[Name] = mapped_column(String(300), unique=True)
    state: Mapped[CampaignState] = mapped_column(one_of(CampaignState), default=CampaignState.DRAFT)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    questionnaire: Mapped[Questionnaire] = relationship()

    lost_delay_days: Mapped[int | None]
    """Days from the close to the asking; null: this outcome is not asked about."""
    won_delay_days: Mapped[int | None]
    no_decision_delay_days: Mapped[int | None]
    stop_after_days: Mapped[int] = mapped_column(default=60)
    """A deal closed longer ago is not asked about any more."""
    notice_days: Mapped[int] = mapped_column(default=3)
    """Working days in which the seller sees who will be asked and may hold."""
    amount_from_minor: Mapped[int | None] = mapped_column(BigInteger)
    amount_to_minor: Mapped[int | None] = mapped_column(BigInteger)
    amount_currency: Mapped[CurrencyCode | None]
    regions: Mapped[list[Any]] = mapped_column(default=list)
    """Empty: every region; the same for products."""
    products: Mapped[list[Any]] = mapped_column(default=list)
    sample_percent: Mapped[int] = mapped_column(default=100)
    person_quarantine_days: Mapped[int] = mapped_column(default=90)
    account_quarantine_days: Mapped[int] = mapped_column(default=90)
    answer_days: Mapped[int] = mapped_column(default=30)
    """How long the link takes answers and changes."""
    reminders: Mapped[int] = mapped_column(default=1)
    """How many reminders follow an invitation that is not answered, at most."""
    reminder_days: Mapped[int] = mapped_column(default=5)
    """Working days from the invitation to the first reminder."""
    reminder_gap_days: Mapped[int] = mapped_column(default=3)

    sender_name: Mapped[Name]
    """A named person outside sales."""
    sender_role: Mapped[Name]
    reply_to: Mapped[EmailAddress]
    """Where replies go: an address that a person reads."""
    phone: Mapped[str] = mapped_column(String(64), default="")
    sender_is_not_in_sales: Mapped[bool] = mapped_column(default=False)
    """True only if it is true: the mail promises it."""
    sender_reads_every_answer: Mapped[bool] = mapped_column(default=False)
    sends_thanks: Mapped[bool] = mapped_column(default=False)
    """Whether who answers is thanked by mail."""

    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    started_at: Mapped[datetime | None]

    @property
    def delay_days(self) -> dict[Outcome, int]:
        """Days from the close to the asking, for each outcome it asks about."""
        delays = {
            Outcome.LOST: self.lost_delay_days,
            Outcome.NO_DECISION: self.no_decision_delay_days,
            Outcome.WON: self.won_delay_days,
        }
        return {outcome: days for outcome, days in delays.items() if days is not None}


class Wording(Base):
    """A campaign's own words for one of its mails, to buyers of one outcome."""

    __tablename__ = "wording"
    __table_args__ = (
        UniqueConstraint("campaign_id", "kind", "asked_as"),
        CheckConstraint("subject <> '' OR body <> ''", name="says_something"),
    )

    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    campaign: Mapped[Campaign] = relationship()
    kind: Mapped[MailKind] = mapped_column(one_of(MailKind))
    asked_as: Mapped[Outcome] = mapped_column(one_of(Outcome))
    subject: Mapped[str] = mapped_column(Text, default="")
    """Empty: our words; the same for the body."""
    body: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime]


class Invitation(Base):
    """Asking one contact about one deal."""

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("deal_id", "contact_id"),
        CheckConstraint(
            "(cancelled_at IS NULL) = (cancel_reason = '')", name="cancel_reason_set_when_cancelled"
        ),
        CheckConstraint(
            "(declined_at IS NULL) = (decline_reason IS NULL)",
            name="decline_reason_set_when_declined",
        ),
        Index(None, "campaign_id", "invited_at"),
        Index(None, "contact_id", "invited_at"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    """Also the seed of the order in which this person sees the choices, in mail and page."""
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    campaign: Mapped[Campaign] = relationship()
    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"))
    deal: Mapped[Deal] = relationship()
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    contact: Mapped[Contact] = relationship()
    version_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_version.id"), index=True)
    version: Mapped[Version] = relationship()
    asked_as: Mapped[Outcome] = mapped_column(one_of(Outcome))
    """The outcome in whose words we asked; it stays when the CRM changes the deal's later."""
    invited_at: Mapped[datetime]
    """When the mail was put in the outbox."""
    closes_at: Mapped[datetime]
    """Until when the link takes an answer or a change."""
    sent_at: Mapped[datetime | None]
    """When the provider first accepted the mail."""
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(String(64), default="")
    declined_at: Mapped[datetime | None]
    """When the buyer would rather not answer; the link stays open, but nothing more is sent."""
    decline_reason: Mapped[DeclineReason | None] = mapped_column(one_of(DeclineReason))
    passed_on_at: Mapped[datetime | None]
    """When we agreed to ask the colleague whom the buyer named: from then on nobody has been asked
    about the deal, nor at the account."""
    reminders_at_most: Mapped[int] = mapped_column(default=1)
    """How many reminders its mails have promised as the most; later terms never raise it."""


class Reminder(Base):
    """Asking again, because nobody answered. Its invitation stays the one invitation."""

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("invitation_id", "number"),
        CheckConstraint("number BETWEEN 1 AND 2", name="number_range"),
        CheckConstraint(
            "(cancelled_at IS NULL) = (cancel_reason = '')", name="cancel_reason_set_when_cancelled"
        ),
    )

    id: Mapped[Id]
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id"))
    invitation: Mapped[Invitation] = relationship()
    number: Mapped[int]
    reminded_at: Mapped[datetime]
    """When the mail was put in the outbox."""
    sent_at: Mapped[datetime | None]
    """When the provider first accepted the mail."""
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(String(64), default="")


class Link(Base):
    """A token that opens one thing. Minted per attempt; earlier ones stay valid."""

    __tablename__ = "link"

    id: Mapped[Id]
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id"), index=True)
    invitation: Mapped[Invitation] = relationship()
    purpose: Mapped[LinkPurpose] = mapped_column(one_of(LinkPurpose))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    attempt_id: Mapped[str | None] = mapped_column(String(32))
    """The mail attempt that carried it."""
    minted_at: Mapped[datetime]


class Hold(Base):
    """Somebody asked us not to ask about a deal, and said why. Counted in coverage."""

    __tablename__ = "hold"

    id: Mapped[Id]
    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"), unique=True)
    deal: Mapped[Deal] = relationship()
    held_by_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    held_by: Mapped[User] = relationship()
    reason: Mapped[str] = mapped_column(Text)
    held_at: Mapped[datetime]


class Notice(Base):
    """The day from which a deal's seller could see that the buyer will be asked, and could hold."""

    __tablename__ = "notice"

    id: Mapped[Id]
    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"), unique=True)
    deal: Mapped[Deal] = relationship()
    seller_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"), index=True)
    seller: Mapped[User] = relationship()
    noticed_at: Mapped[datetime]


class Referral(Base):
    """Somebody else whom a buyer would have us ask. A person of ours confirms before we do."""

    __tablename__ = "referral"
    __table_args__ = (
        CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name="settled_at_set"),
        CheckConstraint("email = lower(email)", name="email_lower_case"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id"), unique=True)
    invitation: Mapped[Invitation] = relationship()
    name: Mapped[Name]
    email: Mapped[EmailAddress]
    state: Mapped[ReferralState] = mapped_column(
        one_of(ReferralState), default=ReferralState.WAITING
    )
    referred_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    settled_by: Mapped[User | None] = relationship()


class ErasureRequest(Base):
    """A person asked to have everything we hold about them erased. One per person."""

    __tablename__ = "erasure_request"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), unique=True)
    contact: Mapped[Contact] = relationship()
    requested_at: Mapped[datetime]
    doubts: Mapped[list[Any]] = mapped_column(default=list)
    """Signs that a machine pressed, which whoever erases for ever may want to know."""
    settled_at: Mapped[datetime | None]
    """When a person of ours wrote down that it is done."""
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    settled_by: Mapped[User | None] = relationship()
