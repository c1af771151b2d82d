"""Closed quarters of the whole company: the only place where “only in totals” may join."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.deals.types import Outcome
from survey.insights.queries.reasons import Tally, decisive, reasons_by_id, tallies
from survey.insights.queries.voices import voices
from survey.insights.rules import whole_quarters
from survey.insights.types import CLOSED, QuarterFigure, Scope, Window
from survey.kit.clock import Month
from survey.kit.disclosure import Quarter, may_join_totals
from survey.responses.types import Audience
from survey.taxonomy.queries import Heirs

CategoryCounts = Mapping[Quarter, Mapping[Outcome, Counter[str]]]


def closed_quarters(
    session: Session, scope: Scope, heirs: Heirs, *, now: datetime
) -> tuple[QuarterFigure, ...]:
    """The window's closed quarters, latest first; none at all for a filtered view.

    A quarter's answers given “only in totals” join it all together or not at all.
    """
    if scope.filter.is_narrowed or scope.filter.outcome is not None:
        return ()
    window = scope.filter.window
    quarters = [q for q in whole_quarters(window) if q.is_closed(now, scope.zone)]
    joining = _joining(session, scope, heirs, quarters)
    voice = voices(scope, heirs, joined_months=_months(joining))
    answered = _answered_by_quarter(tallies(session, voice, window))
    categories = _categories_by_quarter(session, decisive(session, voice, window))
    return tuple(
        QuarterFigure(
            quarter=quarter,
            answered={outcome: answered[quarter, outcome] for outcome in CLOSED},
            categories={
                outcome: dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
                for outcome, counts in categories.get(quarter, {}).items()
            },
            includes_totals_only=quarter in joining,
        )
        for quarter in reversed(quarters)
    )


def _joining(
    session: Session, scope: Scope, heirs: Heirs, quarters: list[Quarter]
) -> list[Quarter]:
    """The quarters in which so many deals would speak “only in totals” that they hide each other.

    Deals, not answers: five people of one deal are one deal, and an answer that another outvotes
    hides nobody. What a quarter may join is a lower bound, whichever other quarters join too.
    """
    voice = voices(scope, heirs, joined_months=_months(quarters))
    quarter_index = voice.c.month_index // Quarter.MONTHS
    rows = session.execute(
        select(quarter_index, func.count())
        .where(voice.c.audience == Audience.TOTALS_ONLY)
        .group_by(quarter_index)
        .order_by(quarter_index)
    )
    counts = {Quarter.of(Month.of_index(i * Quarter.MONTHS)): deals for i, deals in rows}
    return [
        quarter
        for quarter in quarters
        if may_join_totals(
            counts.get(quarter, 0),
            quarter_is_closed=True,
            is_filtered=False,
            least=scope.anonymity_threshold,
        )
    ]


def _months(quarters: list[Quarter]) -> frozenset[int]:
    return frozenset(
        month.index
        for quarter in quarters
        for month in Window.rolling(quarter.next.first_month.plus(-1), months=Quarter.MONTHS).months
    )


def _answered_by_quarter(
    answered: Mapping[tuple[Outcome, int], Tally],
) -> Counter[tuple[Quarter, Outcome]]:
    counts: Counter[tuple[Quarter, Outcome]] = Counter()
    for (outcome, month), tally in answered.items():
        counts[Quarter.of(Month.of_index(month)), outcome] += tally.answered
    return counts


def _categories_by_quarter(
    session: Session, reasons: Mapping[tuple[Outcome, int, int], int]
) -> CategoryCounts:
    known = reasons_by_id(session, {reason_id for _, _, reason_id in reasons})
    counts: defaultdict[Quarter, defaultdict[Outcome, Counter[str]]] = defaultdict(
        lambda: defaultdict(Counter)
    )
    for (outcome, month, reason_id), deals in reasons.items():
        quarter = Quarter.of(Month.of_index(month))
        counts[quarter][outcome][known[reason_id].category.label] += deals
    return counts
