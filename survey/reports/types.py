"""One month as figures: what is frozen, and what every form of a report is made of.

A frozen month is read back into these classes for as long as it is kept. So a field may be added
with a default, and none may be renamed or taken away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from survey.deals.types import Outcome
from survey.insights.types import Coverage, GroupFigure, OutcomeFigures
from survey.kit.clock import Month

FEW_ANSWERS = 12
"""Up to here a month is cards to read, not bars."""


class Format(StrEnum):
    HTML = "html"
    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class QuoteRef:
    """Where a buyer's words stand. Words are looked up when read and vanish with the person."""

    response: str
    """The response's public id."""
    question_key: str = ""


@dataclass(frozen=True, slots=True)
class Method:
    """How the figures came about."""

    answers: int
    cut_at: datetime
    release: int
    """The taxonomy release whose words are used."""
    questionnaires: tuple[str, ...]
    """Key and version of each questionnaire that was answered: "not_won 1"."""
    grey_threshold: int
    anonymity_threshold: int
    company: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Period:
    """The figures of some months."""

    first: Month
    last: Month
    coverage: Coverage
    outcomes: tuple[OutcomeFigures, ...]
    competitors: tuple[GroupFigure, ...]

    @property
    def answered(self) -> int:
        return sum(figures.answered for figures in self.outcomes)

    @property
    def disputed(self) -> int:
        return sum(figures.disputed for figures in self.outcomes)

    def of(self, outcome: Outcome) -> OutcomeFigures:
        return next(figures for figures in self.outcomes if figures.outcome == outcome)


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """The answers that arrived in one month, with the twelve months that end with it."""

    month: Month
    headline: str
    this_month: Period
    year: Period
    quotes: tuple[QuoteRef, ...]
    """One for each answer of the month whose buyer wrote something."""
    method: Method

    @property
    def is_few(self) -> bool:
        return self.this_month.answered <= FEW_ANSWERS


@dataclass(frozen=True, slots=True)
class Card:
    """One answer to read: what was decided, why, and the buyer's own words; without names."""

    outcome: Outcome
    question: str
    """What the buyer was asked; empty where it takes up an answer that is not shown."""
    words: str
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class MonthReport:
    """A month as somebody reads it."""

    figures: MonthFigures
    cards: tuple[Card, ...]
    frozen_at: datetime | None
    """None: these are the figures of this moment, and they may still change."""
