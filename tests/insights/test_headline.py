"""What the figures say in a sentence, and what a team's own sellers are not told."""

from dataclasses import replace

import pytest

from survey.deals.types import Outcome
from survey.insights.rules import for_a_team, for_a_viewer, headline, of_a_teams_row, of_the_team
from survey.insights.types import (
    CategoryFigure,
    ControlFigure,
    Coverage,
    Filter,
    GroupFigure,
    Insight,
    OutcomeFigures,
    PriceFigure,
)
from survey.kit.disclosure import Rate
from survey.kit.statistics import Count
from tests.insights.world import YEAR, scope


def rate(hits: int, of: int) -> Rate:
    return Rate(Count(hits, of))


def losses(answered: int, **decisive: int) -> OutcomeFigures:
    """Answered losses; each keyword is a category and how often it weighed most."""
    categories = tuple(
        CategoryFigure(name, name.capitalize(), rate(hits, answered), rate(hits, answered), ())
        for name, hits in decisive.items()
    )
    price = PriceFigure(rate(answered, answered), rate(0, answered), rate(0, 0))
    return OutcomeFigures(
        Outcome.LOST, answered, 0, 1, 1, categories, ControlFigure(1, 0, 0), price
    )


def insight_of(figures: OutcomeFigures, *groups: GroupFigure) -> Insight:
    answered = figures.answered
    return Insight(
        scope=scope(),
        recent=YEAR,
        before=YEAR,
        coverage=Coverage(412, 300, 280, 270, 60, answered, held=0),
        outcomes=(figures,),
        months=(),
        competitors=groups,
        regions=(),
        products=(),
        quarters=(),
    )


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        (
            losses(39, price=20, product=9),
            (
                "39 answers from 412 closed deals. What weighed most in answered losses was "
                "“Price”, in 20 of 39 (36\N{EN DASH}66%)."
            ),
        ),
        (
            losses(39, price=9, product=9),
            "39 answers from 412 closed deals. No one reason leads the 39 answered losses.",
        ),
        (
            losses(4, price=4),
            "4 answers from 412 closed deals. 4 answered losses: too few to name what decides.",
        ),
        (
            losses(1, price=1),
            "1 answer from 412 closed deals. 1 answered loss: too few to name what decides.",
        ),
        (losses(0), "0 answers from 412 closed deals."),
    ],
)
def test_headline_says_who_answered_and_what_decided(
    figures: OutcomeFigures, sentence: str
) -> None:
    assert headline(insight_of(figures)) == sentence


def test_headline_of_withheld_losses_names_no_reason() -> None:
    told = insight_of(replace(losses(0), left_out=2, is_withheld=True))
    withheld = replace(told, coverage=replace(told.coverage, answered=2))

    assert headline(withheld) == "2 answers from 412 closed deals."


def test_team_is_not_told_why_buyers_declined() -> None:
    told = insight_of(losses(3))
    declined = replace(told, coverage=replace(told.coverage, declined={"It is too early.": 1}))

    assert for_a_team(declined).coverage.declined == {}


@pytest.mark.parametrize(("region", "told"), [("", {"It is too early.": 1}), ("Nordics", {})])
def test_viewer_is_not_told_why_buyers_of_some_deals_declined(
    region: str, told: dict[str, int]
) -> None:
    figures = insight_of(losses(3))
    declined = replace(
        figures,
        scope=replace(figures.scope, filter=Filter(YEAR, region=region)),
        coverage=replace(figures.coverage, declined={"It is too early.": 1}),
    )

    assert for_a_viewer(declined).coverage.declined == told


def test_team_is_not_told_a_competitor_met_in_two_deals() -> None:
    twice = GroupFigure("a", "Acme", {Outcome.LOST: 1, Outcome.WON: 1}, {}, rate(1, 2))
    thrice = replace(twice, key="b", closed={Outcome.LOST: 1, Outcome.WON: 2})
    unknown = replace(twice, key="", closed={Outcome.LOST: 1})

    seen = for_a_team(replace(insight_of(losses(3)), competitors=(thrice, twice, unknown)))

    assert seen.competitors == (thrice, unknown)


def test_team_is_told_reasons_of_three_deals() -> None:
    told = insight_of(losses(3, price=2))

    assert for_a_team(told) == told


def test_team_cannot_narrow_its_figures() -> None:
    wanted = Filter(YEAR, outcome=Outcome.WON, region="Nordics", seller="x", competitor="y")

    assert of_the_team(wanted, "North") == Filter(YEAR, outcome=Outcome.WON, team="North")
    assert of_the_team(replace(wanted, team="South"), "North").team == "North"


@pytest.mark.parametrize(
    ("asked", "counted"),
    [
        ({"region": "Nordics"}, {"region": "Nordics"}),
        ({"region": "Nordics", "segment": "Large"}, {"region": "Nordics"}),
        ({"region": "Nordics", "competitor": "y"}, {}),
    ],
)
def test_row_of_a_team_is_narrowed_once(asked: dict[str, str], counted: dict[str, str]) -> None:
    assert of_a_teams_row(Filter(YEAR, **asked), "North") == Filter(YEAR, team="North", **counted)
