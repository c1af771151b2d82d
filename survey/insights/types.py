"""What is asked of the figures, and the figures themselves. All counts are deals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from survey.coding.types import Direction
from survey.deals.types import Outcome
from survey.kit.clock import Month
from survey.kit.disclosure import Quarter, Rate
from survey.kit.statistics import Count, VisibleChange
from survey.taxonomy.types import Control

CLOSED = (Outcome.LOST, Outcome.WON, Outcome.NO_DECISION)
"""The outcomes that are asked about, in the order they are read. They are never pooled."""

DECIDING_DIRECTION: Mapping[Outcome, Direction] = {
    Outcome.WON: Direction.FOR_US,
    Outcome.LOST: Direction.AGAINST_US,
    Outcome.NO_DECISION: Direction.AGAINST_US,
}
"""Which way a reason must point to explain the outcome."""


@dataclass(frozen=True, slots=True)
class Window:
    """Whole months, both ends included."""

    first: Month
    last: Month

    @classmethod
    def rolling(cls, last: Month, *, months: int = 12) -> "Window":
        return cls(last.plus(1 - months), last)

    @property
    def months(self) -> list[Month]:
        return [Month.of_index(i) for i in range(self.first.index, self.last.index + 1)]

    def before(self, *, months: int) -> "Window":
        """As many months as asked for, ending just before this window."""
        return Window(self.first.plus(-months), self.first.plus(-1))

    def __contains__(self, month: Month) -> bool:
        return self.first <= month <= self.last


@dataclass(frozen=True, slots=True)
class Filter:
    """Which deals are counted. Empty text: all. Every field but the window narrows."""

    window: Window
    outcome: Outcome | None = None
    competitor: str = ""
    """A competitor's public id."""
    region: str = ""
    product: str = ""
    segment: str = ""
    team: str = ""
    """A team's name."""
    seller: str = ""
    """A seller's public id."""

    @property
    def is_narrowed(self) -> bool:
        """Whether it takes less than the whole company's deals of an outcome."""
        return any(
            (self.competitor, self.region, self.product, self.segment, self.team, self.seller)
        )

    @property
    def is_narrowed_beside_competitor(self) -> bool:
        """Whether it takes less than all the company's deals against its competitor, or anybody."""
        return any((self.region, self.product, self.segment, self.team, self.seller))

    def address(self, **more: str) -> dict[str, str]:
        """The filter as an address holds it, on every page alike; `more` adds or replaces."""
        held = {
            "outcome": self.outcome.value if self.outcome else "",
            "competitor": self.competitor,
            "region": self.region,
            "product": self.product,
            "segment": self.segment,
            "team": self.team,
            "seller": self.seller,
            "from": str(self.window.first),
            "to": str(self.window.last),
        }
        return {name: value for name, value in (held | more).items() if value}


@dataclass(frozen=True, slots=True)
class Scope:
    """All that decides a figure: the filter, the company's clock and threshold, the data cut."""

    filter: Filter
    zone: ZoneInfo
    cut_at: datetime
    """Nothing that arrived at this moment or later is counted."""
    grey_threshold: int
    anonymity_threshold: int


class Verdict(StrEnum):
    """What became of a reason's share."""

    ROSE = "rose"
    FELL = "fell"
    NO_CLEAR_CHANGE = "no_clear_change"
    TOO_FEW = "too_few"
    """Not even the most extreme count would have shown anything."""


@dataclass(frozen=True, slots=True)
class Change:
    """A share now and before, and whether the difference is more than chance would make."""

    now: Count
    before: Count
    verdict: Verdict
    visible: VisibleChange
    """What would have shown."""


@dataclass(frozen=True, slots=True)
class ReasonFigure:
    """One reason among the answered deals of one outcome."""

    reason_id: int
    code: str
    label: str
    category_code: str
    control: Control
    decisive: Rate
    """Deals in which it weighed most."""
    named: Rate
    """Deals in which it was named at all."""
    change: Change | None = None
    by_month: tuple[int, ...] = ()
    """Deals in which it weighed most, for each month of the window; empty where single months would
    point at somebody."""
    release: int | None = None
    """The release it is of, where that is not today's: it has no one heir."""

    @property
    def asked(self) -> dict[str, str]:
        """The fields of an address that asks for it."""
        release = {"release": str(self.release)} if self.release else {}
        return {"reason": self.code, **release}


@dataclass(frozen=True, slots=True)
class CategoryFigure:
    """One category, with its reasons: most decisive first."""

    code: str
    label: str
    decisive: Rate
    named: Rate
    reasons: tuple[ReasonFigure, ...]


@dataclass(frozen=True, slots=True)
class ControlFigure:
    """In whose hands the decisive reasons lay. A shared one may or may not be counted as ours."""

    ours: int
    shared: int
    theirs: int

    @property
    def of(self) -> int:
        return self.ours + self.shared + self.theirs

    def range(self, threshold: int) -> tuple[Rate, Rate]:
        """The share we could have changed, at least and at most."""
        return (
            Rate(Count(self.ours, self.of), threshold),
            Rate(Count(self.ours + self.shared, self.of), threshold),
        )


@dataclass(frozen=True, slots=True)
class PriceFigure:
    """Price named is not price decisive."""

    named: Rate
    weighed_most: Rate
    made_it: Rate
    """Of those asked how they would choose at another price, who said that it made the difference.
    Hypothetical: said they would."""


