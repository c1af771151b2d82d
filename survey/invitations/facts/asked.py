"""Who was asked, and what was noted or taken back before."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from survey.deals.models import Deal
from survey.invitations.models import Invitation, Notice
from survey.invitations.verdicts import Due
from survey.kit.bulk import among

HAS_ASKED = or_(Invitation.cancelled_at.is_(None), Invitation.sent_at.is_not(None))
"""True of an invitation that was sent or still will be; a cancelled one may be made anew."""

STANDS = and_(HAS_ASKED, Invitation.passed_on_at.is_(None))
"""True of an invitation that answers for its deal and account: not once its buyer named a colleague
whom we agreed to ask instead.
"""


def was_asked() -> ColumnElement[bool]:
    """True of a deal that an invitation stands for."""
    return (
        select(Invitation.id).where(Invitation.deal_id == Deal.id, STANDS).correlate(Deal).exists()
    )


def deals_without_notice(session: Session) -> list[tuple[int, int]]:
    """Deals with a seller who could not yet see that the buyer will be asked, and that seller."""
    asked = (
        select(Deal.id, Deal.seller_id)
        .outerjoin(Notice, Notice.deal_id == Deal.id)
        .where(Notice.id.is_(None), Deal.seller_id.is_not(None), Deal.closed_on.is_not(None))
        .order_by(Deal.id)
    )
    return [(deal_id, seller_id) for deal_id, seller_id in session.execute(asked) if seller_id]


def taken_back(session: Session, due: Sequence[Due]) -> dict[tuple[int, int], Invitation]:
    """The invitations of these that were made once and taken back, by deal and contact."""
    about = among(Invitation.deal_id, [each.deal_id for each in due])
    earlier = session.scalars(select(Invitation).where(about).order_by(Invitation.id))
    return {(each.deal_id, each.contact_id): each for each in earlier}
