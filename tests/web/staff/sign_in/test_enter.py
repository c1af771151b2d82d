"""Signing in and out, and what ends a session."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from survey.kit.passwords import hash_password
from survey.team.models import User
from survey.team.types import Role
from tests.factories.company import make_company
from tests.factories.team import make_user
from tests.pages import CheckingClient

PASSWORD = "correct horse battery"


@pytest.fixture
def ada(session: Session) -> User:
    make_company(session)
    return make_user(
        session,
        role=Role.ADMIN,
        email="ada@nordlicht.example",
        password_hash=hash_password(PASSWORD),
    )


@pytest.fixture
def enter(client: CheckingClient) -> Callable[..., int]:
    def with_password(password: str = PASSWORD, *, email: str = "ada@nordlicht.example") -> int:
        return client.post("/sign-in", data={"email": email, "password": password}).status_code

    return with_password


def test_right_password_opens_the_page_asked_for(client: CheckingClient, ada: User) -> None:
    answer = client.post(
        "/sign-in",
        data={"email": "Ada@Nordlicht.example ", "password": PASSWORD, "next": "/people"},
    )

    assert (answer.status_code, answer.headers["Location"]) == (303, "/people")
    assert client.get("/people").status_code == 200


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:1",
        "/\t/evil.example",
        "//[",
        "/people\r\nX-Forged: yes",
        "",
    ],
)
def test_sign_in_leads_to_our_own_pages_only(
    client: CheckingClient, ada: User, target: str
) -> None:
    answer = client.post(
        "/sign-in", data={"email": ada.email, "password": PASSWORD, "next": target}
    )

    assert answer.headers["Location"] == "/"


def test_wrong_passwords_and_unknown_users_hear_the_same(
    client: CheckingClient, ada: User, enter: Callable[..., int]
) -> None:
    answers = [
        client.post("/sign-in", data={"email": email, "password": "wrong horse battery"})
        for email in (ada.email, "nobody@nordlicht.example")
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert all("The address or the password is not right." in answer.text for answer in answers)


def test_users_without_a_password_stay_out(
    session: Session, enter: Callable[..., int], client: CheckingClient
) -> None:
    make_user(session, email="new@nordlicht.example", password_hash=None)

    assert enter("", email="new@nordlicht.example") == 422
    assert enter("None", email="new@nordlicht.example") == 422


def test_inactive_users_stay_out(ada: User, enter: Callable[..., int]) -> None:
    ada.is_active = False

    assert enter() == 422


def test_tries_against_one_user_are_limited(ada: User, enter: Callable[..., int]) -> None:
    answers = [enter("wrong horse battery") for _ in range(11)]

    assert answers == [422] * 10 + [429]
    assert enter() == 429
    assert enter(email="somebody.else@nordlicht.example") == 422


def _copied_cookie(client: CheckingClient, app: Flask) -> CheckingClient:
    cookie = client.get_cookie("debrief")
    assert cookie is not None
    thief = app.test_client()
    assert isinstance(thief, CheckingClient)
    thief.set_cookie("debrief", cookie.value)
    thief.arranging = client.arranging
    return thief


def test_a_copied_cookie_ends_with_sign_out(
    app: Flask, client: CheckingClient, ada: User, enter: Callable[..., int]
) -> None:
    enter()
    thief = _copied_cookie(client, app)
    assert thief.get("/people").status_code == 200

    assert client.post("/sign-out").status_code == 303

    assert client.get("/people").status_code == 303
    assert thief.get("/people").status_code == 303


def test_a_copied_cookie_ends_when_the_user_is_disabled(
    app: Flask, client: CheckingClient, session: Session, ada: User, enter: Callable[..., int]
) -> None:
    other = make_user(session, role=Role.ADMIN, password_hash=hash_password(PASSWORD))
    enter()
    thief = _copied_cookie(client, app)
    admin = app.test_client()
    assert isinstance(admin, CheckingClient)
    admin.arranging = session
    admin.post("/sign-in", data={"email": other.email, "password": PASSWORD})

    assert admin.post(f"/people/{ada.public_id}/disable").status_code == 303

    assert thief.get("/people").status_code == 303
    assert client.get("/people").status_code == 303
    assert enter() == 422


def test_sign_out_by_a_link_is_impossible(client: CheckingClient, ada: User) -> None:
    assert client.get("/sign-out").status_code == 405


def test_signed_in_users_skip_the_sign_in_page(
    client: CheckingClient, ada: User, enter: Callable[..., int]
) -> None:
    enter()

    assert client.get("/sign-in?next=/settings").headers["Location"] == "/settings"
