"""The deals behind a bar of the funnel, and which of them a reader may be told."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from survey.deals.models import Deal
from survey.insights.queries.coverage import reached
from survey.insights.queries.skips import skipped
from survey.insights.queries.voices import countable, told_against
from survey.insights.types import Filter, Scope, Step
from survey.kit.bulk import among
from survey.responses.models import Response
from survey.responses.visibility import whole_to
from survey.team.models import User
from survey.team.types import Role

_BUYERS_OWN = frozenset({Step.STARTED, Step.ANSWERED})


@dataclass(frozen=True, slots=True)
class DealsBehind:
    """What a bar counts."""

    step: Step
    counted_by: Filter
    listed: ColumnElement[bool]
    """The condition on `Deal` under which the reader may be told that the bar counts it."""
    counted: int
    unlisted: int
    """Counted, but not to be named to this reader."""

    @property
    def is_buyers_own(self) -> bool:
        """Whether it is the buyer who came so far, not we with them."""
        return self.step in _BUYERS_OWN


def deals_behind(session: Session, reader: User, scope: Scope, step: Step) -> DealsBehind:
    """The deals that the funnel counts at that step, as far as the reader may know them."""
    counted_here = _counted_at(session, reader, scope, step)
    listed = counted_here & _may_be_told(reader, scope, step)
    counted = _how_many(session, counted_here)
    return DealsBehind(step, scope.filter, listed, counted, counted - _how_many(session, listed))


def _counted_at(session: Session, reader: User, scope: Scope, step: Step) -> ColumnElement[bool]:
    """The condition on `Deal` under which the funnel counts it at that step."""
    if step is Step.ELIGIBLE:
        not_asked: ColumnElement[bool] = among(Deal.id, skipped(session, scope, reader))
        return reached(scope, Step.CLOSED, reader) & ~not_asked
    return reached(scope, step, reader)


def _may_be_told(reader: User, scope: Scope, step: Step) -> ColumnElement[bool]:
    """Whether the reader may know it of this deal.

    Whose buyer has begun or answered is told by the answers that the reader may read, and by
    nothing else: who watched that list could see somebody leave it for “only in totals”.
    """
    told = told_against(reader, scope.filter.competitor)
    if reader.role is Role.SELLER:
        told &= Deal.seller_id == reader.id
    if step in _BUYERS_OWN:
        told &= Deal.id.in_(select(Response.deal_id).where(countable(), whole_to(reader)))
    return told


def _how_many(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count(Deal.id)).where(condition)) or 0