@dataclass(frozen=True, slots=True)
class OutcomeFigures:
    """Why deals of one outcome ended so."""

    outcome: Outcome
    answered: int
    """The deals whose reasons are counted."""
    without_reason: int
    """Answered, but no standing primary reason explains this outcome."""
    disputed: int
    """The buyer says it ended otherwise than our records do."""
    divided: int
    """Several people of one deal answered and named different primary reasons."""
    categories: tuple[CategoryFigure, ...]
    control: ControlFigure
    price: PriceFigure
    is_withheld: bool = False
    """All who answered are left out, so there are no reasons to show."""
    left_out: int = 0
    """Answered, but not counted among the reasons of this view; see `rules.left_out`."""

    @property
    def has_answers(self) -> bool:
        return bool(self.answered or self.left_out)

    @property
    def reasons(self) -> tuple[ReasonFigure, ...]:
        """Over all categories, most decisive first."""
        every = [reason for category in self.categories for reason in category.reasons]
        return tuple(
            sorted(every, key=lambda r: (-r.decisive.count.hits, -r.named.count.hits, r.code))
        )


class Step(StrEnum):
    """How far a closed deal came towards an answer; each step within the one before."""

    CLOSED = "closed"
    ELIGIBLE = "eligible"
    INVITED = "invited"
    DELIVERED = "delivered"
    STARTED = "started"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class CoverageStep:
    """A row of the funnel."""

    name: Step
    deals: int


class Trait(StrEnum):
    """By what those who answered may differ from all whose deals closed."""

    OUTCOME = "outcome"
    SEGMENT = "segment"
    SIZE = "size"
    """Thirds of the amounts within each currency; currencies are never added or compared."""


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """Of the closed deals that share a trait, those that answered."""

    trait: Trait
    value: str
    """An outcome, a segment, "smallest", "middle", "largest"; empty for not known."""
    answered: Rate


@dataclass(frozen=True, slots=True)
class Coverage:
    """What became of the deals that closed in the window: who was asked, who answered."""

    closed: int
    eligible: int
    invited: int
    delivered: int
    started: int
    answered: int
    held: int
    skips: Mapping[str, int] = field(default_factory=dict)
    """A sentence for each reason nobody was asked, and how many deals it holds back."""
    declined: Mapping[str, int] = field(default_factory=dict)
    """A sentence for each reason buyers gave for not answering, and how many deals."""
    rows: tuple[CoverageRow, ...] = ()
    """How those who answered differ from all closed deals."""

    def share(self, step: CoverageStep, threshold: int) -> Rate:
        """Of the deals that closed, those that came so far."""
        return Rate(Count(step.deals, self.closed), threshold)

    @property
    def steps(self) -> tuple[CoverageStep, ...]:
        return tuple(CoverageStep(step, getattr(self, step)) for step in Step)


@dataclass(frozen=True, slots=True)
class GroupFigure:
    """Deals of one competitor, region, product or segment."""

    key: str
    """What the address holds; empty for "not known"."""
    label: str
    closed: Mapping[Outcome, int]
    answered: Mapping[Outcome, int]
    win_rate: Rate
    """Won of won and lost, closed in the window, whether or not anybody answered."""
    top_loss: str = ""
    """The label of the reason that decided most of the answered losses."""
    top_loss_rate: Rate | None = None
    top_loss_code: str = ""
    top_loss_release: int | None = None
    change: Change | None = None
    """Of competitors: their share of the deals that closed lately, against the months before."""
    by_month: tuple[int, ...] = ()
    """Of competitors: the closed deals that met them, for each month of the window."""

    @property
    def top_loss_asked(self) -> dict[str, str]:
        """The fields of an address that asks for the reason at the top."""
        return {"reason": self.top_loss_code, "release": str(self.top_loss_release)}


@dataclass(frozen=True, slots=True)
class MonthFigure:
    """The answers that arrived in one month."""

    month: Month
    answered: Mapping[Outcome, int]
    is_running: bool


@dataclass(frozen=True, slots=True)
class CohortFigure:
    """The deals that closed in one month, and those of them that have answered by now."""

    month: Month
    answered: Rate
    is_complete: bool
    """Sixty days after the month's end nobody is asked any more, and hardly an answer comes."""


@dataclass(frozen=True, slots=True)
class QuarterFigure:
    """A closed quarter of the whole company: the only figure that counts all answers."""

    quarter: Quarter
    answered: Mapping[Outcome, int]
    categories: Mapping[Outcome, Mapping[str, int]]
    """Decisive category labels and their deals."""
    includes_totals_only: bool


@dataclass(frozen=True, slots=True)
class Insight:
    """Everything the dashboard shows, for one scope."""

    scope: Scope
    recent: Window
    """The months whose changes are told."""
    before: Window
    """The months they are compared with."""
    coverage: Coverage
    outcomes: tuple[OutcomeFigures, ...]
    months: tuple[MonthFigure, ...]
    competitors: tuple[GroupFigure, ...]
    regions: tuple[GroupFigure, ...]
    products: tuple[GroupFigure, ...]
    quarters: tuple[QuarterFigure, ...]
    cohorts: tuple[CohortFigure, ...] = ()

    @property
    def answered(self) -> int:
        return sum(figures.answered + figures.left_out for figures in self.outcomes)

    @property
    def disputed(self) -> int:
        return sum(figures.disputed for figures in self.outcomes)

    @property
    def divided(self) -> int:
        return sum(figures.divided for figures in self.outcomes)
