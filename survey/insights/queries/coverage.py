"""Who was asked and who answered, among the deals that closed in the window."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Subquery, case, extract, func, or_, select
from sqlalchemy.orm import Session

from survey.deals.models import Deal
from survey.deals.types import Outcome
from survey.insights.queries.voices import (
    closed_in,
    countable,
    deal_conditions,
    how_many,
    told_in_part,
)
from survey.insights.types import CLOSED, CohortFigure, Coverage, CoverageRow, Scope, Step, Trait
from survey.invitations.models import Hold, Invitation
from survey.kit.clock import Month
from survey.kit.disclosure import Rate
from survey.kit.statistics import Count
from survey.responses.models import Response, ResponseDraft
from survey.team.models import User

_STEPS = ("invited", "delivered", "started", "answered", "held")
_SIZES = ("", "smallest", "middle", "largest")
_THIRDS = 3
COMPLETE_AFTER = timedelta(days=60)


def coverage(
    session: Session,
    scope: Scope,
    *,
    reader: User | None = None,
    skipped: Mapping[int, str] | None = None,
) -> Coverage:
    """The funnel of the window's closings, each step within the one before.

    `skipped` says of deals (by number) why nobody was asked; those are not eligible.
    """
    deals = _deals(scope, reader)
    traits = (deals.c.outcome, deals.c.segment, deals.c.third, deals.c.is_told)
    counts = [func.count().label("closed"), *(how_many(deals.c[s]).label(s) for s in _STEPS)]
    found = session.execute(select(*traits, *counts).group_by(*traits).order_by(*traits)).all()
    totals = {name: sum(getattr(each, name) for each in found) for name in ("closed", *_STEPS)}
    reasons = Counter((skipped or {}).values())
    return Coverage(
        closed=totals["closed"],
        eligible=totals["closed"] - reasons.total(),
        invited=totals["invited"],
        delivered=totals["delivered"],
        started=totals["started"],
        answered=totals["answered"],
        held=totals["held"],
        skips=dict(reasons.most_common()),
        declined=_declined(session, scope, reader),
        rows=_rows(scope, found),
    )


def _rows(scope: Scope, found: Sequence[Row[Any]]) -> tuple[CoverageRow, ...]:
    """How those who answered differ. By segment and size only deals that may be told of count: by
    outcome alone a deal against a competitor points at nobody.
    """
    closed: Counter[tuple[Trait, str]] = Counter()
    answered: Counter[tuple[Trait, str]] = Counter()
    for each in found:
        told = {Trait.OUTCOME: each.outcome.value}
        if each.is_told:
            told |= {Trait.SEGMENT: each.segment, Trait.SIZE: _SIZES[each.third]}
        for trait, value in told.items():
            closed[trait, value] += each.closed
            answered[trait, value] += each.answered
    return tuple(
        CoverageRow(trait, value, Rate(Count(answered[trait, value], n), scope.grey_threshold))
        for (trait, value), n in sorted(closed.items(), key=_in_reading_order)
    )


def _declined(session: Session, scope: Scope, reader: User | None) -> dict[str, int]:
    """Why buyers would rather not answer, with their deals that nobody answered about."""
    deals = _deals(scope, reader)
    found = session.execute(
        select(Invitation.deal_id, Invitation.decline_reason)
        .join(deals, deals.c.id == Invitation.deal_id)
        .where(Invitation.declined_at < scope.cut_at, ~deals.c.answered)
        .order_by(Invitation.declined_at, Invitation.id)
    )
    latest = {deal_id: reason.sentence for deal_id, reason in found if reason}
    return dict(Counter(latest.values()).most_common())


def reached(scope: Scope, step: Step, reader: User | None) -> ColumnElement[bool]:
    """The condition on `Deal` under which the funnel counts it at that step.

    Who could be asked is not in the tables: see `steps.deals_behind`.
    """
    deals = _deals(scope, reader)
    query = select(deals.c.id)
    if step is not Step.CLOSED:
        query = query.where(deals.c[step])
    return Deal.id.in_(query)


def cohorts(
    session: Session, scope: Scope, *, reader: User | None = None
) -> tuple[CohortFigure, ...]:
    """The window's deals by the month they closed in, latest first."""
    deals = _deals(scope, reader)
    year, month = extract("year", deals.c.closed_on), extract("month", deals.c.closed_on)
    found = session.execute(
        select(year, month, func.count(), how_many(deals.c.answered))
        .group_by(year, month)
        .order_by(year.desc(), month.desc())
    )
    return tuple(
        CohortFigure(
            month=Month(int(in_year), int(number)),
            answered=Rate(Count(answered, closed), scope.grey_threshold),
            is_complete=(
                Month(int(in_year), int(number)).ends_at(scope.zone) + COMPLETE_AFTER
                <= scope.cut_at
            ),
        )
        for in_year, number, closed, answered in found
    )


