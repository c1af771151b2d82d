"""Whom the deals were against: how often each competitor was met, and what became of it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import CTE, ColumnElement, extract, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from survey.deals.models import Alternative, Competitor, Deal
from survey.deals.types import Source
from survey.insights.queries.groups import Grouping, Rows, figures_by
from survey.insights.queries.voices import closed_in, deal_conditions, told_in_part
from survey.insights.rules import changes
from survey.insights.types import Filter, GroupFigure, Scope, Window
from survey.kit.clock import Month
from survey.kit.statistics import Count
from survey.responses.visibility import all_told_to
from survey.team.models import User


def by_competitor(
    session: Session,
    scope: Scope,
    voice: CTE,
    *,
    reader: User | None,
    recent: Window,
    before: Window,
) -> tuple[GroupFigure, ...]:
    """Deals in which each competitor was considered, whoever says so; a deal may have several. In a
    narrowed view they are those of which the reader may know it.

    Each says whether it was met more or less often in the `recent` closings than `before`. The
    last row holds the deals of which nobody named a competitor.
    """
    by = Grouping(
        key=func.coalesce(Competitor.public_id, ""),
        label=func.coalesce(Competitor.name, ""),
        conditions=deal_conditions(scope.filter, reader),
        joined=partial(_met, told=_told_to_have_met(scope.filter, reader)),
    )
    figures = figures_by(session, scope, voice, by)
    window = scope.filter.window
    met = _meetings(session, _covering(window, before), by)
    known = [figure for figure in figures if figure.key]
    lately, earlier = (
        [met.share(figure.key, months) for figure in known] for months in (recent, before)
    )
    changed = [
        replace(figure, change=change, by_month=met.by_month(figure.key, window))
        for figure, change in zip(known, changes(lately, earlier), strict=True)
    ]
    return (*changed, *(figure for figure in figures if not figure.key))


@dataclass(frozen=True, slots=True)
class _Meetings:
    """In how many of the deals that closed in a month each competitor was met."""

    deals: Counter[tuple[str, Month]]
    closed: Counter[Month]

    def share(self, key: str, window: Window) -> Count:
        closed = sum(self.closed[month] for month in window.months)
        return Count(sum(self.by_month(key, window)), closed)

    def by_month(self, key: str, window: Window) -> tuple[int, ...]:
        return tuple(self.deals[key, month] for month in window.months)


def _covering(window: Window, other: Window) -> Window:
    return Window(min(window.first, other.first), max(window.last, other.last))


def _told_to_have_met(wanted: Filter, reader: User | None) -> ColumnElement[bool]:
    """The condition on `Alternative` under which its deal counts in its competitor's row: all do in
    the whole company's view, and in the row of the one competitor that the view is against.
    """
    if reader is None or not wanted.is_narrowed:
        return true()
    in_our_records = _is_named_where(lambda named: named.source != Source.BUYER)
    by_somebody = or_(in_our_records, all_told_to(reader))
    if not wanted.competitor or wanted.is_narrowed_beside_competitor:
        return by_somebody
    it = select(Competitor.id).where(Competitor.public_id == wanted.competitor).scalar_subquery()
    both = by_somebody & told_in_part(wanted, reader)
    return or_(Alternative.competitor_id == it, both)


def _met(query: Rows, *, told: ColumnElement[bool]) -> Rows:
    """A row for each competitor of a deal, however many say that it was considered.

    Found by the deal's index; a list of distinct pairs was read whole for each deal.
    """
    is_named_before = _is_named_where(lambda named: named.id < Alternative.id)
    is_named = Alternative.competitor_id.is_not(None) & ~is_named_before & told
    return query.outerjoin(Alternative, (Alternative.deal_id == Deal.id) & is_named).outerjoin(
        Competitor, Competitor.id == Alternative.competitor_id
    )


def _is_named_where(
    holds: Callable[[type[Alternative]], ColumnElement[bool]],
) -> ColumnElement[bool]:
    """Whether somebody names the same competitor of the same deal in a row of which that holds."""
    named = aliased(Alternative)
    return (
        select(named.id)
        .where(
            named.deal_id == Alternative.deal_id,
            named.competitor_id == Alternative.competitor_id,
            holds(named),
        )
        .exists()
    )


def _meetings(session: Session, window: Window, by: Grouping) -> _Meetings:
    conditions = (*closed_in(window), *by.conditions)
    month = (extract("year", Deal.closed_on), extract("month", Deal.closed_on))
    each = by.joined(
        select(by.key, *month, func.count())
        .select_from(Deal)
        .where(*conditions)
        .group_by(by.key, *month)
        .order_by(by.key, *month)
    )
    closed = select(*month, func.count()).where(*conditions).group_by(*month).order_by(*month)
    return _Meetings(
        Counter({(k, Month(int(y), int(m))): n for k, y, m, n in session.execute(each)}),
        Counter({Month(int(y), int(m)): n for y, m, n in session.execute(closed)}),
    )
