"""What people ask about those who were asked, and about whom to ask or not to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from survey.audit.queries import entries_about
from survey.audit.types import Subject
from survey.company.models import Company
from survey.deals.models import Contact, Deal, DealContact
from survey.deals.types import Outcome
from survey.invitations.facts.deals import facts_of_deals
from survey.invitations.models import Campaign, Hold, Invitation, Link
from survey.invitations.rules.contacts import barred_for_itself, choice_among
from survey.invitations.types import ContactRule, LinkPurpose, ReferralState, SkipReason
from survey.invitations.verdicts import Choice
from survey.kit.bulk import among
from survey.kit.tokens import digest
from survey.kit.words import day_in_words, first_name
from survey.team.models import User

_CHOOSING = ("contact_chosen", f"referral_{ReferralState.CONFIRMED}")


def find_by_token(
    session: Session, token: str, *, purpose: LinkPurpose, is_shown: bool = True
) -> Invitation | None:
    """The invitation that a token opens; None where it is unknown or opens something else.

    A closed or cancelled invitation is found too, so that the page can say so kindly: ask
    `takes_answers`. Where it is to be shown, campaign, contact and deal come with it.
    """
    shown = (Invitation.campaign, Invitation.contact, Invitation.deal) if is_shown else ()
    return session.scalar(
        select(Invitation)
        .join(Link, Link.invitation_id == Invitation.id)
        .where(Link.token_digest == digest(token), Link.purpose == purpose)
        .options(*(joinedload(part) for part in shown))
    )


@dataclass(frozen=True, slots=True)
class ToAsk:
    """An invitation, with what its mail says of the deal, the contact and the seller."""

    campaign: Campaign
    id: int
    deal_id: int
    contact_id: int
    public_id: str
    version_id: int
    asked_as: Outcome
    closes_at: datetime
    declined_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str
    reminders_at_most: int
    product: str
    opened_on: date | None
    closed_on: date | None
    contact_name: str
    seller_name: str
    """Empty where nobody of us is named as the deal's seller."""


def to_send(session: Session, invitation_ids: Sequence[int]) -> dict[int, ToAsk]:
    """The invitations that are still there, by number, with all that their mails speak of."""
    asked: Select[*tuple[Any, ...]] = (
        select(
            *(Invitation.campaign_id, Invitation.id, Invitation.deal_id, Invitation.contact_id),
            *(Invitation.public_id, Invitation.version_id, Invitation.asked_as),
            *(Invitation.closes_at, Invitation.declined_at, Invitation.cancelled_at),
            *(Invitation.cancel_reason, Invitation.reminders_at_most, Deal.product),
            *(Deal.opened_on, Deal.closed_on, Contact.name, func.coalesce(User.name, "")),
        )
        .join(Contact, Contact.id == Invitation.contact_id)
        .join(Deal, Deal.id == Invitation.deal_id)
        .outerjoin(User, User.id == Deal.seller_id)
        .where(among(Invitation.id, invitation_ids))
        .order_by(Invitation.id)
    )
    rows = session.execute(asked).all()
    running = select(Campaign).where(Campaign.id.in_({row.campaign_id for row in rows}))
    campaigns = {campaign.id: campaign for campaign in session.scalars(running)}
    return {row.id: ToAsk(campaigns[row.campaign_id], *row[1:]) for row in rows}


def to_ask(invitation: Invitation) -> ToAsk:
    """`to_send` of an invitation that was read with all of this, or stands in no table yet."""
    deal = invitation.deal
    return ToAsk(
        campaign=invitation.campaign,
        id=invitation.id,
        public_id=invitation.public_id,
        deal_id=invitation.deal_id,
        contact_id=invitation.contact_id,
        version_id=invitation.version_id,
        asked_as=invitation.asked_as,
        closes_at=invitation.closes_at,
        declined_at=invitation.declined_at,
        cancelled_at=invitation.cancelled_at,
        cancel_reason=invitation.cancel_reason,
        reminders_at_most=invitation.reminders_at_most,
        product=deal.product,
        opened_on=deal.opened_on,
        closed_on=deal.closed_on,
        contact_name=invitation.contact.name,
        seller_name=deal.seller.name if deal.seller else "",
    )


