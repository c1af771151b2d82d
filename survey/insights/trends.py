"""What came month by month, as charts: Vega-Lite specs from figures, like `insights.charts`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from survey.insights.charts import (
    LINKED,
    MONTH_NAME,
    OUTCOME_WORDS,
    SCHEMA,
    WIDTH,
    Addressed,
    Stepped,
)
from survey.insights.types import GroupFigure, OutcomeFigures, ReasonFigure, Step, Window
from survey.kit.charts import INK, draw, link
from survey.kit.clock import Month

MOST_SERIES = 6
MOST_MONTHS = 12
_ROW = 50


@dataclass(frozen=True, slots=True)
class _Series:
    """One thing month by month: its label, its deals, and the address behind a month's."""

    label: str
    deals: Sequence[int]
    address: Callable[[Month], str | None]


def reasons(figures: OutcomeFigures, window: Window, *, addressed: Addressed) -> str:
    """The reasons that decided most, by the month in which the answers arrived."""

    def series(reason: ReasonFigure) -> _Series:
        def address(month: Month) -> str | None:
            asked = {"from": str(month), "to": str(month)} | reason.asked
            return addressed(outcome=figures.outcome.value, decisive="y", **asked)

        return _Series(reason.label, reason.by_month, address)

    return _drawn(
        [series(reason) for reason in figures.reasons if reason.decisive.count.hits][:MOST_SERIES],
        window,
        ink=INK[figures.outcome.value],
        title=f"{OUTCOME_WORDS[figures.outcome]}: what weighed most, month by month",
        description="In how many answered deals each reason weighed most, by the month in which "
        "the answer arrived.",
    )


def competitors(groups: Sequence[GroupFigure], window: Window, *, stepped: Stepped) -> str:
    """The closed deals that met each competitor, by the month in which they closed."""

    def series(group: GroupFigure) -> _Series:
        def address(month: Month) -> str | None:
            months = {"from": str(month), "to": str(month)}
            return stepped(Step.CLOSED, competitor=group.key, **months)

        return _Series(group.label, group.by_month, address)

    return _drawn(
        [series(group) for group in groups if group.by_month][:MOST_SERIES],
        window,
        ink=INK["first"],
        title="Competitors met, month by month",
        description="How many closed deals met each competitor, by the month in which they closed.",
    )


def _drawn(
    series: Sequence[_Series], window: Window, *, ink: str, title: str, description: str
) -> str:
    """A dot for each month in which there were deals, the larger the more, with their number."""
    months = window.months[-MOST_MONTHS:]
    rows: list[dict[str, Any]] = []
    for position, each in enumerate(series):
        for month, deals in zip(months, each.deals[-MOST_MONTHS:], strict=True):
            if deals:
                rows.append(_row(each, position, month, deals))
    spec = {
        "$schema": SCHEMA,
        "width": WIDTH,
        "height": {"step": _ROW},
        "data": {"values": rows},
        "encoding": {"y": {"field": "position", "type": "ordinal", "axis": None}},
        "layer": [_labels(series), *_dots([str(month) for month in months], ink)],
    }
    return draw(spec, title=title, description=description)


def _row(each: _Series, position: int, month: Month, deals: int) -> dict[str, Any]:
    row = {"position": position, "month": str(month), "deals": deals}
    address = each.address(month)
    named = {"name": f"{each.label}, {month}: {deals}"}
    return row | named | ({"address": link(address)} if address else {})


def _labels(series: Sequence[_Series]) -> dict[str, Any]:
    values = [{"label": each.label, "position": place} for place, each in enumerate(series)]
    mark = {"type": "text", "yOffset": -16, "align": "left", "baseline": "middle", "fontSize": 13}
    return {
        "data": {"values": values},
        "mark": {**mark, "limit": WIDTH, "color": INK["text"]},
        "encoding": {"x": {"value": 0}, "text": {"field": "label"}},
    }


def _dots(months: Sequence[str], ink: str) -> list[dict[str, Any]]:
    x = {
        "field": "month",
        "type": "ordinal",
        "scale": {"domain": list(months)},
        "axis": {"title": None, "labelAngle": 0, "labelFontSize": 11, "labelExpr": MONTH_NAME},
    }
    size = {
        "field": "deals",
        "type": "quantitative",
        "legend": None,
        "scale": {"domainMin": 0, "range": [90, 480]},
    }
    words = {"type": "text", "yOffset": 8, "baseline": "middle", "fontSize": 12}
    return [
        {
            "mark": {"type": "circle", "yOffset": 8, "color": ink, "opacity": 0.22},
            "encoding": {"x": x, "size": size},
        },
        {
            "mark": {**words, "color": INK["text"]},
            "encoding": {"x": x, "text": {"field": "deals"}, **LINKED},
        },
    ]
