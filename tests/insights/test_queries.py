"""Every figure against a count by hand, on both databases, over worlds drawn by chance."""

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from survey.coding.models import Coding
from survey.deals.types import Outcome
from survey.insights.queries.coverage import cohorts, coverage
from survey.insights.queries.insight import insight
from survey.insights.types import CLOSED, Insight, Scope, Trait, Window
from survey.kit.clock import Month
from survey.kit.statistics import Count
from survey.responses.models import Answer, Response, ResponseDraft
from survey.responses.types import Audience
from survey.taxonomy.types import Control, ScreenGroup
from tests.factories import make_deal, make_response
from tests.insights.by_hand import DISPUTED, ByHand, by_reason
from tests.insights.world import NOW, YEAR, World, make_world, scope

SEEDS = (1, pytest.param(2, marks=pytest.mark.slow))


def scopes(world: World) -> list[Scope]:
    """The whole company, and one scope for each thing that can be filtered by."""
    return [
        scope(),
        scope(outcome=Outcome.LOST),
        scope(region="Nordics"),
        scope(product="Planner", segment="Large"),
        scope(team="North"),
        scope(seller=world.sellers[1].public_id),
        scope(competitor=world.competitors[0].public_id),
        scope(window=Window(Month(2026, 3), Month(2026, 3))),
        replace(scope(), cut_at=NOW.replace(month=5)),
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_answers_and_reasons_equal_a_count_by_hand(session: Session, seed: int) -> None:
    world = make_world(session, seed=seed)
    hand = ByHand(session)

    for each in scopes(world):
        figures = insight(session, each, now=NOW)

        voices = hand.voices(each, each.filter.window)
        for outcome in figures.outcomes:
            ours = [voice for voice in voices if voice.outcome == outcome.outcome]
            decided = by_reason(voices, outcome.outcome)
            named = Counter(
                id_ for v in ours for id_ in {hand.called_today(c).id for c in v.codings}
            )
            assert outcome.answered == len(ours)
            assert outcome.without_reason == len(ours) - decided.total()
            assert outcome.divided == sum(voice.is_divided for voice in ours)
            assert outcome.disputed == sum(
                voice.response.ended in DISPUTED[voice.outcome] for voice in ours
            )
            assert {r.reason_id: r.decisive.count.hits for r in outcome.reasons} == {
                id_: decided[id_] for id_ in decided.keys() | named.keys()
            }
            assert {r.reason_id: r.named.count.hits for r in outcome.reasons} == {
                id_: named[id_] for id_ in decided.keys() | named.keys()
            }
            assert {r.decisive.count.of for r in outcome.reasons} <= {len(ours)}


@pytest.mark.parametrize("seed", SEEDS)
def test_categories_hands_and_price_equal_a_count_by_hand(session: Session, seed: int) -> None:
    make_world(session, seed=seed)
    hand = ByHand(session)

    figures = insight(session, scope(), now=NOW)

    for outcome in figures.outcomes:
        ours = [v for v in hand.voices(scope(), YEAR) if v.outcome == outcome.outcome]
        named = Counter(
            code
            for voice in ours
            for code in {hand.called_today(c).category.code for c in voice.codings}
        )
        decided = Counter(v.reason.category.code for v in ours if v.explains and v.reason)
        hands = Counter(v.reason.control for v in ours if v.explains and v.reason)
        about_price = [
            any(hand.called_today(c).screen_group is ScreenGroup.PRICE for c in v.codings)
            for v in ours
        ]
        assert {c.code: c.named.count.hits for c in outcome.categories} == named
        assert {c.code: c.decisive.count.hits for c in outcome.categories} == {
            code: decided[code] for code in named
        }
        assert (outcome.control.ours, outcome.control.shared, outcome.control.theirs) == tuple(
            hands[control] for control in (Control.OURS, Control.SHARED, Control.THEIRS)
        )
        assert outcome.price.named.count.hits == sum(about_price)
        assert outcome.price.weighed_most.count.hits == decided["PRI"]
        assert outcome.price.made_it.count.hits == sum(hand.clicked(v, made_it=True) for v in ours)
        assert outcome.price.made_it.count.of == sum(hand.clicked(v, made_it=False) for v in ours)


@pytest.mark.parametrize("seed", SEEDS)
def test_coverage_equals_a_count_by_hand(session: Session, seed: int) -> None:
    world = make_world(session, seed=seed)
    hand = ByHand(session)

    for each in scopes(world)[:-1]:  # held and sent moments lie after the last one's cut
        covered = coverage(session, each)

        funnel = Counter(hand.funnel(each))
        assert {step.name: step.deals for step in covered.steps if step.name != "eligible"} == {
            name: funnel[name] for name in ("closed", "invited", "delivered", "started", "answered")
        }
        assert covered.held == funnel["held"]
        for trait in Trait:
            rows = [row.answered.count for row in covered.rows if row.trait is trait]
            assert sum(count.of for count in rows) == funnel["closed"]
            assert sum(count.hits for count in rows) == funnel["answered"]


@pytest.mark.parametrize("seed", SEEDS)
def test_closing_months_equal_a_count_by_hand(session: Session, seed: int) -> None:
    world = make_world(session, seed=seed)
    hand = ByHand(session)

    for each in (scope(), scope(region="Nordics")):
        found = cohorts(session, each)

        closed = Counter((d.closed_on.year, d.closed_on.month) for d in hand.closings(each))
        answered = Counter(
            (d.closed_on.year, d.closed_on.month)
            for d in hand.closings(each)
            if any(hand.counts(r, each) for r in world.responses if r.deal_id == d.id)
        )
        assert [(c.month.year, c.month.number) for c in found] == sorted(closed, reverse=True)
        for cohort in found:
            month = (cohort.month.year, cohort.month.number)
            assert cohort.answered.count == Count(answered[month], closed[month])
            # On 15 October 2026 July is over for 76 days and August for 45.
            assert cohort.is_complete == (cohort.month <= Month(2026, 7))


@pytest.mark.parametrize("seed", SEEDS)
def test_competitors_and_months_equal_a_count_by_hand(session: Session, seed: int) -> None:
    world = make_world(session, seed=seed)
    hand = ByHand(session)

    figures = insight(session, scope(), now=NOW)

    voices = hand.voices(scope(), YEAR)
    for row in figures.competitors:

        def faced(deal_id: int, key: str = row.key) -> bool:
            rivals = {
                a.competitor.public_id
                for a in hand.alternatives
                if a.deal_id == deal_id and a.competitor
            }
            return key in rivals if key else not rivals

        closed = Counter(d.outcome for d in hand.closings(scope()) if faced(d.id))
        answered = Counter(v.deal.outcome for v in voices if faced(v.deal.id))
        assert row.closed == {outcome: closed[outcome] for outcome in CLOSED}
        assert row.answered == {outcome: answered[outcome] for outcome in CLOSED}
        assert row.win_rate.count.hits == closed[Outcome.WON]
        assert row.win_rate.count.of == closed[Outcome.WON] + closed[Outcome.LOST]
    assert len(figures.competitors) == len(world.competitors) + 1
    for month in figures.months:
        arrived = Counter(
            v.deal.outcome for v in voices if v.response.month_index == month.month.index
        )
        assert month.answered == {outcome: arrived[outcome] for outcome in CLOSED}
    assert [month.month for month in figures.months if month.is_running] == [Month(2026, 10)]


def without_quarters(figures: Insight) -> Insight:
    return replace(figures, quarters=())


@pytest.mark.parametrize("seed", SEEDS)
def test_totals_only_answers_change_no_figure_but_quarters(session: Session, seed: int) -> None:
    world = make_world(session, seed=seed)
    some = scopes(world)[:3]
    before = [without_quarters(insight(session, each, now=NOW)) for each in some]
    gone = [r.id for r in world.responses if r.audience is Audience.TOTALS_ONLY]
    asked = [r.invitation_id for r in world.responses if r.audience is Audience.TOTALS_ONLY]
    session.execute(delete(ResponseDraft).where(ResponseDraft.invitation_id.in_(asked)))
    for model in (Coding, Answer):
        session.execute(delete(model).where(model.response_id.in_(gone)))
    session.execute(delete(Response).where(Response.id.in_(gone)))

    after = [without_quarters(insight(session, each, now=NOW)) for each in some]

    assert len(gone) > 10
    assert after == before


def test_coverage_compares_sizes_within_each_currency(session: Session) -> None:
    for amount, currency in ((100, "EUR"), (200, "EUR"), (300, "EUR"), (9_000, "JPY")):
        make_deal(session, amount_minor=amount, currency=currency)
    make_response(session, deal=make_deal(session, amount_minor=400, currency="EUR"))
    make_deal(session)

    rows = coverage(session, replace(scope(), cut_at=NOW.replace(day=20))).rows

    sizes = [(row.value, row.answered.words) for row in rows if row.trait is Trait.SIZE]
    assert sizes == [
        ("smallest", "0 of 3"),
        ("middle", "0 of 1"),
        ("largest", "1 of 1"),
        ("", "0 of 1"),
    ]
