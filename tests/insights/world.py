"""A small company with a year of deals and answers, drawn by chance but the same each time."""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from survey.coding.types import CodingRole, CodingSource, CodingState, Direction
from survey.deals.models import Competitor, Deal
from survey.deals.types import AlternativeKind, Outcome, Source, Standing
from survey.insights.types import Filter, Scope, Window
from survey.kit.clock import Month
from survey.responses.models import Response
from survey.responses.types import Audience, Ended, ResponseState
from survey.taxonomy.models import Reason
from survey.taxonomy.types import Control, ScreenGroup
from survey.team.models import User
from tests.factories import (
    make_alternative,
    make_answer,
    make_campaign,
    make_category,
    make_coding,
    make_competitor,
    make_contact,
    make_deal,
    make_deal_contact,
    make_draft,
    make_hold,
    make_invitation,
    make_mapping,
    make_reason,
    make_release,
    make_response,
    make_team,
    make_user,
    make_version,
)

ZONE = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 10, 15, 10, 30, tzinfo=UTC)
YEAR = Window(Month(2025, 11), Month(2026, 10))


def scope(**narrowed: object) -> Scope:
    """A scope of the whole year for the whole company, unless a filter's field is named."""
    fields: dict[str, object] = {"window": YEAR} | narrowed
    return Scope(
        filter=Filter(**fields),  # type: ignore[arg-type]  # names checked by the dataclass
        zone=ZONE,
        cut_at=NOW,
        grey_threshold=5,
        anonymity_threshold=5,
    )


@dataclass
class World:
    """What was made, for tests to choose from."""

    reasons: list[Reason] = field(default_factory=list)
    sellers: list[User] = field(default_factory=list)
    competitors: list[Competitor] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)


def make_world(session: Session, *, seed: int, deals: int = 60) -> World:
    chance = random.Random(seed)  # noqa: S311 (chance, not secrecy)
    world = World()
    _taxonomy(session, world)
    teams = [make_team(session, name=name) for name in ("North", "South")]
    world.sellers = [make_user(session, team=team) for team in (*teams, None)]
    world.competitors = [make_competitor(session) for _ in range(3)]
    campaign = make_campaign(session)
    version = make_version(session, questionnaire=campaign.questionnaire)
    for _ in range(deals):
        deal = _deal(session, world, chance)
        for _ in range(chance.choices((0, 1, 2, 3), (2, 6, 2, 1))[0]):
            contact = make_contact(session, account=deal.account)
            make_deal_contact(session, deal=deal, contact=contact, is_decider=chance.random() < 0.3)
            invitation = make_invitation(
                session,
                campaign=campaign,
                version=version,
                deal=deal,
                contact=contact,
                invited_at=NOW - timedelta(days=10),
                sent_at=chance.choice((None, NOW - timedelta(days=9))),
            )
            if chance.random() < 0.2:
                make_draft(session, invitation=invitation, started_at=NOW - timedelta(days=3))
            if chance.random() < 0.8:
                _response(session, world, chance, invitation=invitation, deal=deal)
    session.commit()
    return world


def _taxonomy(session: Session, world: World) -> None:
    """Two releases: of six old reasons four have an heir, one was split, one never followed."""
    old, new = make_release(session, number=1), make_release(session, number=2)
    hands = (Control.OURS, Control.SHARED, Control.THEIRS)
    groups = (ScreenGroup.PRICE, ScreenGroup.PRODUCT, ScreenGroup.THEIR_SIDE)
    categories = {
        release.number: [
            make_category(session, release=release, code=code, label=f"{code} in {release.number}")
            for code in ("PRI", "PRD", "BUY")
        ]
        for release in (old, new)
    }
    reasons = {
        number: [
            make_reason(
                session,
                category=inside[i % 3],
                code=f"{inside[i % 3].code}-{i}",
                label=f"Reason {i}",
                control=hands[i % 3],
                screen_group=groups[i % 3],
            )
            for i in range(6)
        ]
        for number, inside in categories.items()
    }
    for i in (0, 1, 2):
        make_mapping(session, earlier=reasons[1][i], later=reasons[2][i])
    make_mapping(session, earlier=reasons[1][3], later=reasons[2][0])
    for i in (1, 4):
        make_mapping(session, earlier=reasons[1][4], later=reasons[2][i])
    world.reasons = [*reasons[1], *reasons[2]]


def _deal(session: Session, world: World, chance: random.Random) -> Deal:
    deal = make_deal(
        session,
        outcome=chance.choice(list(Outcome)),
        closed_on=date(2025, 9, 1) + timedelta(days=chance.randrange(400)),
        region=chance.choice(("Benelux", "Nordics", "")),
        product=chance.choice(("Planner", "Router")),
        segment=chance.choice(("Small", "Large")),
        seller=chance.choice([*world.sellers, None]),
    )
    for competitor in chance.sample(world.competitors, chance.randrange(3)):
        for source in chance.sample((Source.CRM, Source.BUYER), chance.randint(1, 2)):
            make_alternative(
                session,
                deal=deal,
                competitor=competitor,
                source=source,
                standing=chance.choice(list(Standing)),
            )
    if chance.random() < 0.2:
        make_alternative(session, deal=deal, kind=AlternativeKind.NOTHING)
    if chance.random() < 0.1:
        make_hold(session, deal=deal, held_at=NOW - timedelta(days=20))
    world.deals.append(deal)
    return deal


def _response(session: Session, world: World, chance: random.Random, **parents: object) -> Response:
    submitted_at = datetime(2025, 9, 20, tzinfo=UTC) + timedelta(hours=chance.randrange(24 * 390))
    response = make_response(
        session,
        **parents,
        submitted_at=submitted_at,
        month_index=Month.of(submitted_at, ZONE).index,
        state=chance.choices(list(ResponseState), (10, 1, 1))[0],
        audience=chance.choices(list(Audience), (4, 4, 3, 1))[0],
        ended=chance.choice([*Ended, None]),
    )
    for source in chance.sample(list(CodingSource), chance.randrange(4)):
        states = [CodingState.CONFIRMED, CodingState.REJECTED, CodingState.CONFIRMED]
        for role, reason in zip(CodingRole, chance.sample(world.reasons, 2), strict=True):
            make_coding(
                session,
                response=response,
                reason=reason,
                role=role,
                direction=chance.choice(list(Direction)),
                source=source,
                state=chance.choice(states),
            )
    for question, choices in (("same_cost", ("us", "hard_to_say")), ("cost_less", ("yes", "no"))):
        if chance.random() < 0.3:
            make_answer(
                session,
                response=response,
                question_key=question,
                choice_key=chance.choice(choices),
                text="",
            )
    world.responses.append(response)
    return response
