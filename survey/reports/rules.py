"""Pure parts of a report: its headline, its stored form, and which answers are quoted."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from survey.deals.types import Outcome
from survey.insights import rules as insight_rules
from survey.insights.types import Insight
from survey.kit.clock import Month
from survey.kit.words import counted, month_in_words
from survey.reports.types import (
    FREEZERS,
    QUOTES_SHOWN,
    Card,
    MonthFigures,
    MonthReport,
    MonthState,
    Period,
)
from survey.team.types import Role

_STORED = TypeAdapter(MonthFigures)
_WORDS = {Outcome.LOST: "lost", Outcome.WON: "won", Outcome.NO_DECISION: "no decision"}


def period(figures: Insight) -> Period:
    """What a report keeps of an insight."""
    return Period(
        first=figures.scope.filter.window.first,
        last=figures.scope.filter.window.last,
        coverage=figures.coverage,
        outcomes=figures.outcomes,
        competitors=figures.competitors,
        cohorts=figures.cohorts,
    )


def headline(month: Insight, year: Insight) -> str:
    """The month in a sentence, and the year it stands in."""
    parts = [
        f"{figures.answered:,} {_WORDS[figures.outcome]}"
        for figures in month.outcomes
        if figures.answered
    ]
    answers = "No answer" if not month.answered else counted(month.answered, "answer")
    told = f"{answers} arrived in {month_in_words(month.scope.filter.window.last)}"
    told += f" ({', '.join(parts)})." if parts else "."
    return f"{told} The twelve months to then: {insight_rules.headline(year)}"


def stored(figures: MonthFigures) -> dict[str, Any]:
    """The figures as they are kept, in values that JSON holds."""
    kept: dict[str, Any] = _STORED.dump_python(figures, mode="json")
    return kept


def restored(kept: Mapping[str, Any]) -> MonthFigures:
    """The figures as they were frozen."""
    return _STORED.validate_python(kept, strict=False)


def answered_when_frozen(kept: Mapping[str, Any]) -> int:
    """How many answers the frozen figures count."""
    answers: int = kept["method"]["answers"]
    return answers


def shown(readable: Sequence[Card], *, is_few: bool) -> tuple[Card, ...]:
    """Every answer of a month that has few; else the words of some."""
    if is_few:
        return tuple(readable)
    return tuple(card for card in readable if card.words)[:QUOTES_SHOWN]


def state_of(month: Month, *, zone: ZoneInfo, now: datetime) -> MonthState:
    """Where a month stands that is not frozen."""
    return MonthState.OVER if month.ends_at(zone) <= now else MonthState.RUNNING


def may_freeze(report: MonthReport, role: Role, *, zone: ZoneInfo, now: datetime) -> bool:
    """Whether somebody of that role may freeze the month now: it is over, and not frozen yet."""
    is_over = state_of(report.figures.month, zone=zone, now=now) is MonthState.OVER
    return is_over and report.frozen_at is None and role in FREEZERS
