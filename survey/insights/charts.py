"""What the charts look like: Vega-Lite specs from figures. `kit.charts` draws them.

Every chart is as wide as a phone, so that one drawing serves all screens without shrinking its
words. Labels stand above their bars: a reason has more words than an axis has room.
"""

import calendar
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey.deals.types import Outcome
from survey.insights.types import (
    CLOSED,
    CategoryFigure,
    Coverage,
    GroupFigure,
    MonthFigure,
    OutcomeFigures,
    Step,
)
from survey.kit.charts import INK, draw, link
from survey.kit.disclosure import Rate

Addressed = Callable[..., str | None]
"""Filter fields in, the address of the answers behind them out; None for who may not read them."""
Stepped = Callable[..., str | None]
"""A step of the funnel and filter fields in, the address of the deals it counts out; None as above.
"""

WIDTH = 330
_ROW = 46
_BAR = 12
_LABEL_SHARE = 0.66
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
MOST_ROWS = 9
"""How many bars are drawn; the table beside a drawing has all."""
MONTH_NAME = (
    json.dumps([calendar.month_abbr[number] for number in range(1, 13)])
    + "[toNumber(slice(datum.label, 5)) - 1]"
)

OUTCOME_WORDS: Mapping[Outcome, str] = {
    Outcome.LOST: "Lost",
    Outcome.WON: "Won",
    Outcome.NO_DECISION: "No decision",
}
STEP_WORDS: Mapping[Step, str] = {
    Step.CLOSED: "Closed",
    Step.ELIGIBLE: "Could be asked",
    Step.INVITED: "Invited",
    Step.DELIVERED: "Handed over",
    Step.STARTED: "Started",
    Step.ANSWERED: "Answered",
}


@dataclass(frozen=True, slots=True)
class _Bar:
    """One row of a bar chart: a label, a value, what stands at its right, and where it leads."""

    label: str
    value: float
    words: str
    behind: float = 0
    """A paler bar behind it."""
    low: float | None = None
    high: float | None = None
    address: str | None = None

    def row(self, position: int) -> dict[str, Any]:
        found: dict[str, Any] = {
            "position": position,
            "label": self.label,
            "value": self.value,
            "words": self.words,
            "behind": self.behind,
            "name": f"{self.label}: {self.words}",
        }
        if self.low is not None:
            found |= {"low": self.low, "high": self.high}
        if self.address:
            found["address"] = link(self.address)
        return found


def reasons(figures: OutcomeFigures, *, addressed: Addressed) -> str:
    """Categories: how often each weighed most (full), and was named at all (pale).

    Shares with their 95 % interval; plain counts, in grey, while there are too few answers.
    """
    few = figures.categories and figures.categories[0].decisive.is_grey
    bars = [
        _category_bar(figures, category, addressed=addressed)
        for category in figures.categories[:MOST_ROWS]
    ]
    word = OUTCOME_WORDS[figures.outcome]
    return _bars(
        bars,
        ink=INK["quiet" if few else figures.outcome.value],
        most=figures.answered if few else 1,
        title=f"{word}: what weighed most",
        description=(
            f"For each category of reasons, in how many of {figures.answered} answered deals it "
            "weighed most, and behind it, paler, in how many it was named at all."
        ),
    )


def _category_bar(
    figures: OutcomeFigures, category: CategoryFigure, *, addressed: Addressed
) -> _Bar:
    rate = category.decisive
    interval = rate.interval
    return _Bar(
        label=category.label,
        value=_length(rate),
        words=_words(rate),
        behind=_length(category.named),
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        address=addressed(outcome=figures.outcome.value, category=category.code, decisive="y"),
    )


def _length(rate: Rate) -> float:
    return rate.count.hits if rate.is_grey else rate.count.share


def price(figures: OutcomeFigures, *, addressed: Addressed) -> str:
    """Price named, weighing most, and said to have made the difference."""
    told, outcome = figures.price, figures.outcome.value
    bars = [
        _Bar(
            label=label,
            value=0 if rate.is_grey else rate.count.share,
            words=_words(rate),
            low=rate.interval.low if rate.interval else None,
            high=rate.interval.high if rate.interval else None,
            address=addressed(outcome=outcome, **behind),
        )
        for label, rate, behind in (
            ("Named at all", told.named, {"group": "price"}),
            ("Weighed most", told.weighed_most, {"group": "price", "decisive": "y"}),
            ("Would have changed it", told.made_it, {"said": "price"}),
        )
    ]
    return _bars(
        bars,
        ink=INK[figures.outcome.value],
        most=1,
        title=f"{OUTCOME_WORDS[figures.outcome]}: price named and price decisive",
        description="In how many answered deals price was named, weighed most, and by the "
        "buyer’s own word would have changed the decision.",
    )


def funnel(coverage: Coverage, *, stepped: Stepped) -> str:
    """From closed to answered."""
    bars = [
        _Bar(STEP_WORDS[step.name], step.deals, f"{step.deals:,}", address=stepped(step.name))
        for step in coverage.steps
    ]
    return _bars(
        bars,
        ink=INK["first"],
        most=max(coverage.closed, 1),
        title="From closed to answered",
        description="How many of the deals that closed in these months reached each step.",
    )


