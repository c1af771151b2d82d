"""The same figures by competitor, region or product."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, extract, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from survey.deals.models import Alternative, Competitor, Deal
from survey.deals.types import Outcome
from survey.insights.queries.reasons import reasons_by_id
from survey.insights.queries.voices import arrived_in, closed_in, deal_conditions, how_many
from survey.insights.rules import changes
from survey.insights.types import CLOSED, GroupFigure, Scope, Window
from survey.kit.clock import Month
from survey.kit.disclosure import Rate, hide_each_other
from survey.kit.statistics import Count
from survey.taxonomy.models import Reason

NOT_KNOWN = "Not known"

Rows = Select[*tuple[Any, ...]]
Joined = Callable[[Rows], Rows]
Named = ColumnElement[str] | InstrumentedAttribute[str]


def by_region(session: Session, scope: Scope, voice: CTE) -> tuple[GroupFigure, ...]:
    return _by_column(session, scope, voice, Deal.region)


def by_product(session: Session, scope: Scope, voice: CTE) -> tuple[GroupFigure, ...]:
    return _by_column(session, scope, voice, Deal.product)


def by_competitor(
    session: Session, scope: Scope, voice: CTE, *, recent: Window, before: Window
) -> tuple[GroupFigure, ...]:
    """Deals in which each competitor was considered, whoever says so; a deal may have several.

    Each says whether it was met more or less often in the `recent` closings than `before`. The
    last row holds the deals of which nobody named a competitor.
    """
    key, label = func.coalesce(Competitor.public_id, ""), func.coalesce(Competitor.name, "")
    figures = _figures(session, scope, voice, key=key, label=label, joined=_met)
    window = scope.filter.window
    met = _meetings(session, scope, _covering(window, before), key=key)
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


def _met(query: Rows) -> Rows:
    """A row for each competitor of a deal, however many say that it was considered.

    Found by the deal's index; a list of distinct pairs was read whole for each deal.
    """
    earlier = aliased(Alternative)
    is_told_before = (
        select(earlier.id)
        .where(
            earlier.deal_id == Alternative.deal_id,
            earlier.competitor_id == Alternative.competitor_id,
            earlier.id < Alternative.id,
        )
        .exists()
    )
    is_named = Alternative.competitor_id.is_not(None) & ~is_told_before
    return query.outerjoin(Alternative, (Alternative.deal_id == Deal.id) & is_named).outerjoin(
        Competitor, Competitor.id == Alternative.competitor_id
    )


def _meetings(
    session: Session, scope: Scope, window: Window, *, key: ColumnElement[str]
) -> _Meetings:
    conditions = (*closed_in(window), *deal_conditions(scope.filter))
    month = (extract("year", Deal.closed_on), extract("month", Deal.closed_on))
    each = _met(
        select(key, *month, func.count())
        .select_from(Deal)
        .where(*conditions)
        .group_by(key, *month)
        .order_by(key, *month)
    )
    closed = select(*month, func.count()).where(*conditions).group_by(*month).order_by(*month)
    return _Meetings(
        Counter({(k, Month(int(y), int(m))): n for k, y, m, n in session.execute(each)}),
        Counter({Month(int(y), int(m)): n for y, m, n in session.execute(closed)}),
    )


def _by_column(
    session: Session, scope: Scope, voice: CTE, column: InstrumentedAttribute[str]
) -> tuple[GroupFigure, ...]:
    return _figures(session, scope, voice, key=column, label=column, joined=_as_it_is)


def _as_it_is(query: Rows) -> Rows:
    return query


def _figures(
    session: Session,
    scope: Scope,
    voice: CTE,
    *,
    key: Named,
    label: Named,
    joined: Joined,
) -> tuple[GroupFigure, ...]:
    labels: dict[str, str] = {}
    counts: defaultdict[str, Counter[Outcome]] = defaultdict(Counter)
    for group, name, outcome, deals in session.execute(joined(_closed(scope, key, label))):
        labels[group] = name or NOT_KNOWN
        counts[group][outcome] = deals
    answers: defaultdict[str, Counter[Outcome]] = defaultdict(Counter)
    pointed_at = set()
    spoken = joined(_spoken(scope, voice, key, label))
    for group, name, outcome, deals, hidden in session.execute(spoken):
        labels[group] = name or NOT_KNOWN
        answers[group][outcome] = deals
        if outcome is Outcome.LOST and not hide_each_other(hidden):
            pointed_at.add(group)
    tops = _top_losses(session, scope, voice, key=key, joined=joined, unless=pointed_at)
    figures = [
        _figure(scope, group, labels[group], counts[group], answers[group], tops.get(group))
        for group in labels
    ]
    return tuple(sorted(figures, key=_most_telling_first))


def _closed(scope: Scope, key: Named, label: Named) -> Rows:
    return (
        select(key, label, Deal.outcome, func.count())
        .select_from(Deal)
        .where(*closed_in(scope.filter.window), *deal_conditions(scope.filter))
        .group_by(key, label, Deal.outcome)
        .order_by(key, Deal.outcome)
    )


def _spoken(scope: Scope, voice: CTE, key: Named, label: Named) -> Rows:
    """Answered deals, and how many of them the reader may not read with names."""
    return (
        select(key, label, voice.c.outcome, func.count(), how_many(voice.c.is_hidden))
        .select_from(Deal)
        .join(voice, voice.c.deal_id == Deal.id)
        .where(arrived_in(voice, scope.filter.window))
        .group_by(key, label, voice.c.outcome)
        .order_by(key, voice.c.outcome)
    )


def _top_losses(
    session: Session,
    scope: Scope,
    voice: CTE,
    *,
    key: Named,
    joined: Joined,
    unless: Collection[str],
) -> dict[str, tuple[Reason, int]]:
    """For each group the reason that decided most answered losses, and how many.

    Nothing where two reasons are level: a tie has no top. Nothing either for the groups in
    `unless`: answered losses that the reader may not read with names would be pointed at.
    """
    query = joined(
        select(key, voice.c.reason_id, func.count())
        .select_from(Deal)
        .join(voice, voice.c.deal_id == Deal.id)
        .where(
            arrived_in(voice, scope.filter.window),
            voice.c.explains,
            voice.c.outcome == Outcome.LOST,
        )
        .group_by(key, voice.c.reason_id)
        .order_by(key, voice.c.reason_id)
    )
    found: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for group, reason_id, deals in session.execute(query):
        found[group][reason_id] = deals
    reasons = reasons_by_id(session, {id_ for counter in found.values() for id_ in counter})
    tops = {}
    for group, counter in found.items():
        (first, most), *rest = counter.most_common(2)
        if group not in unless and (not rest or rest[0][1] < most):
            tops[group] = (reasons[first], most)
    return tops


def _figure(
    scope: Scope,
    group: str,
    label: str,
    closed: Mapping[Outcome, int],
    answered: Mapping[Outcome, int],
    top: tuple[Reason, int] | None,
) -> GroupFigure:
    won, lost = closed.get(Outcome.WON, 0), closed.get(Outcome.LOST, 0)
    answered_lost = answered.get(Outcome.LOST, 0)
    return GroupFigure(
        key=group,
        label=label,
        closed={outcome: closed.get(outcome, 0) for outcome in CLOSED},
        answered={outcome: answered.get(outcome, 0) for outcome in CLOSED},
        win_rate=Rate(Count(won, won + lost), scope.grey_threshold),
        top_loss=top[0].label if top else "",
        top_loss_code=top[0].code if top else "",
        top_loss_release=top[0].release.number if top else None,
        top_loss_rate=Rate(Count(top[1], answered_lost), scope.grey_threshold) if top else None,
    )


def _most_telling_first(figure: GroupFigure) -> tuple[bool, int, str]:
    """The unknown last, then the group with the most closed deals first."""
    return (not figure.key, -sum(figure.closed.values()), figure.label)
