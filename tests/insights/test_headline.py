"""What the figures say in a sentence, and what a team's own sellers are not told."""

from dataclasses import replace

import pytest

from survey.deals.types import Outcome
from survey.insights.rules import for_a_team, headline, of_the_team
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


def test_team_is_not_told_reasons_of_two_deals() -> None:
    closed = {Outcome.LOST: 3}
    group = GroupFigure("a", "Acme", closed, {}, rate(0, 3), "Felt pushed", rate(2, 2))

    seen = for_a_team(insight_of(losses(2, price=2), group))

    assert seen.outcomes[0].is_withheld
    assert seen.outcomes[0].categories == ()
    assert seen.outcomes[0].control.of == 0
    assert (seen.competitors[0].top_loss, seen.competitors[0].top_loss_rate) == ("", None)
    assert headline(seen) == "2 answers from 412 closed deals."


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
