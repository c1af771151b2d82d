"""Who was asked and who answered, among the deals that closed in the window."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, func, or_, select
from sqlalchemy.orm import Session

from survey.deals.models import Deal
from survey.deals.types import Outcome
from survey.insights.queries.voices import closed_in, countable, deal_conditions
from survey.insights.types import CLOSED, Coverage, Scope
from survey.invitations.models import Hold, Invitation
from survey.responses.models import Response, ResponseDraft

_STEPS = ("invited", "delivered", "started", "answered", "held")


def coverage(
    session: Session, scope: Scope, *, skipped: Mapping[int, str] | None = None
) -> Coverage:
    """The funnel of the window's closings, each step within the one before.

    `skipped` says of deals (by number) why nobody was asked; those are not eligible.
    """
    deals = _deals(scope)
    steps: list[ColumnElement[int]] = [_how_many(deals.c[step]) for step in _STEPS]
    counts: list[int] = list(session.execute(select(func.count(), *steps).select_from(deals)).one())
    closed, invited, delivered, started, answered, held = counts
    reasons = Counter((skipped or {}).values())
    return Coverage(
        closed=closed,
        eligible=max(closed - reasons.total(), invited),
        invited=invited,
        delivered=delivered,
        started=started,
        answered=answered,
        held=held,
        skips=dict(reasons.most_common()),
    )


def closed_and_answered(session: Session, scope: Scope) -> dict[Outcome, tuple[int, int]]:
    """By outcome: deals that closed in the window, and those of them that answered."""
    deals = _deals(scope)
    rows = session.execute(
        select(deals.c.outcome, func.count(), _how_many(deals.c.answered))
        .group_by(deals.c.outcome)
        .order_by(deals.c.outcome)
    )
    found = {outcome: (closed, answered) for outcome, closed, answered in rows}
    return {outcome: found.get(outcome, (0, 0)) for outcome in CLOSED}


def _deals(scope: Scope) -> Subquery:
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
            answered.label("answered"),
            started.label("started"),
            delivered.label("delivered"),
            or_(delivered, _has(asked)).label("invited"),
            _has(held).label("held"),
        )
        .where(*closed_in(scope.filter.window), *deal_conditions(scope.filter))
        .subquery()
    )


def _drafts(scope: Scope) -> Select[Any]:
    """Drafts that were not sent: one that became an answer counts, or not, as that answer."""
    sent = select(Response.id).where(Response.invitation_id == ResponseDraft.invitation_id)
    return (
        select(ResponseDraft.invitation_id)
        .join(Invitation, Invitation.id == ResponseDraft.invitation_id)
        .where(
            Invitation.deal_id == Deal.id,
            ResponseDraft.started_at < scope.cut_at,
            ~sent.exists(),
        )
    )


def _has(rows: Select[Any]) -> ColumnElement[bool]:
    return rows.correlate(Deal).exists()


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
