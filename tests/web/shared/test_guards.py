"""Forged forms, and visitors who claim to be somebody else."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey.app import create_app
from survey.config import Settings
from survey.kit.db import Database
from survey.web.shared import access
from tests.pages import CheckingClient


@pytest.fixture
def visitors(settings: Settings, database: Database) -> Callable[[int], FlaskClient]:
    """Visitors behind that many proxies, whose forms need no token: it is limits we look at."""

    def behind(proxies: int) -> FlaskClient:
        app = create_app(settings.model_copy(update={"trusted_proxies": proxies}), database)
        guards = app.before_request_funcs[None]
        guards.remove(next(guard for guard in guards if guard.__name__ == "_check_csrf"))
        return app.test_client()

    return behind


def _tries(client: FlaskClient, forwarded: list[str], door: str = "/forgot") -> list[int]:
    """The answers to one try at a door per `X-Forwarded-For`."""
    return [
        client.post(door, data={}, headers={"X-Forwarded-For": header}).status_code
        for header in forwarded
    ]


def test_staff_forms_need_their_token(client: CheckingClient) -> None:
    answer = client.post("/sign-in", data={"email": "a@x.example", "password": "x"}, csrf=False)

    assert answer.status_code == 400
    assert "open too long" in answer.text


@pytest.mark.own_app
def test_pages_behind_a_link_need_no_token(app: Flask, client: CheckingClient) -> None:
    view = access.link("opt_out")(lambda **_: {})
    app.add_url_rule("/linked/<token>", "linked", view, methods=["POST"])

    assert client.post("/linked/abc", csrf=False).status_code == 200


@pytest.mark.parametrize("proxies", [0, 1])
@pytest.mark.parametrize(
    ("door", "answer", "allowed"),
    [("/forgot", 422, 10), ("/sign-in", 422, 10), ("/reset/no.such.link", 410, 10)],
)
def test_spoofed_addresses_do_not_dodge_the_limit(
    visitors: Callable[[int], FlaskClient], proxies: int, door: str, answer: int, allowed: int
) -> None:
    # A proxy appends the address it saw; what stands before it is the visitor's invention.
    seen = ", 203.0.113.9" if proxies else ""
    forwarded = [f"198.51.100.{n}{seen}" for n in range(allowed + 1)]

    assert _tries(visitors(proxies), forwarded, door) == [answer] * allowed + [429]


def test_one_visitor_who_tries_many_users_is_limited(
    visitors: Callable[[int], FlaskClient],
) -> None:
    client = visitors(0)

    answers = [
        client.post(
            "/sign-in",
            data={"email": f"user{n}@x.example", "password": "x"},
            headers={"X-Forwarded-For": f"198.51.100.{n}"},
        ).status_code
        for n in range(21)
    ]

    assert answers == [422] * 20 + [429]


def test_visitors_behind_a_proxy_are_told_apart(
    visitors: Callable[[int], FlaskClient],
) -> None:
    answers = _tries(visitors(1), [f"203.0.113.{n}" for n in range(11)])

    assert answers == [422] * 11


def test_address_with_a_nul_is_nowhere(client: CheckingClient) -> None:
    assert [client.get(path).status_code for path in ("/reset/%00", "/s/a%00b")] == [404, 404]
