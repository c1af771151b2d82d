"""Which answer speaks for a deal, and which of its reasons counts. Every figure starts here.

A deal speaks once: the decider's answer, else the latest. Its primary reason is the one a person
confirmed, else the buyer's own click.

**The one place that decides which answers count.** Answers given “only in totals” are left out,
always, unless a caller names the months of closed quarters that `queries.totals` has allowed.
"""

from collections.abc import Collection
from datetime import date

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    case,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from survey.coding.models import Coding
from survey.coding.types import CodingRole, CodingSource, CodingState
from survey.deals.models import Alternative, Competitor, Deal, DealContact
from survey.deals.types import Outcome, Source
from survey.insights.types import DECIDING_DIRECTION, Filter, Scope, Window
from survey.invitations.models import Invitation
from survey.responses.models import Response
from survey.responses.types import ResponseState
from survey.responses.visibility import all_told_to, may_be_read, whole_to
from survey.taxonomy.queries import Heirs, as_called_in, heirs_in, newest_release
from survey.team.models import Team, User

_WHO_CONFIRMED = {CodingSource.PERSON: 0, CodingSource.MODEL: 1, CodingSource.BUYER: 2}
# A model's primary stands only once a person confirmed it, so it goes before the click.
_IS_OF_THE_ANSWER = (DealContact.deal_id == Response.deal_id) & (
    DealContact.contact_id == Invitation.contact_id
)


def countable(*, joined_months: Collection[int] = ()) -> ColumnElement[bool]:
    """Responses that may enter a figure: sent by a person, and not “only in totals”.

    `joined_months` are the month indexes of quarters in which all may join; see `queries.totals`.
    """
    may_count = may_be_read()
    if joined_months:
        may_count = or_(may_count, Response.month_index.in_(sorted(joined_months)))
    return (Response.state == ResponseState.COUNTED) & may_count


def voices(
    scope: Scope,
    heirs: Heirs,
    *,
    joined_months: Collection[int] = (),
    reader: User | None = None,
) -> CTE:
    """One row per answered deal of the filter, whenever it was answered.

    Columns: deal_id, response_id, month_index, outcome, ended, audience, reason_id, explains (the
    outcome), is_divided, is_hidden (the reader may not read it with names).
    """
    primary = primaries(heirs)
    spoken = (
        select(
            Response.deal_id,
            Response.id.label("response_id"),
            Response.month_index,
            Deal.outcome,
            Response.ended,
            Response.audience,
            primary.c.reason_id,
            _explains(primary.c.direction).label("explains"),
            _is_divided(primary).label("is_divided"),
            (~whole_to(reader) if reader else false()).label("is_hidden"),
            _turn().label("turn"),
        )
        .join(Invitation, Invitation.id == Response.invitation_id)
        .join(Deal, Deal.id == Response.deal_id)
        .outerjoin(DealContact, _IS_OF_THE_ANSWER)
        .outerjoin(primary, primary.c.response_id == Response.id)
        .where(
            countable(joined_months=joined_months),
            Response.submitted_at < scope.cut_at,
            Deal.outcome != Outcome.OPEN,
            *deal_conditions(scope.filter, reader),
        )
        .subquery()
    )
    return select(spoken).where(spoken.c.turn == 1).cte("voice")


def _turn() -> ColumnElement[int]:
    """1 for the answer that speaks for its deal: the decider’s, else the latest."""
    return func.row_number().over(
        partition_by=Response.deal_id,
        order_by=(
            case((DealContact.is_decider, 0), else_=1),
            Response.submitted_at.desc(),
            Response.id.desc(),
        ),
    )


def _is_divided(primary: CTE) -> ColumnElement[bool]:
    """Whether the people of one deal named different primary reasons."""
    lowest, highest = (
        each(primary.c.reason_id).over(partition_by=Response.deal_id)
        for each in (func.min, func.max)
    )
    return lowest != highest


