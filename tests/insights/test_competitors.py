"""Nobody learns whom one buyer had beside us from a figure, if the answer is not for them."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from survey.deals.models import Alternative, Competitor, Deal
from survey.deals.types import Outcome, Source
from survey.insights.queries.competitors import by_competitor
from survey.insights.queries.insight import insight
from survey.insights.queries.steps import deals_behind
from survey.insights.queries.voices import heirs, voices
from survey.insights.types import GroupFigure, Insight, Scope, Step, Trait
from survey.responses.models import Response
from survey.responses.types import Audience
from survey.team.models import User
from survey.team.types import Role
from tests.factories import (
    make_alternative,
    make_company,
    make_competitor,
    make_deal,
    make_invitation,
    make_response,
    make_team,
    make_user,
)
from tests.insights.by_hand import ByHand
from tests.insights.world import NOW, YEAR, World, make_world, scope

FULL = {Audience.PEOPLE_DEALT_WITH, Audience.SENDER_TEAM, Audience.NOT_CHOSEN}
NARROWED = ("region", "product", "segment", "team", "seller")


@pytest.fixture
def acme(session: Session) -> Competitor:
    make_company(session)
    return make_competitor(session, name="Acme")


def met(
    session: Session,
    competitor: Competitor,
    *,
    says: Source = Source.BUYER,
    audience: Audience | None = Audience.SENDER_TEAM,
    region: str = "Nordics",
    seller: User | None = None,
) -> Deal:
    deal = make_deal(session, region=region, seller=seller, outcome=Outcome.LOST)
    if audience is not None:
        make_response(
            session,
            invitation=make_invitation(session, deal=deal),
            audience=audience,
            submitted_at=NOW - timedelta(days=5),
            month_index=YEAR.last.index,
        )
    make_alternative(session, deal=deal, competitor=competitor, source=says)
    return deal


def seen(session: Session, reader: Role | User, **narrowed: object) -> Insight:
    who = reader if isinstance(reader, User) else make_user(session, role=reader)
    return insight(session, scope(**narrowed), now=NOW, reader=who)


def closed(rows: tuple[GroupFigure, ...]) -> dict[str, int]:
    return {row.label: sum(row.closed.values()) for row in rows}


@pytest.mark.parametrize(
    ("role", "told"),
    [
        (Role.ADMIN, {"Acme": 1}),
        (Role.ANALYST, {"Acme": 1}),
        (Role.MANAGER, {"Not known": 1}),
        (Role.VIEWER, {"Not known": 1}),
    ],
)
def test_row_of_a_narrowed_view_counts_what_its_reader_may_know(
    session: Session, acme: Competitor, role: Role, told: dict[str, int]
) -> None:
    met(session, acme)

    assert closed(seen(session, role, region="Nordics").competitors) == told


@pytest.mark.parametrize(
    ("says", "audience"),
    [
        (Source.CRM, Audience.SENDER_TEAM),
        (Source.PERSON, None),
        (Source.BUYER, Audience.PEOPLE_DEALT_WITH),
    ],
)
def test_our_records_and_answers_for_the_reader_count(
    session: Session, acme: Competitor, says: Source, audience: Audience | None
) -> None:
    met(session, acme, says=says, audience=audience)

    assert closed(seen(session, Role.MANAGER, region="Nordics").competitors) == {"Acme": 1}


def test_what_both_say_is_known_from_the_records(session: Session, acme: Competitor) -> None:
    deal = met(session, acme)
    make_alternative(session, deal=deal, competitor=acme, source=Source.CRM)

    assert closed(seen(session, Role.MANAGER, region="Nordics").competitors) == {"Acme": 1}


def test_whole_company_counts_every_meeting(session: Session, acme: Competitor) -> None:
    met(session, acme)

    rows = seen(session, Role.MANAGER).competitors
    against = seen(session, Role.MANAGER, competitor=acme.public_id)

    assert (closed(rows), rows[0].by_month[-1]) == ({"Acme": 1}, 1)
    assert (against.coverage.closed, closed(against.competitors)) == (1, {"Acme": 1})


def test_no_part_of_the_company_s_deals_against_one_tells_of_them(
    session: Session, acme: Competitor
) -> None:
    met(session, acme)
    met(session, acme, says=Source.CRM, audience=None, region="Benelux")

    figures = {
        role: seen(session, role, competitor=acme.public_id)
        for role in (Role.MANAGER, Role.ANALYST)
    }

    regions = {role: closed(each.regions) for role, each in figures.items()}
    assert regions == {
        Role.MANAGER: {"Benelux": 1},
        Role.ANALYST: {"Benelux": 1, "Nordics": 1},
    }
    traits = {
        role: {
            trait: sum(r.answered.count.of for r in each.coverage.rows if r.trait is trait)
            for trait in Trait
        }
        for role, each in figures.items()
    }
    assert traits[Role.ANALYST] == dict.fromkeys(Trait, 2)
    assert traits[Role.MANAGER] == {Trait.OUTCOME: 2, Trait.SEGMENT: 1, Trait.SIZE: 1}


def test_view_against_one_inside_a_region_is_as_its_row(session: Session, acme: Competitor) -> None:
    met(session, acme)

    found = {
        role: seen(session, role, competitor=acme.public_id, region="Nordics")
        for role in (Role.MANAGER, Role.ANALYST)
    }

    assert {role: each.coverage.closed for role, each in found.items()} == {
        Role.MANAGER: 0,
        Role.ANALYST: 1,
    }
    assert {role: each.answered for role, each in found.items()} == {
        Role.MANAGER: 0,
        Role.ANALYST: 1,
    }


def test_second_competitor_of_a_hidden_answer_is_told_in_no_row(
    session: Session, acme: Competitor
) -> None:
    other = make_competitor(session, name="Other")
    deal = met(session, acme)
    make_alternative(session, deal=deal, competitor=other, source=Source.CRM)

    against = seen(session, Role.MANAGER, competitor=acme.public_id)

    assert closed(against.competitors) == {"Acme": 1}


def test_seller_is_told_of_own_answers(session: Session, acme: Competitor) -> None:
    team = make_team(session, name="North")
    seller, colleague = (make_user(session, role=Role.SELLER, team=team) for _ in range(2))
    met(session, acme, audience=Audience.PEOPLE_DEALT_WITH, seller=seller)
    met(session, acme, audience=Audience.PEOPLE_DEALT_WITH, seller=colleague)

    rows = closed(seen(session, seller, team="North").competitors)

    assert rows == {"Acme": 1, "Not known": 1}


def told(deal: Deal, answers: list[Response], said: list[Alternative], reader: User) -> bool:
    """Whether the reader may know of that meeting, read off the rules in words."""
    if any(each.source is not Source.BUYER for each in said):
        return True
    reads = FULL if reader.role is Role.ANALYST else {Audience.PEOPLE_DEALT_WITH}
    if reader.role is Role.VIEWER or (reader.role is Role.SELLER and deal.seller_id != reader.id):
        return False
    heard = [each for each in answers if each.audience is not Audience.TOTALS_ONLY]
    return bool(heard) and all(each.audience in reads for each in heard)


def by_hand(session: Session, view: Scope, reader: User) -> dict[str, int]:
    hand = ByHand(session)
    rivals: Counter[str] = Counter()
    for deal in hand.closings(view):
        answers = [
            each for each in hand.responses if each.deal_id == deal.id and each.state == "counted"
        ]
        for rival in {each.competitor for each in hand.alternatives_of(deal) if each.competitor}:
            said = [each for each in hand.alternatives_of(deal) if each.competitor is rival]
            rivals[rival.name] += told(deal, answers, said, reader)
    return {name: deals for name, deals in rivals.items() if deals}


def views(session: Session, world: World) -> Iterator[tuple[User, Scope]]:
    seller = next(each for each in world.sellers if each.team)
    deal = world.deals[0]
    readers = [make_user(session, role=role) for role in (Role.ANALYST, Role.MANAGER, Role.VIEWER)]
    for reader in (*readers, seller):
        yield reader, scope(team=seller.team.name)
        yield reader, scope(region="Nordics")
        yield reader, scope(product=deal.product, outcome=Outcome.LOST)


def rows_of(session: Session, view: Scope, reader: User | None) -> dict[str, int]:
    """Deals by the competitor's name; a row may also hold answers about deals closed before."""
    voice = voices(view, heirs(session), reader=reader)
    rows = by_competitor(session, view, voice, reader=reader, recent=YEAR, before=YEAR)
    return {name: deals for name, deals in closed(tuple(r for r in rows if r.key)).items() if deals}


@pytest.mark.parametrize("seed", [1, 2])
def test_rows_are_those_counted_by_hand_and_lead_to_as_many(session: Session, seed: int) -> None:
    make_company(session)
    world = make_world(session, seed=seed)
    names = {each.name: each for each in world.competitors}
    hidden = 0
    for reader, view in views(session, world):
        rows = rows_of(session, view, reader)

        assert rows == by_hand(session, view, reader)
        for name, deals in rows.items():
            narrower = scope(
                **{n: getattr(view.filter, n) for n in NARROWED},
                outcome=view.filter.outcome,
                competitor=names[name].public_id,
            )
            behind = deals_behind(session, reader, narrower, Step.CLOSED)
            assert behind.counted == deals
        everybody = rows_of(session, view, None)
        hidden += sum(everybody.values()) - sum(rows.values())
    assert hidden > 0
