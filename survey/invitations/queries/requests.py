"""What buyers asked of us instead of answering."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from survey.deals.models import Contact, Deal
from survey.invitations.models import ErasureRequest, Invitation, Referral
from survey.invitations.types import ReferralState


def referral_of(session: Session, invitation: Invitation) -> Referral | None:
    return session.scalar(select(Referral).where(Referral.invitation_id == invitation.id))


def erasure_request_of(session: Session, contact: Contact) -> ErasureRequest | None:
    return session.scalar(select(ErasureRequest).where(ErasureRequest.contact_id == contact.id))


def find_referral(session: Session, public_id: str) -> Referral | None:
    return session.scalar(
        select(Referral)
        .where(Referral.public_id == public_id)
        .options(joinedload(Referral.invitation).joinedload(Invitation.deal))
    )


def find_erasure_request(session: Session, public_id: str) -> ErasureRequest | None:
    return session.scalar(select(ErasureRequest).where(ErasureRequest.public_id == public_id))


def referrals_waiting(session: Session) -> Sequence[Referral]:
    """Colleagues whom buyers named and nobody has settled, the longest waiting first."""
    invitation = joinedload(Referral.invitation)
    return session.scalars(
        select(Referral)
        .where(Referral.state == ReferralState.WAITING)
        .options(
            invitation.joinedload(Invitation.contact),
            invitation.joinedload(Invitation.deal).joinedload(Deal.account),
        )
        .order_by(Referral.referred_at, Referral.id)
    ).all()


def erasure_requests(session: Session) -> Sequence[ErasureRequest]:
    """Who asked to be forgotten: what is open first, the longest waiting on top."""
    return session.scalars(
        select(ErasureRequest)
        .options(
            joinedload(ErasureRequest.contact).joinedload(Contact.account),
            joinedload(ErasureRequest.settled_by),
        )
        .order_by(
            ErasureRequest.settled_at.is_not(None), ErasureRequest.requested_at, ErasureRequest.id
        )
    ).all()


def declined(session: Session, *, limit: int) -> Sequence[Invitation]:
    """Invitations that their buyers declined, the latest first."""
    return session.scalars(
        select(Invitation)
        .where(Invitation.declined_at.is_not(None))
        .options(
            joinedload(Invitation.contact), joinedload(Invitation.deal).joinedload(Deal.account)
        )
        .order_by(Invitation.declined_at.desc(), Invitation.id.desc())
        .limit(limit)
    ).all()


def count_waiting(session: Session) -> int:
    """How many referrals and erasure requests wait for a person."""
    waiting = select(func.count(Referral.id)).where(Referral.state == ReferralState.WAITING)
    unsettled = select(func.count(ErasureRequest.id)).where(ErasureRequest.settled_at.is_(None))
    return (session.scalar(waiting) or 0) + (session.scalar(unsettled) or 0)


def requests_about(session: Session, deal: Deal) -> tuple[list[Referral], list[ErasureRequest]]:
    """Who was named instead about a deal, and who of those asked wants to be forgotten."""
    asked = select(Invitation.id).where(Invitation.deal_id == deal.id)
    people = select(Invitation.contact_id).where(Invitation.deal_id == deal.id)
    referrals = session.scalars(
        select(Referral).where(Referral.invitation_id.in_(asked)).order_by(Referral.id)
    )
    erasures = session.scalars(
        select(ErasureRequest)
        .where(ErasureRequest.contact_id.in_(people))
        .options(joinedload(ErasureRequest.contact))
        .order_by(ErasureRequest.id)
    )
    return list(referrals), list(erasures)
