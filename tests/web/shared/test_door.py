"""One transaction per request: kept when it went well, undone when it did not."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask, abort
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from survey.kit.db import Database
from survey.team.models import Team
from survey.web.shared import access, door
from tests.pages import CheckingClient

pytestmark = pytest.mark.own_app  # routes are added to it


def _add_team() -> None:
    session = door.session()
    session.add(Team(name="North"))
    session.flush()


def _teams(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Team)) or 0


@pytest.fixture
def route(app: Flask) -> Callable[[str, Callable[[], Any]], None]:
    def add(method: str, view: Callable[[], Any]) -> None:
        app.add_url_rule("/tried", "tried", access.link("a test")(view), methods=[method])

    return add


def test_writes_are_kept_when_the_answer_is_good(
    route: Callable[..., None], client: CheckingClient, database: Database
) -> None:
    def view() -> tuple[dict[str, str], int]:
        _add_team()
        return {}, 200

    route("POST", view)
    client.post("/tried")

    assert _teams(database) == 1


@pytest.mark.parametrize("status", [400, 404, 422, 500])
def test_writes_are_undone_when_the_answer_is_an_error(
    route: Callable[..., None], client: CheckingClient, database: Database, status: int
) -> None:
    def view() -> tuple[dict[str, str], int]:
        _add_team()
        return {}, status

    route("POST", view)
    client.post("/tried")

    assert _teams(database) == 0


def test_writes_are_undone_when_the_view_aborts_or_breaks(
    app: Flask, route: Callable[..., None], client: CheckingClient, database: Database
) -> None:
    app.testing = False
    ways: list[Callable[[], Any]] = [lambda: abort(404), lambda: 1 / 0]

    def view() -> dict[str, str]:
        _add_team()
        ways.pop(0)()
        return {}

    route("POST", view)

    assert [client.post("/tried").status_code for _ in range(2)] == [404, 500]
    assert _teams(database) == 0


def test_get_cannot_write(
    route: Callable[..., None], client: CheckingClient, database: Database
) -> None:
    route("GET", lambda: _add_team() or {})

    with pytest.raises(DBAPIError):
        client.get("/tried")

    assert _teams(database) == 0


def test_what_waits_for_the_commit_finds_it_done(
    route: Callable[..., None], client: CheckingClient, database: Database
) -> None:
    seen: list[int] = []

    def view() -> tuple[dict[str, str], int]:
        _add_team()
        door.after_commit(lambda: seen.append(_teams(database)))
        return {}, 200

    route("POST", view)
    client.post("/tried")

    assert seen == [1]


def test_what_waits_for_the_commit_is_dropped_with_it(
    route: Callable[..., None], client: CheckingClient
) -> None:
    seen: list[str] = []

    def view() -> tuple[dict[str, str], int]:
        door.after_commit(lambda: seen.append("woken"))
        return {}, 422

    route("POST", view)
    client.post("/tried")

    assert seen == []


def test_a_commit_that_fails_answers_500(
    app: Flask, route: Callable[..., None], client: CheckingClient, session: Session
) -> None:
    app.testing = False

    def view() -> tuple[dict[str, str], int]:
        door.session().add_all([Team(name="Same"), Team(name="Same")])
        return {}, 200

    route("POST", view)

    assert client.post("/tried").status_code == 500


def test_now_stays_the_same_during_a_request(
    route: Callable[..., None], client: CheckingClient
) -> None:
    moments: list[datetime] = []

    def view() -> dict[str, str]:
        moments.extend([door.now(), door.now()])
        return {}

    route("GET", view)
    client.get("/tried")

    assert moments[0] == moments[1]
    assert moments[0].tzinfo is not None
