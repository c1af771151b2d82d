"""A new password: asked for, mailed, set once."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.config import Settings
from survey.kit import clock
from survey.kit.passwords import hash_password, is_password
from survey.mail.models import Message
from survey.team.models import User
from survey.team.rules import LinkPurpose, sign_link
from survey.team.types import Role
from tests.factories.company import make_company
from tests.factories.team import make_user
from tests.pages import CheckingClient

PASSWORD = "correct horse battery"


@pytest.fixture
def ada(session: Session) -> User:
    make_company(session)
    return make_user(session, role=Role.ADMIN, email="ada@nordlicht.example")


@pytest.fixture
def link_of(settings: Settings) -> Callable[..., str]:
    def signed(user: User, *, now: datetime | None = None) -> str:
        token = sign_link(
            LinkPurpose.SET_PASSWORD,
            public_id=user.public_id,
            session_key=user.session_key,
            secret=settings.secret,
            now=now or clock.now(),
        )
        return f"/reset/{token}"

    return signed


def test_known_and_unknown_addresses_hear_the_same(
    client: CheckingClient, session: Session, ada: User
) -> None:
    answers = [
        client.post("/forgot", data={"email": email}, follow_redirects=True).text
        for email in ("ada@nordlicht.example", "nobody@nordlicht.example")
    ]

    assert all("If that address may sign in, a link is on its way" in text for text in answers)
    assert [mail.subject_id for mail in session.scalars(select(Message))] == [ada.id]


def test_inactive_users_get_no_link(client: CheckingClient, session: Session, ada: User) -> None:
    ada.is_active = False

    client.post("/forgot", data={"email": ada.email})

    assert session.scalars(select(Message)).all() == []


def test_a_link_sets_a_password_once(
    client: CheckingClient, ada: User, link_of: Callable[..., str]
) -> None:
    link = link_of(ada)
    assert client.get(link).status_code == 200

    first = client.post(link, data={"password": PASSWORD, "again": PASSWORD})
    second = client.post(link, data={"password": PASSWORD + "2", "again": PASSWORD + "2"})

    assert (first.status_code, second.status_code) == (303, 410)
    assert is_password(PASSWORD, ada.password_hash)


def test_a_new_password_ends_open_sessions(
    app: Flask, client: CheckingClient, ada: User, link_of: Callable[..., str]
) -> None:
    ada.password_hash = hash_password(PASSWORD)
    client.post("/sign-in", data={"email": ada.email, "password": PASSWORD})
    assert client.get("/people").status_code == 200
    other = app.test_client()
    assert isinstance(other, CheckingClient)
    other.arranging = client.arranging

    other.post(link_of(ada), data={"password": PASSWORD + "2", "again": PASSWORD + "2"})

    assert client.get("/people").status_code == 303


def test_old_and_foreign_links_say_that_they_are_over(
    client: CheckingClient, ada: User, link_of: Callable[..., str]
) -> None:
    old = link_of(ada, now=clock.now() - timedelta(hours=25))

    answers = [client.get(link) for link in (old, "/reset/forged", link_of(ada) + "0")]

    assert [answer.status_code for answer in answers] == [410] * 3
    assert all("too old or was used already" in answer.text for answer in answers)


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("short", "short", "at least 12 characters"),
        (PASSWORD, "another horse battery", "The two passwords differ"),
        ("", "", "Please choose a password"),
    ],
)
def test_weak_and_unlike_passwords_are_refused(
    client: CheckingClient,
    ada: User,
    link_of: Callable[..., str],
    password: str,
    again: str,
    sentence: str,
) -> None:
    answer = client.post(link_of(ada), data={"password": password, "again": again})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert ada.password_hash is None
