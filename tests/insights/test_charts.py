"""Charts say what their figures say, and every bar leads to the answers behind it."""

from dataclasses import replace
from urllib.parse import urlencode
from xml.etree import ElementTree

from survey.deals.types import Outcome
from survey.insights import charts, trends
from survey.insights.types import (
    CategoryFigure,
    ControlFigure,
    Coverage,
    GroupFigure,
    MonthFigure,
    OutcomeFigures,
    PriceFigure,
    ReasonFigure,
    Step,
    Window,
)
from survey.kit.clock import Month
from survey.kit.disclosure import Rate
from survey.kit.statistics import Count
from survey.taxonomy.types import Control

SVG = "{http://www.w3.org/2000/svg}"


def rate(hits: int, of: int) -> Rate:
    return Rate(Count(hits, of))


def losses(*, answered: int, price: int) -> OutcomeFigures:
    category = CategoryFigure(
        "PRI", "Price & terms", rate(price, answered), rate(answered, answered), ()
    )
    nothing = rate(0, answered)
    return OutcomeFigures(
        outcome=Outcome.LOST,
        answered=answered,
        without_reason=0,
        disputed=0,
        divided=0,
        categories=(category,),
        control=ControlFigure(0, 0, 0),
        price=PriceFigure(nothing, nothing, nothing),
    )


def addressed(**fields: str) -> str:
    return "/feedback?" + urlencode(fields)


def stepped(step: Step, **fields: str) -> str:
    return "/deals?" + urlencode({"step": step} | fields)


def read(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 (drawn a moment ago)


def links(svg: str) -> set[tuple[str, str]]:
    return {(a.get("href", ""), a.get("aria-label", "")) for a in read(svg).iter(f"{SVG}a")}


def words(svg: str) -> list[str]:
    return [text.text or "" for text in read(svg).iter(f"{SVG}text")]


def test_reason_bar_leads_to_its_answers_and_says_how_sure_we_are() -> None:
    svg = charts.reasons(losses(answered=9, price=6), addressed=addressed)

    name = "Price & terms: 6 of 9 · 35\N{EN DASH}88%"
    assert links(svg) == {("/feedback?outcome=lost&category=PRI&decisive=y", name)}
    assert words(svg) == ["Price & terms", "6 of 9 · 35\N{EN DASH}88%"]


def test_few_answers_are_grey_and_without_percentage() -> None:
    svg = charts.reasons(losses(answered=4, price=3), addressed=addressed)

    assert words(svg) == ["Price & terms", "3 of 4"]
    assert "--chart-quiet" in svg
    assert "--chart-lost" not in svg


def test_reader_who_may_not_read_answers_gets_no_links() -> None:
    svg = charts.reasons(losses(answered=9, price=6), addressed=lambda **_: None)

    assert links(svg) == set()


def test_funnel_shows_every_step_and_leads_to_its_deals() -> None:
    coverage = Coverage(1412, 300, 280, 270, 60, 39, held=2)

    svg = charts.funnel(coverage, stepped=lambda step: f"/deals?step={step}")

    steps = ["Closed", "Could be asked", "Invited", "Handed over", "Started", "Answered"]
    assert words(svg)[:6] == steps
    assert words(svg)[6:] == ["1,412", "300", "280", "270", "60", "39"]
    assert ("/deals?step=invited", "Invited: 280") in links(svg)
    assert len(links(svg)) == 6


def test_month_leads_to_the_answers_that_arrived_in_it() -> None:
    september = MonthFigure(
        Month(2026, 9), dict.fromkeys(Outcome, 0) | {Outcome.LOST: 3}, is_running=False
    )

    svg = charts.months([september], addressed=addressed)

    assert links(svg) == {
        ("/feedback?outcome=lost&from=2026-09&to=2026-09", "2026-09, Lost: 3"),
    }


def test_win_rate_of_a_known_competitor_has_its_interval() -> None:
    known = GroupFigure("abc", "Acme", {}, {}, rate(6, 9))
    fresh = GroupFigure("def", "Globex", {}, {}, rate(1, 2))

    svg = charts.win_rates([known, fresh], by="competitor", stepped=stepped)

    won = "/deals?step=closed&outcome=won&competitor="
    assert (f"{won}abc", "Acme: won 6 of 9 · 35\N{EN DASH}88%") in links(svg)
    assert (f"{won}def", "Globex: won 1 of 2") in links(svg)


def test_reason_has_a_dot_for_each_month_that_leads_to_its_answers() -> None:
    window = Window(Month(2026, 8), Month(2026, 9))
    reason = ReasonFigure(
        1, "PRI-01", "Dearer", "PRI", Control.OURS, rate(3, 9), rate(3, 9), None, (0, 3), release=2
    )
    figures = losses(answered=9, price=3)
    category = replace(figures.categories[0], reasons=(reason,))

    svg = trends.reasons(replace(figures, categories=(category,)), window, addressed=addressed)

    months = "from=2026-09&to=2026-09"
    address = f"/feedback?outcome=lost&decisive=y&{months}&reason=PRI-01&release=2"
    assert links(svg) == {(address, "Dearer, 2026-09: 3")}
    assert words(svg) == ["Aug", "Sep", "Dearer", "3"]


def test_months_before_the_last_twelve_are_in_the_table_only() -> None:
    window = Window(Month(2025, 1), Month(2026, 3))
    group = GroupFigure("abc", "Acme", {}, {}, rate(6, 9), by_month=(5, 0, 0, 4, *[0] * 10, 2))
    unknown = GroupFigure("", "Not known", {}, {}, rate(6, 9))

    svg = trends.competitors([group, unknown], window, stepped=stepped)

    assert {name for _, name in links(svg)} == {"Acme, 2025-04: 4", "Acme, 2026-03: 2"}
