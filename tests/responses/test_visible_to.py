"""The one rule of who may read what, as the database applies it."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.responses.models import Response
from survey.responses.types import Audience, ResponseState
from survey.responses.visibility import (
    Sight,
    has_readers,
    may_be_quoted,
    may_be_read,
    sight_of,
    visible_to,
    whole_to,
)
from survey.team.models import User
from survey.team.types import Role
from tests.factories import make_deal, make_invitation, make_response, make_user


def _answered(session: Session, *, seller: User | None = None, **columns: object) -> Response:
    invitation = make_invitation(session, deal=make_deal(session, seller=seller))
    return make_response(session, invitation=invitation, deal=invitation.deal, **columns)


def _seen(session: Session, reader: User) -> set[int]:
    return set(session.scalars(select(Response.id).where(visible_to(session, reader))))


@pytest.mark.parametrize("role", list(Role))
def test_visible_to_and_sight_of_say_the_same(session: Session, role: Role) -> None:
    reader = make_user(session, role=role)
    everything = [
        _answered(session, seller=seller, audience=audience, state=state)
        for audience in Audience
        for state in ResponseState
        for seller in (reader, None)
    ]

    seen = _seen(session, reader)

    assert seen == {r.id for r in everything if sight_of(session, reader, r) is not Sight.NOTHING}


def test_a_seller_reads_own_deals_as_the_buyer_allowed(session: Session) -> None:
    seller = make_user(session, role=Role.SELLER)
    own = _answered(session, seller=seller, audience=Audience.PEOPLE_DEALT_WITH)
    _answered(session, seller=make_user(session), audience=Audience.PEOPLE_DEALT_WITH)
    _answered(session, seller=seller, audience=Audience.NOT_CHOSEN)
    _answered(session, seller=seller, audience=Audience.TOTALS_ONLY)

    assert _seen(session, seller) == {own.id}


@pytest.mark.parametrize(("answers", "shown"), [(1, 0), (2, 0), (3, 3), (5, 3), (6, 6)])
def test_nameless_answers_come_in_batches_of_three(
    session: Session, answers: int, shown: int
) -> None:
    seller = make_user(session, role=Role.SELLER)
    made = [_answered(session, audience=Audience.SENDER_TEAM) for _ in range(answers)]

    assert _seen(session, seller) == {response.id for response in made[:shown]}


def test_nameless_answers_stay_out_of_narrowed_pages(session: Session) -> None:
    manager = make_user(session, role=Role.MANAGER)
    for _ in range(3):
        _answered(session, audience=Audience.SENDER_TEAM)

    assert session.scalars(select(Response.id).where(whole_to(manager))).all() == []


def test_nobody_reads_what_is_given_only_in_totals_and_quotes_need_chosen_readers(
    session: Session,
) -> None:
    for audience in Audience:
        _answered(session, audience=audience)

    read = session.scalars(select(Response.audience).where(may_be_read())).all()
    quoted = session.scalars(select(Response.audience).where(may_be_quoted())).all()

    assert sorted(read) == ["not_chosen", "people_dealt_with", "sender_team"]
    assert sorted(quoted) == ["people_dealt_with", "sender_team"]
    assert [each for each in Audience if not has_readers(each)] == ["totals_only"]