def primaries(heirs: Heirs) -> CTE:
    """The primary that counts for each response that has one: reason_id and direction."""
    rank = func.row_number().over(
        partition_by=Coding.response_id,
        order_by=(case(_WHO_CONFIRMED, value=Coding.source), Coding.id),
    )
    ranked = (
        select(
            Coding.response_id,
            as_called_in(heirs, Coding.reason_id).label("reason_id"),
            Coding.direction,
            rank.label("rank"),
        )
        .where(Coding.role == CodingRole.PRIMARY, Coding.state == CodingState.CONFIRMED)
        .subquery()
    )
    return select(ranked).where(ranked.c.rank == 1).cte("primary_reason")


def _explains(direction: ColumnElement[object]) -> ColumnElement[bool]:
    return or_(
        *(
            (Deal.outcome == outcome) & (direction == way)
            for outcome, way in DECIDING_DIRECTION.items()
        )
    )


def heirs(session: Session) -> Heirs:
    """What the reasons of earlier releases are called today."""
    newest = newest_release(session)
    return heirs_in(session, newest) if newest else {}


def deal_conditions(wanted: Filter, reader: User | None) -> list[ColumnElement[bool]]:
    """The filter as conditions on `Deal`, as far as the reader may know that a deal meets them; the
    window is not among them.

    All the company's deals against one competitor are a total of the whole company, and count
    whoever says so. In anything narrower it soon means one deal, so it counts only where the reader
    may know it of the deal.
    """
    conditions: list[ColumnElement[bool]] = []
    if wanted.outcome:
        conditions.append(Deal.outcome == wanted.outcome)
    for column, value in (
        (Deal.region, wanted.region),
        (Deal.product, wanted.product),
        (Deal.segment, wanted.segment),
    ):
        if value:
            conditions.append(column == value)
    if wanted.competitor:
        if reader and wanted.is_narrowed_beside_competitor:
            conditions.append(told_against(reader, wanted.competitor))
        else:
            conditions.append(Deal.id.in_(_deals_against(wanted.competitor)))
    sellers = select(User.id)
    if wanted.seller:
        conditions.append(Deal.seller_id.in_(sellers.where(User.public_id == wanted.seller)))
    if wanted.team:
        conditions.append(
            Deal.seller_id.in_(
                sellers.join(Team, Team.id == User.team_id).where(Team.name == wanted.team)
            )
        )
    return conditions


def told_against(reader: User, competitor: str) -> ColumnElement[bool]:
    """The condition on `Deal` under which the reader may know that it was against the competitor
    of that public id: our records say so, or answers of which the reader sees all.
    """
    if not competitor:
        return true()
    in_our_records = _deals_against(competitor).where(Alternative.source != Source.BUYER)
    by_the_buyer = Deal.id.in_(_deals_against(competitor)) & all_told_to(reader)
    return or_(Deal.id.in_(in_our_records), by_the_buyer)


def told_in_part(wanted: Filter, reader: User | None) -> ColumnElement[bool]:
    """The condition on `Deal` under which the reader may know, in a part of the view by anything
    but outcome and month, that a deal meets the filter.
    """
    return told_against(reader, wanted.competitor) if reader else true()


def _deals_against(public_id: str) -> Select[int]:
    return (
        select(Alternative.deal_id)
        .join(Competitor, Competitor.id == Alternative.competitor_id)
        .where(Competitor.public_id == public_id)
    )


def closed_in(window: Window) -> list[ColumnElement[bool]]:
    """Deals that closed in these months, by the day our records name."""
    past_the_end: date = window.last.plus(1).first_day
    return [
        Deal.outcome != Outcome.OPEN,
        Deal.closed_on >= window.first.first_day,
        Deal.closed_on < past_the_end,
    ]


def arrived_in(voice: CTE, window: Window) -> ColumnElement[bool]:
    """Voices whose answer arrived in these months, by the company's clock."""
    return voice.c.month_index.between(window.first.index, window.last.index)


def how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """Of the rows grouped, those of which it is true."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
