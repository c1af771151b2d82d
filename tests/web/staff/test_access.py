"""Who may enter what, and what the navigation shows of it."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup

from survey.cli.db import set_up
from survey.config import Settings
from survey.kit.db import Database
from survey.team.models import User
from survey.team.types import Role
from tests.pages import CheckingClient

ADMINS_ONLY = ("/people", "/people/add", "/settings")


@pytest.mark.parametrize("path", ADMINS_ONLY)
def test_strangers_are_sent_to_sign_in_and_back(client: CheckingClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/sign-in?next={path}"


def test_strangers_posting_are_not_sent_back_to_a_form(client: CheckingClient) -> None:
    assert client.post("/people/add").headers["Location"] == "/sign-in"


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ANALYST, Role.SELLER, Role.VIEWER])
def test_other_roles_are_told_that_it_is_not_for_them(
    client: CheckingClient, sign_in: Callable[[Role | User], User], role: Role
) -> None:
    sign_in(role)

    assert [client.get(path).status_code for path in ADMINS_ONLY] == [403] * 3
    assert client.post("/settings/countries", data={"country": "DE"}).status_code == 403


def test_foreign_and_missing_people_look_the_same(
    client: CheckingClient, sign_in: Callable[[Role | User], User]
) -> None:
    sign_in(Role.ADMIN)

    assert client.get("/people/nobody").status_code == 404
    assert client.post("/people/nobody/disable").status_code == 404


def test_navigation_shows_what_the_role_may_open(
    client: CheckingClient,
    database: Database,
    settings: Settings,
    sign_in: Callable[[Role | User], User],
) -> None:
    set_up(database, settings)
    sign_in(Role.ADMIN)

    page = BeautifulSoup(client.get("/people").text, "html.parser")
    lines = {str(link["href"]) for link in page.select("nav.side li a")}
    here = [str(link["href"]) for link in page.select("nav.side [aria-current=page]")]

    assert {"/people", "/settings"} <= lines
    assert here == ["/people"]
    assert [line for line in lines if client.get(line).status_code not in {200, 302, 303}] == []
