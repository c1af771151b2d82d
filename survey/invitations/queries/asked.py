"""What people ask about those who were asked, and about whom to ask or not to."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from survey.audit.queries import entries_about
from survey.audit.types import Subject
from survey.company.models import Company
from survey.deals.models import Contact, Deal, DealContact
from survey.invitations import facts
from survey.invitations.models import Hold, Invitation, Link
from survey.invitations.rules.contacts import barred_for_itself, choice_among
from survey.invitations.types import ContactRule, LinkPurpose, ReferralState, SkipReason
from survey.invitations.verdicts import Choice
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


def to_send(session: Session, invitation_ids: Sequence[int]) -> dict[int, Invitation]:
    """The invitations that are still there, by number, with all that their mails speak of."""
    asked = (
        select(Invitation)
        .where(Invitation.id.in_(invitation_ids))
        .options(
            # Many invitations share these: read once, not once for each.
            selectinload(Invitation.campaign),
            joinedload(Invitation.contact),
            joinedload(Invitation.deal).selectinload(Deal.seller),
        )
        .order_by(Invitation.id)
    )
    return {invitation.id: invitation for invitation in session.scalars(asked)}


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
    (known,) = facts.deal_facts(session, Deal.id == deal.id)
    picked = choice_among(known.contacts)
    if picked is None:
        return None
    contact, rule = picked
    chooser = _chooser(session, deal) if rule is ContactRule.CHOSEN else ""
    return Choice(contact.id, rule, chooser)


def barred_in(session: Session, deal: Deal) -> dict[int, SkipReason]:
    """The deal's contacts who may not be asked, wherever they are, and why."""
    (known,) = facts.deal_facts(session, Deal.id == deal.id)
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