def for_deal(session: Session, deal: Deal) -> list[Invitation]:
    """The deal's invitations, the earliest first."""
    asked = (
        select(Invitation)
        .where(Invitation.deal_id == deal.id)
        .options(joinedload(Invitation.contact), joinedload(Invitation.campaign))
        .order_by(Invitation.invited_at, Invitation.id)
    )
    return list(session.scalars(asked))


def was_mailed(session: Session, deal: Deal) -> bool:
    """Whether a mail about the deal has left."""
    asked = select(Invitation.id).where(
        Invitation.deal_id == deal.id, Invitation.sent_at.is_not(None)
    )
    return session.scalar(asked.limit(1)) is not None


def fields_of(invitation: Invitation, company: Company) -> dict[str, str]:
    """What the questionnaire's words are filled with for this buyer, who knows all of it."""
    campaign = invitation.campaign
    return {
        "company": company.name,
        "first_name": first_name(invitation.contact.name),
        "product": invitation.deal.product or company.name,
        "sender_name": campaign.sender_name,
        "sender_role": campaign.sender_role,
        "phone": campaign.phone,
        "date": day_in_words(invitation.closes_at.astimezone(company.zone).date()),
    }


def parts_in(session: Session, deal: Deal) -> list[DealContact]:
    """The deal's contacts with their part in it, deciders first, then whoever was active last."""
    asked = (
        select(DealContact)
        .join(DealContact.contact)
        .where(DealContact.deal_id == deal.id)
        .options(contains_eager(DealContact.contact))
        .order_by(
            DealContact.is_chosen_to_ask.desc(),
            DealContact.is_decider.desc(),
            Contact.last_active_on.desc().nulls_last(),
            Contact.id,
        )
    )
    return list(session.scalars(asked))


def choice_of(session: Session, deal: Deal) -> Choice | None:
    """Whom of the deal's contacts to ask, and by what rule; None where a person has to choose."""
    (known,) = facts_of_deals(session, [deal.id])
    picked = choice_among(known.contacts)
    if picked is None:
        return None
    contact, rule = picked
    chooser = _chooser(session, deal) if rule is ContactRule.CHOSEN else ""
    return Choice(contact.id, rule, chooser)


def barred_in(session: Session, deal: Deal) -> dict[int, SkipReason]:
    """The deal's contacts who may not be asked, wherever they are, and why."""
    (known,) = facts_of_deals(session, [deal.id])
    reasons = {contact.id: barred_for_itself(contact) for contact in known.contacts}
    return {number: reason for number, reason in reasons.items() if reason}


def _chooser(session: Session, deal: Deal) -> str:
    """The name of the user who last chose whom to ask about the deal."""
    entries = entries_about(session, Subject("deal", deal.id))
    by = next((e.actor_id for e in reversed(entries) if e.action in _CHOOSING), None)
    return session.scalar(select(User.name).where(User.id == by)) or ""


def holds(session: Session, *, seller: User | None) -> list[Hold]:
    """Every hold (of that seller's deals), the newest first, with deal, account and who asked."""
    asked = (
        select(Hold)
        .join(Hold.deal)
        .options(
            contains_eager(Hold.deal).joinedload(Deal.account),
            joinedload(Hold.held_by),
        )
        .order_by(Hold.held_at.desc(), Hold.id)
    )
    return list(session.scalars(asked.where(Deal.seller == seller) if seller else asked))


def hold_of(session: Session, deal: Deal) -> Hold | None:
    return session.scalar(
        select(Hold).where(Hold.deal_id == deal.id).options(joinedload(Hold.held_by))
    )
