"""Every answer carries the headers that keep a page to itself."""

from typing import Any

import pytest
from flask import Flask

from survey.app import create_app
from survey.kit.db import Database
from survey.web.shared import access
from tests.pages import CheckingClient
from tests.test_config import given


@pytest.mark.parametrize("path", ["/sign-in", "/healthz", "/nothing-here"])
def test_answers_are_strict(client: CheckingClient, path: str) -> None:
    headers = client.get(path).headers

    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert {policy[f"{kind}-src"] for kind in ("script", "style", "img", "font")} == {"'self'"}
    assert policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_staff_pages_keep_their_referrer_inside(client: CheckingClient) -> None:
    assert client.get("/sign-in").headers["Referrer-Policy"] == "same-origin"


@pytest.mark.own_app
def test_pages_behind_a_link_tell_nobody_their_address(app: Flask, client: CheckingClient) -> None:
    app.add_url_rule("/linked/<token>", "linked", access.link("answer")(lambda **_: {}))

    assert client.get("/linked/abc").headers["Referrer-Policy"] == "no-referrer"
    assert client.get("/nothing-here").headers["Referrer-Policy"] == "no-referrer"


def test_production_insists_on_https(client: CheckingClient, database: Database) -> None:
    safe: dict[str, Any] = {"database_url": database.url.render_as_string(hide_password=False)}
    production = create_app(given(**safe), database).test_client()

    assert "max-age=31536000" in production.get("/sign-in").headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in client.get("/sign-in").headers


def test_cookies_of_production_are_bound_to_the_host(database: Database) -> None:
    safe: dict[str, Any] = {"database_url": database.url.render_as_string(hide_password=False)}
    production = create_app(given(**safe), database).test_client()

    cookie = production.get("/sign-in").headers["Set-Cookie"]

    assert cookie.startswith("__Host-debrief=")
    assert cookie.endswith("; Secure; HttpOnly; Path=/; SameSite=Lax")
