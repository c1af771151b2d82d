"""What people ask about asking."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from survey.deals.models import Deal
from survey.invitations.models import Invitation, Link
from survey.invitations.types import LinkPurpose
from survey.kit.tokens import digest


def find_by_token(session: Session, token: str, *, purpose: LinkPurpose) -> Invitation | None:
    """The invitation that a token opens; None where it is unknown or opens something else.

    A closed or cancelled invitation is found too, so that the page can say so kindly: ask
    `rules.takes_answers`. Campaign, version, contact, deal and account come with it.
    """
    return session.scalar(
        select(Invitation)
        .join(Link, Link.invitation_id == Invitation.id)
        .where(Link.token_digest == digest(token), Link.purpose == purpose)
        .options(
            joinedload(Invitation.campaign),
            joinedload(Invitation.version),
            joinedload(Invitation.contact),
            joinedload(Invitation.deal).joinedload(Deal.account),
        )
    )
