"""Pure decisions about figures: what an address asks for, what is disputed, what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from survey.deals.types import Outcome
from survey.insights.types import (
    CLOSED,
    Change,
    Filter,
    GroupFigure,
    Insight,
    OutcomeFigures,
    Verdict,
    Window,
)
from survey.kit.clock import Month
from survey.kit.disclosure import THRESHOLD_FLOOR, Quarter, hide_each_other
from survey.kit.errors import SurveyError
from survey.kit.statistics import (
    FALSE_DISCOVERY_RATE,
    Count,
    discoveries,
    same_share_probability,
    smallest_visible_change,
)
from survey.kit.words import counted
from survey.responses.types import Ended

LONGEST_WINDOW = 60
"""Months. Nobody reads five years of reasons as one."""

_TEXT_FIELDS = ("competitor", "region", "product", "segment", "team", "seller")
_ROWS = ("competitor", "region", "product")
_AGREES: Mapping[Ended, frozenset[Outcome]] = {
    Ended.CHOSE_SUPPLIER: frozenset({Outcome.LOST}),
    Ended.IN_HOUSE: frozenset({Outcome.LOST}),
    Ended.KEPT_CURRENT: frozenset({Outcome.LOST, Outcome.NO_DECISION}),
    Ended.PUT_OFF: frozenset({Outcome.NO_DECISION}),
    Ended.STILL_DECIDING: frozenset(),
    Ended.CHOSE_US: frozenset({Outcome.WON}),
    Ended.NOT_SAID: frozenset(CLOSED),
}


class FilterNotKnown(SurveyError):
    """An address asks for something we cannot count."""


def read_filter(address: Mapping[str, str], *, this_month: Month) -> Filter:
    """The filter that an address holds; the rolling twelve months where it names none.

    Raises `FilterNotKnown` or `NotAMonth` rather than counting something else than was asked.
    """
    last = _month(address, "to") or this_month
    first = _month(address, "from") or Window.rolling(last).first
    if not 0 <= last.index - first.index < LONGEST_WINDOW:
        raise FilterNotKnown("Choose a first month before the last, at most five years earlier.")
    outcome = address.get("outcome", "")
    if outcome and outcome not in CLOSED:
        raise FilterNotKnown(f"“{outcome}” is not an outcome. Choose won, lost or no_decision.")
    texts = {name: address.get(name, "").strip() for name in _TEXT_FIELDS}
    return Filter(Window(first, last), Outcome(outcome) if outcome else None, **texts)


def _month(address: Mapping[str, str], name: str) -> Month | None:
    written = address.get(name, "").strip()
    return Month.parse(written) if written else None


def disputes(ended: Ended | None, outcome: Outcome) -> bool:
    """Whether the buyer's own account contradicts our record of how the deal ended."""
    return ended is not None and outcome not in _AGREES[ended]


def disputing_pairs() -> list[tuple[Ended, Outcome]]:
    """Every pair of what a buyer says and what we record that contradict each other."""
    return [(ended, outcome) for ended in Ended for outcome in CLOSED if disputes(ended, outcome)]


def changes(now: Sequence[Count], before: Sequence[Count]) -> list[Change]:
    """For each share whether it changed, all of them read together.

    A lone change must pass the false discovery rate divided by the number of shares shown (the
    first step of Benjamini and Hochberg): that is the level at which "what would have shown" is
    told.
    """
    probabilities = [
        same_share_probability(after, earlier) for after, earlier in zip(now, before, strict=True)
    ]
    level = FALSE_DISCOVERY_RATE / max(len(now), 1)
    return [
        _change(after, earlier, stands=stands, level=level)
        for after, earlier, stands in zip(now, before, discoveries(probabilities), strict=True)
    ]