def _in_reading_order(pair: tuple[tuple[Trait, str], int]) -> tuple[int, int, str]:
    """Outcomes, then segments by their number of deals, then sizes from small to large."""
    (trait, value), deals = pair
    place = list(Trait).index(trait)
    if trait is Trait.OUTCOME:
        return (place, CLOSED.index(Outcome(value)), "")
    if trait is Trait.SIZE:
        return (place, _SIZES.index(value) or len(_SIZES), "")
    return (place, -deals, value)


def _deals(scope: Scope, reader: User | None) -> Subquery:
    """One row per deal that closed in the window, with the steps it reached.

    A later step implies the earlier ones: a reply that staff recorded is an answer even where the
    invitation was never handed over.
    """
    answered = _has(
        select(Response.id).where(
            Response.deal_id == Deal.id, Response.submitted_at < scope.cut_at, countable()
        )
    )
    started = or_(answered, _has(_drafts(scope)))
    invitations = select(Invitation.id).where(Invitation.deal_id == Deal.id)
    delivered = or_(started, _has(invitations.where(Invitation.sent_at < scope.cut_at)))
    asked = invitations.where(
        Invitation.cancelled_at.is_(None), Invitation.invited_at < scope.cut_at
    )
    held = select(Hold.id).where(Hold.deal_id == Deal.id, Hold.held_at < scope.cut_at)
    return (
        select(
            Deal.id,
            Deal.outcome,
            Deal.segment,
            Deal.closed_on,
            _third().label("third"),
            told_in_part(scope.filter, reader).label("is_told"),
            answered.label("answered"),
            started.label("started"),
            delivered.label("delivered"),
            or_(delivered, _has(asked)).label("invited"),
            _has(held).label("held"),
        )
        .where(*closed_in(scope.filter.window), *deal_conditions(scope.filter, reader))
        .subquery()
    )


def _third() -> ColumnElement[int]:
    """1 to 3 by amount among the deals of the same currency; 0 where there is no amount."""
    within = func.ntile(_THIRDS).over(
        partition_by=Deal.currency, order_by=(Deal.amount_minor, Deal.id)
    )
    return case((Deal.amount_minor.is_(None), 0), else_=within)


def _drafts(scope: Scope) -> Select[Any]:
    """Drafts that were not sent, nor filled in by a machine: one that became an answer counts, or
    not, as that answer.
    """
    sent = select(Response.id).where(Response.invitation_id == ResponseDraft.invitation_id)
    return (
        select(ResponseDraft.invitation_id)
        .join(Invitation, Invitation.id == ResponseDraft.invitation_id)
        .where(
            Invitation.deal_id == Deal.id,
            ResponseDraft.started_at < scope.cut_at,
            ResponseDraft.is_doubted.is_(False),
            ~sent.exists(),
        )
    )


def _has(rows: Select[Any]) -> ColumnElement[bool]:
    return rows.correlate(Deal).exists()
