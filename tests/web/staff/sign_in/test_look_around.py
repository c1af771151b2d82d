"""The demo's way in without a password."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from survey.config import Environment, Settings
from survey.kit import clock
from survey.team.models import User
from survey.team.rules import LinkPurpose, sign_link
from survey.team.types import Role
from tests.factories import make_user
from tests.pages import CheckingClient


@pytest.fixture
def user(session: Session) -> User:
    return make_user(session, role=Role.ADMIN)


def _link(user: User, settings: Settings, *, now: datetime, purpose: LinkPurpose) -> str:
    token = sign_link(
        purpose,
        public_id=user.public_id,
        session_key=user.session_key,
        secret=settings.secret,
        now=now,
    )
    return f"/look-around/{token}"


def test_link_signs_in(client: CheckingClient, user: User, settings: Settings) -> None:
    link = _link(user, settings, now=clock.now(), purpose=LinkPurpose.LOOK_AROUND)

    response = client.get(f"{link}?next=/people")

    assert (response.status_code, response.location) == (303, "/people")
    assert client.get("/people").status_code == 200


def test_link_does_not_lead_elsewhere(
    client: CheckingClient, user: User, settings: Settings
) -> None:
    link = _link(user, settings, now=clock.now(), purpose=LinkPurpose.LOOK_AROUND)

    assert client.get(f"{link}?next=https://elsewhere.example/").location == "/"


@pytest.mark.parametrize(
    ("days_ago", "purpose"), [(8, LinkPurpose.LOOK_AROUND), (0, LinkPurpose.SET_PASSWORD)]
)
def test_link_that_is_old_or_for_something_else_is_refused(
    client: CheckingClient, user: User, settings: Settings, days_ago: int, purpose: LinkPurpose
) -> None:
    signed_at = clock.now() - timedelta(days=days_ago)

    response = client.get(_link(user, settings, now=signed_at, purpose=purpose))

    assert response.status_code == 410
    assert client.get("/people").status_code == 303


def test_production_knows_no_such_link(
    app: Flask, client: CheckingClient, user: User, settings: Settings
) -> None:
    link = _link(user, settings, now=clock.now(), purpose=LinkPurpose.LOOK_AROUND)
    strict = settings.model_copy(update={"environment": Environment.PRODUCTION})
    app.extensions["survey"] = replace(app.extensions["survey"], settings=strict)

    assert client.get(link).status_code == 404