def _change(after: Count, earlier: Count, *, stands: bool, level: float) -> Change:
    visible = smallest_visible_change(earlier, after.of, level=level)
    if stands:
        verdict = Verdict.ROSE if after.share > earlier.share else Verdict.FELL
    elif visible.rise_to is None and visible.fall_to is None:
        verdict = Verdict.TOO_FEW
    else:
        verdict = Verdict.NO_CLEAR_CHANGE
    return Change(after, earlier, verdict, visible)


def whole_quarters(window: Window) -> list[Quarter]:
    """The quarters that lie in the window with all their months, earliest first."""
    quarters = sorted({Quarter.of(month) for month in window.months})
    return [
        quarter
        for quarter in quarters
        if quarter.first_month in window and quarter.next.first_month.plus(-1) in window
    ]


def of_the_team(wanted: Filter, team: str) -> Filter:
    """What a seller may ask: their team's deals, by outcome and month, and nothing narrower.

    A region or a rival inside one team soon means one deal.
    """
    return Filter(window=wanted.window, outcome=wanted.outcome, team=team)


def of_a_teams_row(wanted: Filter, team: str) -> Filter:
    """What one row of the team's figures counts: those of one competitor, region or product."""
    named = {name: value for name in _ROWS if (value := getattr(wanted, name))}
    whole = of_the_team(wanted, team)
    return replace(whole, **named) if len(named) == 1 else whole


def left_out(hidden: Mapping[tuple[Outcome, int], int], window: Window) -> dict[Outcome, int]:
    """By outcome the answers of the window that its view's reasons are counted without.

    `hidden` are those which the reader may not read with names, by outcome and month index. One or
    two of them would be pointed at: who reads the others could tell theirs apart.
    """
    found = {outcome: within(hidden, outcome, window) for outcome in CLOSED}
    return {outcome: deals for outcome, deals in found.items() if not hide_each_other(deals)}


def within(hidden: Mapping[tuple[Outcome, int], int], outcome: Outcome, window: Window) -> int:
    return sum(hidden.get((outcome, month.index), 0) for month in window.months)


def for_a_team(insight: Insight) -> Insight:
    """The same figures for a team's own sellers: without competitors that fewer than three deals
    met, and without why buyers declined, which no seller is told of any deal.
    """
    return replace(
        insight,
        coverage=replace(insight.coverage, declined={}),
        competitors=tuple(
            replace(figure, by_month=()) for figure in insight.competitors if _hides_all(figure)
        ),
    )


def _hides_all(figure: GroupFigure) -> bool:
    """Whether enough deals met the competitor for none of their buyers to be pointed at."""
    return not figure.key or sum(figure.closed.values()) >= THRESHOLD_FLOOR


def for_a_viewer(insight: Insight) -> Insight:
    """The same figures for who reads figures only: of fewer than all deals, without why buyers
    declined, which viewers are told of no deal.
    """
    if not insight.scope.filter.is_narrowed:
        return insight
    return replace(insight, coverage=replace(insight.coverage, declined={}))


def headline(insight: Insight) -> str:
    """The figures in two sentences: who answered, and what decided the losses."""
    answers = counted(insight.coverage.answered, "answer")
    told = f"{answers} from {counted(insight.coverage.closed, 'closed deal')}."
    losses = next((f for f in insight.outcomes if f.outcome is Outcome.LOST), None)
    if losses is None or not losses.answered or losses.is_withheld:
        return told
    return f"{told} {_leading(losses)}"


def _leading(losses: OutcomeFigures) -> str:
    """What decided the losses, where the answers are enough and one category is ahead."""
    if not losses.categories or losses.categories[0].decisive.is_grey:
        answered = counted(losses.answered, "answered loss", "answered losses")
        return f"{answered}: too few to name what decides."
    first, *rest = losses.categories
    if rest and rest[0].decisive.count.hits == first.decisive.count.hits:
        return f"No one reason leads the {losses.answered} answered losses."
    return (
        f"What weighed most in answered losses was “{first.label}”, in {first.decisive.words} "
        f"({first.decisive.range_words})."
    )
