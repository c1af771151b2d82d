"""Why deals ended as they did: answers and reasons by outcome and month of arrival."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import CTE, ColumnElement, Select, and_, distinct, func, or_, select
from sqlalchemy.orm import Session, joinedload

from survey.coding.models import Coding
from survey.coding.types import CodingState
from survey.deals.types import Outcome
from survey.insights.queries.voices import arrived_in, how_many
from survey.insights.rules import disputing_pairs
from survey.insights.types import DECIDING_DIRECTION, Window
from survey.responses.models import Answer
from survey.taxonomy.models import Category, Reason
from survey.taxonomy.queries import Heirs, as_called_in
from survey.taxonomy.types import ScreenGroup

PRICE_MADE_IT = (("same_cost", "us"), ("cost_less", "yes"), ("still_chosen", "no"))
"""Question and choice of the shipped questionnaires that say: price made the difference."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What one outcome's answers add up to in one month."""

    answered: int
    explained: int
    disputed: int
    divided: int


@dataclass(frozen=True, slots=True)
class PriceTally:
    """Deals of one outcome in which price came up, weighed most, and would have changed it."""

    named: int = 0
    weighed_most: int = 0
    asked: int = 0
    made_it: int = 0


def tallies(session: Session, voice: CTE, window: Window) -> dict[tuple[Outcome, int], Tally]:
    """By outcome and month index."""
    disputed = or_(
        *(
            and_(voice.c.ended == ended, voice.c.outcome == outcome)
            for ended, outcome in disputing_pairs()
        )
    )
    rows = session.execute(
        select(
            voice.c.outcome,
            voice.c.month_index,
            func.count(),
            how_many(voice.c.explains),
            how_many(disputed),
            how_many(voice.c.is_divided),
        )
        .where(arrived_in(voice, window))
        .group_by(voice.c.outcome, voice.c.month_index)
        .order_by(voice.c.outcome, voice.c.month_index)
    )
    return {(outcome, month): Tally(*counts) for outcome, month, *counts in rows}


def decisive(session: Session, voice: CTE, window: Window) -> Counter[tuple[Outcome, int, int]]:
    """Deals by outcome, month index and the reason that weighed most."""
    rows = session.execute(
        select(voice.c.outcome, voice.c.month_index, voice.c.reason_id, func.count())
        .where(arrived_in(voice, window), voice.c.explains)
        .group_by(voice.c.outcome, voice.c.month_index, voice.c.reason_id)
        .order_by(voice.c.outcome, voice.c.month_index, voice.c.reason_id)
    )
    return Counter({(outcome, month, reason): n for outcome, month, reason, n in rows})


def named(
    session: Session, voice: CTE, window: Window, heirs: Heirs
) -> Counter[tuple[Outcome, int]]:
    """Deals by outcome and each reason that was named at all, decisive or not."""
    reason = as_called_in(heirs, Coding.reason_id)
    rows = session.execute(
        select(voice.c.outcome, reason, func.count(distinct(voice.c.deal_id)))
        .select_from(voice)
        .join(Coding, Coding.response_id == voice.c.response_id)
        .where(arrived_in(voice, window), *named_for(voice))
        .group_by(voice.c.outcome, reason)
        .order_by(voice.c.outcome, reason)
    )
    return Counter({(outcome, reason_id): n for outcome, reason_id, n in rows})


def named_categories(
    session: Session, voice: CTE, window: Window, heirs: Heirs
) -> Counter[tuple[Outcome, str]]:
    """Deals by outcome and each category of which a reason was named; each deal once."""
    rows = session.execute(
        select(voice.c.outcome, Category.code, func.count(distinct(voice.c.deal_id)))
        .select_from(voice)
        .join(Coding, Coding.response_id == voice.c.response_id)
        .join(Reason, Reason.id == as_called_in(heirs, Coding.reason_id))
        .join(Category, Category.id == Reason.category_id)
        .where(arrived_in(voice, window), *named_for(voice))
        .group_by(voice.c.outcome, Category.code)
        .order_by(voice.c.outcome, Category.code)
    )
    return Counter({(outcome, code): n for outcome, code, n in rows})


def price(session: Session, voice: CTE, window: Window, heirs: Heirs) -> dict[Outcome, PriceTally]:
    """Price named, weighing most, and (said they) deciding, by outcome."""
    about_price = select(Reason.id).where(Reason.screen_group == ScreenGroup.PRICE)
    was_named = (
        select(Coding.id)
        .where(
            Coding.response_id == voice.c.response_id,
            as_called_in(heirs, Coding.reason_id).in_(about_price),
            *named_for(voice),
        )
        .exists()
    )
    was_asked = _clicked(
        voice, Answer.question_key.in_([question for question, _ in PRICE_MADE_IT])
    )
    asked = (was_asked, price_made_it(voice))
    weighed_most = and_(voice.c.explains, voice.c.reason_id.in_(about_price))
    rows = session.execute(
        select(voice.c.outcome, *map(how_many, (was_named, weighed_most, *asked)))
        .where(arrived_in(voice, window))
        .group_by(voice.c.outcome)
        .order_by(voice.c.outcome)
    )
    return {outcome: PriceTally(*counts) for outcome, *counts in rows}


def reasons_by_id(session: Session, ids: Collection[int]) -> dict[int, Reason]:
    """The reasons with their categories."""
    if not ids:
        return {}
    found: Iterable[Reason] = session.scalars(
        select(Reason)
        .where(Reason.id.in_(sorted(ids)))
        .options(joinedload(Reason.category), joinedload(Reason.release))
        .order_by(Reason.position, Reason.id)
    )
    return {reason.id: reason for reason in found}


def reasons_called(*, code: str = "", category: str = "", group: str = "") -> Select[int]:
    """The reasons, of whichever release, that have these; empty text: any."""
    found = select(Reason.id).join(Category, Category.id == Reason.category_id)
    if code:
        found = found.where(Reason.code == code)
    if category:
        found = found.where(Category.code == category)
    if group:
        found = found.where(Reason.screen_group == group)
    return found


def named_for(voice: CTE) -> tuple[ColumnElement[bool], ...]:
    """Codings that stand and point the way the voice's deal went."""
    pointing = or_(
        *(
            and_(voice.c.outcome == outcome, Coding.direction == way)
            for outcome, way in DECIDING_DIRECTION.items()
        )
    )
    return (Coding.state == CodingState.CONFIRMED, pointing)


def price_made_it(voice: CTE) -> ColumnElement[bool]:
    """Whether the voice said that another price would have changed the decision."""
    said = (
        and_(Answer.question_key == question, Answer.choice_key == choice)
        for question, choice in PRICE_MADE_IT
    )
    return _clicked(voice, or_(*said))


def _clicked(voice: CTE, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        select(Answer.id)
        .where(Answer.response_id == voice.c.response_id, Answer.choice_key.is_not(None), condition)
        .exists()
    )
