"""The answers behind a bar: exactly those that it counts, found by what counted them."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import CTE, ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from survey.coding.models import Coding
from survey.deals.models import Deal
from survey.insights.queries.feedback import Wanted
from survey.insights.queries.heard import heard, hidden
from survey.insights.queries.reasons import named_for, price_made_it, reasons_called
from survey.insights.queries.voices import (
    arrived_in,
    closed_in,
    heirs,
    told_against,
    voices,
)
from survey.insights.rules import left_out
from survey.insights.types import Filter, Scope
from survey.responses.models import Response
from survey.taxonomy.models import Reason, Release
from survey.taxonomy.queries import Heirs, as_called_in
from survey.team.models import User
from survey.team.types import Role

_WHY_UNLISTED = {
    Role.MANAGER: "their buyers let only the sender’s team read them with a name.",
    Role.SELLER: "you read the answers about your own deals, as far as their buyers let you.",
}
"""Who reads all that is counted is not among them."""


@dataclass(frozen=True, slots=True)
class AnswersBehind:
    """What a bar counts: one answer for each of its deals."""

    counted_by: Filter
    listed: ColumnElement[bool]
    """The condition on `Response` under which the bar counts it and the reader may be told so."""
    counted: int
    unlisted: int
    """Counted, but not to be shown to this reader."""
    why_unlisted: str


def answers_behind(session: Session, reader: User, scope: Scope, wanted: Wanted) -> AnswersBehind:
    """The answers that the dashboard of that scope counts in the bar that `wanted` asks for.

    Its words are no part of a bar.
    """
    bar = _bar(session, reader, scope, wanted)
    told = (
        select(bar.c.response_id)
        .join(Deal, Deal.id == bar.c.deal_id)
        .where(~bar.c.is_hidden, told_against(reader, scope.filter.competitor))
    )
    counted, listed = (_how_many(session, each) for each in (select(bar.c.response_id), told))
    return AnswersBehind(
        counted_by=scope.filter,
        listed=Response.id.in_(told),
        counted=counted,
        unlisted=counted - listed,
        why_unlisted=_WHY_UNLISTED.get(reader.role, ""),
    )


def _how_many(session: Session, rows: Select[int]) -> int:
    return session.scalar(select(func.count()).select_from(rows.subquery())) or 0


def _bar(session: Session, reader: User, scope: Scope, wanted: Wanted) -> CTE:
    called_today = heirs(session)
    voice = voices(scope, called_today, reader=reader)
    window = scope.filter.window
    if wanted.is_by_closing:
        closed = select(Deal.id).where(*closed_in(window))
        return select(voice).where(voice.c.deal_id.in_(closed)).cte("bar")
    if wanted.tells_reasons:
        voice = heard(voice, left_out(hidden(session, scope, voice, window), window))
    conditions = _conditions(voice, called_today, wanted)
    return select(voice).where(arrived_in(voice, window), *conditions).cte("bar")


def _conditions(voice: CTE, called_today: Heirs, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.said_price:
        yield price_made_it(voice)
    if not wanted.names_reason:
        return
    asked = _reasons(called_today, wanted)
    if wanted.is_primary_only:
        yield voice.c.explains & voice.c.reason_id.in_(asked)
        return
    found = select(Coding.id).where(
        Coding.response_id == voice.c.response_id,
        as_called_in(called_today, Coding.reason_id).in_(asked),
        *named_for(voice),
    )
    yield found.exists()


def _reasons(called_today: Heirs, wanted: Wanted) -> Select[int]:
    """The reasons whose figures a bar adds up. A reason is one of today's release, unless another
    is named: an old one without an heir has a figure of its own, though a new one took its code.
    """
    if not wanted.reason:
        return reasons_called(category=wanted.category, group=wanted.group)
    number = wanted.release or select(func.max(Release.number)).scalar_subquery()
    return (
        select(as_called_in(called_today, Reason.id))
        .join(Release, Release.id == Reason.release_id)
        .where(Reason.code == wanted.reason, Release.number == number)
    )
