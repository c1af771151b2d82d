"""Errors speak plainly, keep their status and show nothing of the inside."""

from collections.abc import Callable

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from survey.kit.errors import SurveyError
from survey.web.shared import access
from tests.pages import CheckingClient

pytestmark = pytest.mark.own_app  # routes are added to it

TITLES = {
    400: "We could not read that",
    403: "This page is not for your role",
    404: "There is nothing here",
    405: "That is not possible here",
    410: "This is over",
    413: "That is too large",
    422: "Something does not fit",
    429: "Too many tries",
    500: "Something went wrong on our side",
    503: "We are not ready yet",
}


@pytest.fixture
def broken(app: Flask) -> Callable[[Callable[[], str]], None]:
    def by(view: Callable[[], str]) -> None:
        app.add_url_rule("/broken", "broken", access.public("a test")(view))

    return by


@pytest.mark.parametrize(("code", "title"), TITLES.items())
def test_error_page_keeps_its_status(
    broken: Callable[..., None], client: CheckingClient, code: int, title: str
) -> None:
    broken(lambda: abort(code))

    answer = client.get("/broken")

    assert answer.status_code == code
    assert f"<h1>{title}</h1>" in answer.text
    assert "Set-Cookie" not in answer.headers


def test_a_status_without_words_of_its_own_keeps_its_number(
    broken: Callable[..., None], client: CheckingClient
) -> None:
    broken(lambda: abort(415))

    answer = client.get("/broken")

    assert answer.status_code == 415
    assert "We could not read that" in answer.text


def test_a_bug_shows_nothing_of_the_inside(
    app: Flask, broken: Callable[..., None], client: CheckingClient
) -> None:
    app.testing = False

    def view() -> str:
        raise RuntimeError("ada@nordlicht.example chose price")

    broken(view)
    answer = client.get("/broken")

    assert answer.status_code == 500
    assert "RuntimeError" not in answer.text
    assert "nordlicht" not in answer.text


def test_a_refused_action_says_its_sentence(
    broken: Callable[..., None], client: CheckingClient
) -> None:
    def view() -> str:
        raise SurveyError("This deal has no contact. Add one first.")

    broken(view)
    answer = client.get("/broken")

    assert answer.status_code == 422
    assert "This deal has no contact. Add one first." in answer.text


def test_scripts_get_json(app: Flask, broken: Callable[..., None]) -> None:
    broken(lambda: abort(404))
    client = FlaskClient(app)

    answer = client.get("/broken", headers={"Accept": "application/json"})

    assert answer.get_json() == {
        "error": "There is nothing here",
        "advice": "The address may be mistyped, or what it showed is gone. Please check it.",
    }


def test_too_large_forms_are_refused(client: CheckingClient) -> None:
    answer = client.post("/sign-in", data={"email": "x" * 3_000_000})

    assert answer.status_code == 413


def test_wrong_method_says_which_are_right(client: CheckingClient) -> None:
    answer = client.put("/sign-in")

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
