"""Each bar of the funnel leads to the deals it counts, and tells nobody more than they may know."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.deals.models import Deal
from survey.deals.types import Source
from survey.insights.queries.insight import insight
from survey.insights.queries.steps import DealsBehind, deals_behind
from survey.insights.types import Step
from survey.responses.types import Audience, ResponseState
from survey.team.types import Role
from tests.factories import (
    make_alternative,
    make_company,
    make_competitor,
    make_deal,
    make_draft,
    make_invitation,
    make_response,
    make_user,
)
from tests.insights.world import NOW, World, make_world, scope

SEEDS = (1, 2)
OURS = (Step.CLOSED, Step.ELIGIBLE, Step.INVITED, Step.DELIVERED)
BUYERS = (Step.STARTED, Step.ANSWERED)


def listed(session: Session, behind: DealsBehind) -> set[int]:
    return set(session.scalars(select(Deal.id).where(behind.listed)))


def made(session: Session, seed: int) -> World:
    make_company(session)
    return make_world(session, seed=seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_are_as_many_as_the_bar_says(session: Session, seed: int) -> None:
    world = made(session, seed)
    analyst = make_user(session, role=Role.ANALYST)
    for each in (
        scope(),
        scope(region="Nordics"),
        scope(team="North"),
        scope(seller=world.sellers[0].public_id),
        replace(scope(), cut_at=NOW.replace(month=5)),
    ):
        funnel = {step.name: step.deals for step in insight(session, each, now=NOW).coverage.steps}

        for step in Step:
            behind = deals_behind(session, analyst, each, step)

            assert behind.counted == funnel[step]
            assert behind.unlisted == behind.counted - len(listed(session, behind))
            if step in OURS:
                assert behind.unlisted == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("role", [Role.ADMIN, Role.ANALYST, Role.MANAGER])
def test_who_came_so_far_is_told_only_by_answers_that_may_be_read(
    session: Session, seed: int, role: Role
) -> None:
    world = made(session, seed)
    open_to = {
        Role.ADMIN: {Audience.PEOPLE_DEALT_WITH, Audience.SENDER_TEAM, Audience.NOT_CHOSEN},
        Role.ANALYST: {Audience.PEOPLE_DEALT_WITH, Audience.SENDER_TEAM, Audience.NOT_CHOSEN},
        Role.MANAGER: {Audience.PEOPLE_DEALT_WITH},
    }[role]
    readable = {
        each.deal_id
        for each in world.responses
        if each.state is ResponseState.COUNTED and each.audience in open_to
    }
    for step in BUYERS:
        behind = deals_behind(session, make_user(session, role=role), scope(), step)

        assert listed(session, behind) <= readable
        assert len(listed(session, behind)) > len(SEEDS)


def test_only_in_totals_and_unsent_are_counted_in_no_list(session: Session) -> None:
    make_company(session)
    silent = make_response(session, audience=Audience.TOTALS_ONLY)
    make_draft(session, invitation=silent.invitation)
    begun = make_invitation(session, sent_at=NOW.replace(day=1))
    make_draft(session, invitation=begun, started_at=NOW.replace(day=2))
    admin = make_user(session, role=Role.ADMIN)

    started = deals_behind(session, admin, scope(), Step.STARTED)
    answered = deals_behind(session, admin, scope(), Step.ANSWERED)

    assert (started.counted, started.unlisted, listed(session, started)) == (1, 1, set())
    assert (answered.counted, answered.unlisted, listed(session, answered)) == (0, 0, set())


def test_competitor_named_in_an_unread_answer_lists_no_deal(session: Session) -> None:
    make_company(session)
    rival = make_competitor(session)
    told, known = make_response(session, audience=Audience.SENDER_TEAM).deal, make_deal(session)
    make_alternative(session, deal=told, competitor=rival, source=Source.BUYER)
    make_alternative(session, deal=known, competitor=rival, source=Source.CRM)
    against = scope(competitor=rival.public_id)

    seen = {
        role: listed(
            session, deals_behind(session, make_user(session, role=role), against, Step.CLOSED)
        )
        for role in (Role.ANALYST, Role.MANAGER)
    }

    assert seen == {Role.ANALYST: {told.id, known.id}, Role.MANAGER: {known.id}}


def test_seller_is_listed_own_deals_of_the_team(session: Session) -> None:
    make_company(session)
    seller = make_user(session, role=Role.SELLER)
    own = make_deal(session, seller=seller)
    make_deal(session, seller=make_user(session, team=seller.team))

    behind = deals_behind(session, seller, scope(), Step.CLOSED)

    assert (behind.counted, behind.unlisted, listed(session, behind)) == (2, 1, {own.id})