def win_rates(groups: Sequence[GroupFigure], *, by: str, stepped: Stepped) -> str:
    """Won of won and lost, for each competitor, region or product, with its 95 % interval.

    A bar leads to the deals won. `by` is the filter's field.
    """
    bars = [
        _Bar(
            label=group.label,
            value=0 if group.win_rate.is_grey else group.win_rate.count.share,
            words=f"won {_words(group.win_rate)}",
            low=group.win_rate.interval.low if group.win_rate.interval else None,
            high=group.win_rate.interval.high if group.win_rate.interval else None,
            address=stepped(Step.CLOSED, outcome=Outcome.WON.value, **{by: group.key}),
        )
        for group in groups[:MOST_ROWS]
    ]
    return _bars(
        bars,
        ink=INK["won"],
        most=1,
        title=f"Deals won by {by}",
        description=f"The share won of the deals won or lost, by {by}.",
    )


def _words(rate: Rate) -> str:
    return rate.words if rate.is_grey else f"{rate.words} · {rate.range_words}"


def months(figures: Sequence[MonthFigure], *, addressed: Addressed) -> str:
    """Answers by the month in which they arrived, wins, losses and no decisions apart."""
    months = {
        "field": "month",
        "type": "ordinal",
        "scale": {"domain": [str(figure.month) for figure in figures]},
        "axis": {"title": None, "labelAngle": 0, "labelFontSize": 11, "labelExpr": MONTH_NAME},
    }
    outcomes = {
        "field": "outcome",
        "scale": {
            "domain": [OUTCOME_WORDS[outcome] for outcome in CLOSED],
            "range": [INK[outcome.value] for outcome in CLOSED],
        },
        "legend": {"orient": "top", "title": None, "symbolType": "square"},
    }
    deals = {"title": None, "tickMinStep": 1, "tickCount": 4, "format": "d"}
    spec = {
        "$schema": SCHEMA,
        "width": WIDTH,
        "height": 200,
        "data": {"values": _month_rows(figures, addressed)},
        "mark": {"type": "bar", "width": {"band": 0.72}, "stroke": INK["paper"]},
        "encoding": {
            "x": months,
            "y": {"field": "deals", "type": "quantitative", "axis": deals},
            "color": outcomes,
            "order": {"field": "order"},
            "href": {"field": "address"},
            "description": {"field": "name"},
        },
    }
    return draw(
        spec,
        title="Answers by month of arrival",
        description="Answered deals by the month in which the answer arrived, by outcome.",
    )


def _month_rows(figures: Sequence[MonthFigure], addressed: Addressed) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for figure in figures:
        month = str(figure.month)
        for place, outcome in enumerate(CLOSED):
            deals = figure.answered[outcome]
            if not deals:
                continue
            word = OUTCOME_WORDS[outcome]
            address = addressed(outcome=outcome.value, **{"from": month, "to": month})
            rows.append(
                {
                    "month": month,
                    "outcome": word,
                    "order": place,
                    "deals": deals,
                    "name": f"{month}, {word}: {deals}",
                }
                | ({"address": link(address)} if address else {})
            )
    return rows


def _bars(bars: Sequence[_Bar], *, ink: str, most: float, title: str, description: str) -> str:
    """Horizontal bars with words above: the label at the left, the figure at the right."""
    spec = {
        "$schema": SCHEMA,
        "width": WIDTH,
        "height": {"step": _ROW},
        "data": {"values": [bar.row(position) for position, bar in enumerate(bars)]},
        "encoding": {"y": {"field": "position", "type": "ordinal", "axis": None}},
        "layer": [*_bar_layers(ink, most), *_word_layers()],
    }
    return draw(spec, title=title, description=description)


LINKED = {"href": {"field": "address"}, "description": {"field": "name"}}


def _bar_layers(ink: str, most: float) -> list[dict[str, Any]]:
    """The track, the paler bar, the bar, and its interval as a line."""
    x = {"type": "quantitative", "scale": {"domain": [0, most]}, "axis": None}
    bar = {"type": "bar", "height": _BAR, "cornerRadius": 3, "yOffset": 9}
    line = {"type": "rule", "yOffset": 9, "strokeWidth": 1.5, "color": INK["text"]}
    return [
        {"mark": {**bar, "color": INK["line"]}, "encoding": {"x": {**x, "datum": most}}},
        {
            "mark": {**bar, "color": ink, "opacity": 0.35},
            "encoding": {"x": {**x, "field": "behind"}},
        },
        {"mark": {**bar, "color": ink}, "encoding": {"x": {**x, "field": "value"}, **LINKED}},
        {
            "transform": [{"filter": "isValid(datum.low)"}],
            "mark": line,
            "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}},
        },
    ]


def _word_layers() -> list[dict[str, Any]]:
    words = {"type": "text", "yOffset": -9, "baseline": "middle", "fontSize": 13}
    label = {"align": "left", "limit": WIDTH * _LABEL_SHARE, "color": INK["text"]}
    return [
        {
            "mark": {**words, **label},
            "encoding": {"x": {"value": 0}, "text": {"field": "label"}, **LINKED},
        },
        {
            "mark": {**words, "align": "right", "fontSize": 12, "color": INK["muted"]},
            "encoding": {"x": {"value": WIDTH}, "text": {"field": "words"}},
        },
    ]
