"""The same figures by region or product, or by whatever else tells deals apart."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from survey.deals.models import Deal
from survey.deals.types import Outcome
from survey.insights.queries.reasons import reasons_by_id
from survey.insights.queries.voices import (
    arrived_in,
    closed_in,
    deal_conditions,
    how_many,
    told_in_part,
)
from survey.insights.types import CLOSED, Filter, GroupFigure, Scope
from survey.kit.disclosure import Rate, hide_each_other
from survey.kit.statistics import Count
from survey.taxonomy.models import Reason
from survey.team.models import User

NOT_KNOWN = "Not known"

Rows = Select[*tuple[Any, ...]]
Named = ColumnElement[str] | InstrumentedAttribute[str]


@dataclass(frozen=True, slots=True)
class Grouping:
    """By what the deals are told apart, and which of them."""

    key: Named
    label: Named
    conditions: Sequence[ColumnElement[bool]]
    """Of `Deal`, without a window."""
    joined: Callable[[Rows], Rows] = lambda query: query
    """Finds the key of a deal, and of one that has several, each."""


def by_region(
    session: Session, scope: Scope, voice: CTE, *, reader: User | None
) -> tuple[GroupFigure, ...]:
    return figures_by(session, scope, voice, _by_column(Deal.region, scope.filter, reader))


def by_product(
    session: Session, scope: Scope, voice: CTE, *, reader: User | None
) -> tuple[GroupFigure, ...]:
    return figures_by(session, scope, voice, _by_column(Deal.product, scope.filter, reader))


def _by_column(column: InstrumentedAttribute[str], wanted: Filter, reader: User | None) -> Grouping:
    in_part = told_in_part(wanted, reader)
    return Grouping(column, column, [*deal_conditions(wanted, reader), in_part])


def figures_by(session: Session, scope: Scope, voice: CTE, by: Grouping) -> tuple[GroupFigure, ...]:
    """One figure for each key: what closed in the window, and what those who answered said."""
    labels: dict[str, str] = {}
    counts: defaultdict[str, Counter[Outcome]] = defaultdict(Counter)
    for group, name, outcome, deals in session.execute(_closed(scope, by)):
        labels[group] = name or NOT_KNOWN
        counts[group][outcome] = deals
    answers: defaultdict[str, Counter[Outcome]] = defaultdict(Counter)
    pointed_at = set()
    for group, name, outcome, deals, hidden in session.execute(_spoken(scope, voice, by)):
        labels[group] = name or NOT_KNOWN
        answers[group][outcome] = deals
        if outcome is Outcome.LOST and not hide_each_other(hidden):
            pointed_at.add(group)
    tops = _top_losses(session, scope, voice, by, unless=pointed_at)
    figures = [
        _figure(scope, group, labels[group], counts[group], answers[group], tops.get(group))
        for group in labels
    ]
    return tuple(sorted(figures, key=_most_telling_first))


def _closed(scope: Scope, by: Grouping) -> Rows:
    return by.joined(
        select(by.key, by.label, Deal.outcome, func.count())
        .select_from(Deal)
        .where(*closed_in(scope.filter.window), *by.conditions)
        .group_by(by.key, by.label, Deal.outcome)
        .order_by(by.key, Deal.outcome)
    )


def _spoken(scope: Scope, voice: CTE, by: Grouping) -> Rows:
    """Answered deals, and how many of them the reader may not read with names."""
    return by.joined(
        select(by.key, by.label, voice.c.outcome, func.count(), how_many(voice.c.is_hidden))
        .select_from(Deal)
        .join(voice, voice.c.deal_id == Deal.id)
        .where(arrived_in(voice, scope.filter.window), *by.conditions)
        .group_by(by.key, by.label, voice.c.outcome)
        .order_by(by.key, voice.c.outcome)
    )


def _top_losses(
    session: Session, scope: Scope, voice: CTE, by: Grouping, *, unless: Collection[str]
) -> dict[str, tuple[Reason, int]]:
    """For each group the reason that decided most answered losses, and how many.

    Nothing where two reasons are level: a tie has no top. Nothing either for the groups in
    `unless`: answered losses that the reader may not read with names would be pointed at.
    """
    query = by.joined(
        select(by.key, voice.c.reason_id, func.count())
        .select_from(Deal)
        .join(voice, voice.c.deal_id == Deal.id)
        .where(
            arrived_in(voice, scope.filter.window),
            voice.c.explains,
            voice.c.outcome == Outcome.LOST,
            *by.conditions,
        )
        .group_by(by.key, voice.c.reason_id)
        .order_by(by.key, voice.c.reason_id)
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
