"""Whose reasons a narrowed view may tell its reader: see `rules.left_out`."""

from collections import Counter
from collections.abc import Collection

from sqlalchemy import CTE, func, select
from sqlalchemy.orm import Session

from survey.deals.types import Outcome
from survey.insights.queries.voices import arrived_in
from survey.insights.types import Scope, Window


def hidden(
    session: Session, scope: Scope, voice: CTE, window: Window
) -> Counter[tuple[Outcome, int]]:
    """Deals by outcome and month index whose voice the reader may not read with names.

    None where the view is the whole company's: its totals are what every buyer agreed to.
    """
    if not scope.filter.is_narrowed:
        return Counter()
    rows = session.execute(
        select(voice.c.outcome, voice.c.month_index, func.count())
        .where(arrived_in(voice, window), voice.c.is_hidden)
        .group_by(voice.c.outcome, voice.c.month_index)
        .order_by(voice.c.outcome, voice.c.month_index)
    )
    return Counter({(outcome, month): deals for outcome, month, deals in rows})


def heard(voice: CTE, left_out: Collection[Outcome]) -> CTE:
    """The voices without the hidden ones of these outcomes."""
    if not left_out:
        return voice
    too_few = voice.c.outcome.in_(sorted(left_out)) & voice.c.is_hidden
    return select(voice).where(~too_few).cte("heard")
