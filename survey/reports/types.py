"""One month as figures: what is frozen, and what every form of a report is made of.

A frozen month is read back into these classes for as long as it is kept. So a field may be added
with a default, and none may be renamed or taken away.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from survey.deals.types import Outcome
from survey.insights.types import (
    CohortFigure,
    Coverage,
    GroupFigure,
    OutcomeFigures,
    Step,
    Window,
)
from survey.kit.clock import Month
from survey.team.types import Role

FEW_ANSWERS = 12
"""Up to here a month is cards to read, not bars."""
FREEZERS = (Role.ADMIN, Role.MANAGER)
"""Who may freeze a month."""
QUOTES_SHOWN = 12
"""Of a month with more answers than that, this many are quoted."""


class Format(StrEnum):
    HTML = "html"
    JSON = "json"
    CSV = "csv"


class MonthState(StrEnum):
    """Whether a month's figures may still change."""

    RUNNING = "running"
    OVER = "over"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class ListedMonth:
    """A month that there is a report of."""

    month: Month
    answered: int
    state: MonthState
    frozen_at: datetime | None = None
    frozen_by: str = ""
    """A person's name; empty where a job or a command did it."""


@dataclass(frozen=True, slots=True)
class QuoteRef:
    """Where a buyer's words stand. Words are looked up when read and vanish with the person."""

    response: str
    """The response's public id."""
    question_key: str = ""
    """Empty where the buyer gave no words."""


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
    cohorts: tuple[CohortFigure, ...] = ()

    @property
    def window(self) -> Window:
        return Window(self.first, self.last)

    @property
    def answered(self) -> int:
        return sum(figures.answered for figures in self.outcomes)

    @property
    def disputed(self) -> int:
        return sum(figures.disputed for figures in self.outcomes)

    @property
    def divided(self) -> int:
        return sum(figures.divided for figures in self.outcomes)

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
    """One for each answer of the month that others than the sender's team may read."""
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
    """Empty where none were given."""
    reasons: Sequence[str]
    response: str = ""
    """The response's public id."""


@dataclass(frozen=True, slots=True)
class MonthReport:
    """A month as somebody reads it."""

    figures: MonthFigures
    cards: tuple[Card, ...]
    frozen_at: datetime | None
    """None: these are the figures of this moment, and they may still change."""
    unquoted: int = 0
    """How many more answers may be read as well, of a month that has many."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, in the words of a page and in the numbers of a file."""

    words: str
    fine: tuple[str, ...] = ()
    """What stands below it in smaller letters."""
    tone: str = ""
    numbers: Mapping[str, int | str] = field(default_factory=dict)
    """By the name that JSON and the columns of the CSV give them."""


@dataclass(frozen=True, slots=True)
class Column:
    """What a section tells of each of its rows, and of which months."""

    key: str
    label: str
    window: Window


@dataclass(frozen=True, slots=True)
class Row:
    """What is counted, with a figure for each column of its section."""

    code: str
    label: str
    figures: tuple[Figure, ...]
    note: str = ""
    behind: Mapping[str, str] = field(default_factory=dict)
    """What to look for among the answers to find those behind it; nothing where none are."""
    step: Step | None = None
    """The step of the funnel that its figures count."""


@dataclass(frozen=True, slots=True)
class Section:
    """Figures that are read together."""

    key: str
    title: str
    subject: str
    """What a row is: “Reason”."""
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    outcome: Outcome | None = None
    note: str = ""
    draw: Callable[..., str] | None = None
    """Draws its rows; takes `addressed`."""
    details: tuple["Section", ...] = ()
    """What those read who ask for more."""
    rows_at_once: int = 0
    """So many rows are read at once, the others on demand; 0: all."""

    @property
    def window(self) -> Window:
        return self.columns[0].window

    @property
    def anchor(self) -> str:
        """Its name on the page."""
        parts = (self.key, self.outcome or "", str(self.window.first), str(self.window.last))
        return "-".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure in large letters."""

    label: str
    words: str
    note: str


@dataclass(frozen=True, slots=True)
class Fact:
    """How the figures came about, in one respect."""

    key: str
    label: str
    plain: int | str | tuple[str, ...] | None
    """As machines read it."""
    words: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A month laid out to be read: HTML, JSON and CSV are all written from this, and only this."""

    month: Month
    headline: str
    tiles: tuple[Tile, ...]
    coverage: tuple[Section, ...]
    this_month: tuple[Section, ...]
    year: tuple[Section, ...]
    reading: str
    """What there is to say of the cards."""
    cards: tuple[Card, ...]
    method: tuple[Fact, ...]
    company: str
    is_few: bool

    @property
    def sections(self) -> tuple[Section, ...]:
        """All of them, in the order in which they are read."""
        read = (*self.coverage, *self.this_month, *self.year)
        return tuple(each for section in read for each in (section, *section.details))
