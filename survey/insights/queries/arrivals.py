"""How many deals answered in each month: what each month's report counts, all months at once."""

from sqlalchemy import case, distinct, func, select
from sqlalchemy.orm import Session

from survey.deals.models import Deal, DealContact
from survey.deals.types import Outcome
from survey.insights.queries.voices import countable
from survey.invitations.models import Invitation
from survey.kit.clock import Month
from survey.responses.models import Response


def answered_by_month(session: Session) -> dict[Month, int]:
    """By month, the latest first; months without an answer are left out.

    As `voices` has it when the data are cut at each month's end: of all answers until then the
    decider's speaks for the deal, else the latest. So a deal counts in a month in which somebody
    answered, unless the decider had done so before.
    """
    decides = case((DealContact.is_decider, 1), else_=0)
    said = (
        select(
            Response.deal_id,
            Response.month_index,
            decides.label("decides"),
            # Ordered windows end at the row's own month, all its answers included.
            func.max(decides)
            .over(partition_by=Response.deal_id, order_by=Response.month_index)
            .label("decided_by_then"),
        )
        .join(Invitation, Invitation.id == Response.invitation_id)
        .join(Deal, Deal.id == Response.deal_id)
        .outerjoin(
            DealContact,
            (DealContact.deal_id == Response.deal_id)
            & (DealContact.contact_id == Invitation.contact_id),
        )
        .where(countable(), Deal.outcome != Outcome.OPEN)
        .subquery()
    )
    rows = session.execute(
        select(said.c.month_index, func.count(distinct(said.c.deal_id)))
        .where(said.c.decides == said.c.decided_by_then)
        .group_by(said.c.month_index)
        .order_by(said.c.month_index.desc())
    )
    return {Month.of_index(index): answered for index, answered in rows}
