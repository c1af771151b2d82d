"""Every number of the dashboard that leads somewhere leads to exactly what it counts."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from survey.team.models import User
from survey.team.types import Role
from tests.factories import make_company
from tests.insights.world import NOW, World, make_world
from tests.pages import CheckingClient

SignIn = Callable[[Role | User], User]

COUNTED = re.compile(r": (?:won )?([\d,]+)(?: of [\d,]+)?(?: · .*)?$")
"""A bar's name ends with its count: “Price: 6 of 9 · 35-88%”."""
ANSWERS = re.compile(
    r"This bar counts (\d+) answers?(?:; (\d+) (?:is|are) not listed for you: \w)?"
)
DEALS = re.compile(r"The bar counts (\d+) deals?; (\d+) of them (?:is|are) not listed here")


@pytest.fixture(autouse=True)
def _october() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world(session: Session) -> World:
    make_company(session)
    return make_world(session, seed=3, deals=50)


def read(client: CheckingClient, path: str) -> BeautifulSoup:
    response = client.get(path, unchecked="hundreds of pages, which other tests check")
    assert response.status_code == 200, path
    return BeautifulSoup(response.get_data(as_text=True), "html.parser")


def bars_of(page: BeautifulSoup) -> dict[str, int]:
    """The count of each address that a number or a bar leads to."""
    bars: dict[str, int] = {}
    for link in page.main.find_all("a", {"aria-label": COUNTED}):
        if link["href"].startswith(("/feedback?", "/deals?")):
            counted = int(COUNTED.search(link["aria-label"])[1].replace(",", ""))
            assert bars.setdefault(link["href"], counted) == counted, link["href"]
    return bars


def listed_behind(client: CheckingClient, address: str) -> tuple[int, int, int]:
    """Rows on all the pages, and what they say the bar counts and does not list."""
    first = page = read(client, address)
    rows = len(page.select("main article, main tbody tr"))
    while following := page.find("a", rel="next"):
        page = read(client, following["href"])
        rows += len(page.select("main article, main tbody tr"))
    told = " ".join(first.main.get_text(" ").split())
    note = (ANSWERS if address.startswith("/feedback") else DEALS).search(told)
    counted, unlisted = (int(number or 0) for number in note.groups()) if note else (rows, 0)
    return rows, counted, unlisted


def wrong_bars(client: CheckingClient, path: str, *, one_of: int = 1) -> dict[str, Any]:
    """Of every so many bars one, those whose rows are not as many as it counts."""
    bars = bars_of(read(client, path))
    assert len(bars) > 10
    wrong = {}
    for address, counted in list(bars.items())[::one_of]:
        rows, told, unlisted = listed_behind(client, address)
        if not rows + unlisted == told == counted:
            wrong[address] = (counted, rows, told, unlisted)
    return wrong


def reader_of(role: Role, world: World) -> Role | User:
    return world.sellers[0] if role is Role.SELLER else role


@pytest.mark.parametrize("one_of", [7, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("role", [Role.MANAGER, Role.SELLER])
def test_rows_behind_every_bar_are_as_many_as_it_counts(
    client: CheckingClient, sign_in: SignIn, world: World, role: Role, one_of: int
) -> None:
    sign_in(reader_of(role, world))

    assert wrong_bars(client, "/", one_of=one_of) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    "narrowed",
    [
        "region=Nordics",
        "outcome=lost&product=Planner",
        "team=North",
        "competitor={competitor}",
        "competitor={competitor}&region=Nordics",
        "from=2026-03&to=2026-08",
        "seller={seller}&outcome=won",
    ],
)
def test_rows_behind_the_bars_of_a_narrowed_dashboard_are_as_many(
    client: CheckingClient, sign_in: SignIn, world: World, narrowed: str
) -> None:
    sign_in(Role.MANAGER)
    competitor, seller = world.competitors[0].public_id, world.sellers[1].public_id

    assert wrong_bars(client, "/?" + narrowed.format(competitor=competitor, seller=seller)) == {}


def test_bars_of_every_chart_are_among_them(
    client: CheckingClient, sign_in: SignIn, world: World
) -> None:
    sign_in(Role.MANAGER)

    page = read(client, "/")

    drawn = {
        chart["aria-label"]: len(chart.find_all("a", href=True))
        for chart in page.main.find_all("svg", class_="chart")
    }
    assert {title for title, links in drawn.items() if not links} == set()
    assert len(drawn) == 13
