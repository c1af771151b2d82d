"""Held answers: listed with their reasons, released in one press."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.audit.models import AuditEntry
from survey.responses.models import Response
from survey.responses.types import Audience, ResponseState
from survey.team.models import User
from survey.team.types import Role
from tests.factories import make_answer, make_response
from tests.factories.asked import make_asked
from tests.pages import CheckingClient

SignIn = Callable[[Role | User], User]


def make_held(session: Session, **columns: object) -> Response:
    response = make_response(
        session,
        invitation=make_asked(session),
        state=ResponseState.HELD,
        hold_reasons=["driven", "too_fast"],
        **columns,
    )
    make_answer(session, response=response, text="Words of a machine, or not.")
    return response


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER, Role.ANALYST])
def test_held_answers_are_listed_with_their_reasons(
    client: CheckingClient, session: Session, sign_in: SignIn, role: Role
) -> None:
    response = make_held(session)
    sign_in(role)

    page = client.get("/feedback/held").text

    assert response.deal.account.name in page
    assert "The browser said that a program drives it." in page
    assert "less than three seconds" in page


def test_feedback_calls_to_look_at_what_is_held(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_held(session)
    sign_in(Role.ANALYST)

    page = client.get("/feedback").text

    assert "Held (1)" in page
    assert "One answer is" in page
    assert "Words of a machine" not in page


def test_releasing_makes_the_answer_count(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    response = make_held(session)
    sign_in(Role.MANAGER)

    for _ in range(2):
        answer = client.post(f"/feedback/{response.public_id}/release")

    assert answer.status_code == 303
    assert response.state is ResponseState.COUNTED
    released = select(AuditEntry.action).where(AuditEntry.action == "response_released")
    assert session.scalars(released).all() == ["response_released"]
    assert "Nothing is held" in client.get("/feedback/held").text
    assert "One of us released it." in client.get(f"/feedback/{response.public_id}").text


def test_a_held_answer_is_explained_and_not_coded(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    response = make_held(session)
    sign_in(Role.ANALYST)

    page = client.get(f"/feedback/{response.public_id}").text

    assert "A machine may have sent this answer" in page
    assert "Release: it counts" in page
    assert "Add a reason" not in page


def test_an_answer_for_totals_only_is_released_unread(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    response = make_held(session, audience=Audience.TOTALS_ONLY)
    sign_in(Role.ANALYST)

    page = client.get("/feedback/held").text
    client.post(f"/feedback/{response.public_id}/release")

    assert "An answer that you may not read" in page
    assert response.deal.account.name not in page
    assert response.state is ResponseState.COUNTED


@pytest.mark.parametrize("role", [Role.SELLER, Role.VIEWER])
def test_held_answers_are_not_for_everybody(
    client: CheckingClient, session: Session, sign_in: SignIn, role: Role
) -> None:
    response = make_held(session)
    sign_in(role)

    assert client.get("/feedback/held").status_code == 403
    assert client.post(f"/feedback/{response.public_id}/release").status_code == 403
    assert response.state is ResponseState.HELD


def test_releasing_what_does_not_exist_is_not_found(
    client: CheckingClient, sign_in: SignIn
) -> None:
    sign_in(Role.ADMIN)

    assert client.post("/feedback/nothing/release").status_code == 404
