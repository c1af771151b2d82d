"""The list of deals."""

from collections.abc import Callable
from datetime import date

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from survey.deals.types import Outcome
from survey.kit.db import Database
from survey.team.models import User
from survey.team.types import Role
from tests.databases import queries_counted
from tests.factories.company import make_company
from tests.factories.deals import make_account, make_contact, make_deal, make_deal_contact
from tests.factories.team import make_team, make_user
from tests.pages import CheckingClient

SignIn = Callable[[Role | User], User]


def names(client: CheckingClient, address: str) -> list[str]:
    response = client.get(address)
    assert response.status_code == 200
    page = BeautifulSoup(response.text, "html.parser")
    return [link.get_text() for link in page.select("tbody th a")]


@pytest.fixture
def three(session: Session) -> None:
    """Apple (won, dear), Birch (lost, in DACH), Cedar (open)."""
    els = make_user(session, name="Els de Vries", email="els@northwind.example")
    make_deal(
        session, name="Apple", account=make_account(session, name="Zwaan"), outcome=Outcome.WON,
        closed_on=date(2026, 9, 1), amount_minor=900, currency="EUR", product="Planner",
    )  # fmt: skip
    birch = make_deal(
        session, name="Birch", account=make_account(session, name="Koe"), region="DACH",
        closed_on=date(2026, 10, 1), amount_minor=500, currency="EUR", seller=els, product="Router",
    )  # fmt: skip
    sam = make_contact(session, name="Sam Jansen", email="sam@koe.example")
    make_deal_contact(session, deal=birch, contact=sam)
    make_deal(
        session, name="Cedar", account=make_account(session, name="Olm"), outcome=Outcome.OPEN,
        closed_on=None, product="Planner",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("", ["Birch", "Apple", "Cedar"]),
        ("?sort=-closed", ["Cedar", "Apple", "Birch"]),
        ("?sort=name", ["Apple", "Birch", "Cedar"]),
        ("?sort=-name", ["Cedar", "Birch", "Apple"]),
        ("?sort=account", ["Birch", "Cedar", "Apple"]),
        ("?sort=amount", ["Apple", "Birch", "Cedar"]),
        ("?sort=nonsense", ["Birch", "Apple", "Cedar"]),
        ("?outcome=lost", ["Birch"]),
        ("?outcome=nonsense", ["Birch", "Apple", "Cedar"]),
        ("?product=Planner", ["Apple", "Cedar"]),
        ("?region=DACH", ["Birch"]),
        ("?closed_from=2026-09-15", ["Birch"]),
        ("?closed_to=2026-09-15", ["Apple"]),
        ("?closed_to=yesterday", ["Birch", "Apple", "Cedar"]),
        ("?find=birch", ["Birch"]),
        ("?find=ZWAAN", ["Apple"]),
        ("?find=sam@koe", ["Birch"]),
        ("?find=jansen+koe", ["Birch"]),
        ("?find=jansen+zwaan", []),
        ("?find=%25", []),
        ("?find=%00", ["Birch", "Apple", "Cedar"]),
    ],
)
def test_deals_are_found_filtered_and_ordered(
    client: CheckingClient, sign_in: SignIn, three: None, asked: str, expected: list[str]
) -> None:
    sign_in(Role.ANALYST)

    assert names(client, f"/deals{asked}") == expected


def test_first_look_complains_of_nothing(client: CheckingClient, sign_in: SignIn) -> None:
    sign_in(Role.MANAGER)

    assert "aria-invalid" not in client.get("/deals").text


def test_deals_of_one_seller_are_shown(
    client: CheckingClient, sign_in: SignIn, session: Session, three: None
) -> None:
    sign_in(Role.MANAGER)
    page = BeautifulSoup(client.get("/deals").text, "html.parser")
    [els] = [o for o in page.select("#seller option") if o.get_text() == "Els de Vries"]

    assert names(client, f"/deals?seller={els['value']}") == ["Birch"]


def test_seller_sees_own_deals_only(
    client: CheckingClient, sign_in: SignIn, session: Session, three: None
) -> None:
    seller = make_user(session, role=Role.SELLER, team=make_team(session))
    make_deal(session, name="Mine", seller=seller)
    sign_in(seller)

    assert names(client, "/deals") == ["Mine"]


def test_viewer_may_not_read_deals(client: CheckingClient, sign_in: SignIn) -> None:
    sign_in(Role.VIEWER)

    assert client.get("/deals").status_code == 403


def test_pages_follow_each_other_and_keep_the_filter(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    for number in range(120):
        make_deal(session, name=f"Deal {number:03}", product="Planner")
    make_deal(session, name="Other", product="Router")
    sign_in(Role.ADMIN)
    address, seen = "/deals?product=Planner&sort=name", []

    for _ in range(3):
        page = BeautifulSoup(client.get(address).text, "html.parser")
        seen += [link.get_text() for link in page.select("tbody th a")]
        further = page.select_one('a[rel="next"]')
        address = str(further["href"]) if further else ""

    assert seen == [f"Deal {number:03}" for number in range(120)]
    assert address == ""
    assert "120 deals in all" in page.get_text()


def test_page_that_nobody_gave_out_is_not_found(client: CheckingClient, sign_in: SignIn) -> None:
    sign_in(Role.ADMIN)

    assert client.get("/deals?page=abc").status_code == 404


def test_empty_list_says_what_to_do_next(client: CheckingClient, sign_in: SignIn) -> None:
    sign_in(Role.ADMIN)

    assert "survey import FILE" in client.get("/deals").text


def test_filter_that_nothing_fits_offers_a_way_back(
    client: CheckingClient, sign_in: SignIn, three: None
) -> None:
    sign_in(Role.ADMIN)

    assert "No deal fits" in client.get("/deals?find=nothing").text


def test_names_of_deals_are_shown_as_text(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    make_deal(session, name="<script>alert(1)</script>", product="'><img src=x>")
    sign_in(Role.ADMIN)

    assert names(client, "/deals") == ["<script>alert(1)</script>"]


def test_more_deals_cost_no_more_questions(
    client: CheckingClient, sign_in: SignIn, session: Session, database: Database
) -> None:
    sign_in(Role.ADMIN)
    counts = []
    for deals in (1, 2):
        for _ in range(deals):
            make_deal(session, seller=make_user(session))
        session.commit()
        with queries_counted(database) as statements:
            client.get("/deals")
        counts.append(len(statements))

    assert counts[0] == counts[1]


def test_list_without_a_filter_complains_about_nothing(
    client: CheckingClient, sign_in: SignIn, three: None
) -> None:
    sign_in(Role.ANALYST)

    assert "Please choose from the list." not in client.get("/deals").text


def words(client: CheckingClient, address: str) -> str:
    page = BeautifulSoup(client.get(address).text, "html.parser")
    return " ".join(page.main.get_text(" ").split())


def test_deals_behind_a_bar_say_which_bar_and_keep_it(
    client: CheckingClient, session: Session, sign_in: SignIn, three: None
) -> None:
    make_company(session)
    sign_in(Role.ANALYST)
    address = "/deals?step=closed&from=2026-09&to=2026-10&outcome=lost"

    page = BeautifulSoup(client.get(address).text, "html.parser")

    assert names(client, address) == ["Birch"]
    assert "Closed, of the deals closed September 2026 to October 2026" in words(client, address)
    kept = {each["name"]: each["value"] for each in page.select("form.filters input[type=hidden]")}
    assert kept == {"step": "closed", "from": "2026-09", "to": "2026-10"}
    assert page.select_one(".chips a")["href"] == "/deals?outcome=lost"
    assert names(client, f"{address}&find=apple") == []


def test_deals_of_colleagues_are_counted_and_not_listed(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    seller = make_user(session, role=Role.SELLER, team=make_team(session))
    make_deal(session, name="Mine", seller=seller, closed_on=date(2026, 9, 1))
    make_deal(session, seller=make_user(session, team=seller.team), closed_on=date(2026, 9, 1))
    sign_in(seller)
    address = "/deals?step=closed&from=2026-09&to=2026-09"

    assert names(client, address) == ["Mine"]
    assert "The bar counts 2 deals; 1 of them is not listed here." in words(client, address)


def test_open_deals_have_taken_no_step(
    client: CheckingClient, session: Session, sign_in: SignIn, three: None
) -> None:
    make_company(session)
    sign_in(Role.ANALYST)

    assert names(client, "/deals?step=closed&outcome=open") == ["Cedar"]


@pytest.mark.parametrize("asked", ["step=arrived", "step=closed&from=2026-13"])
def test_bar_that_is_none_is_no_page(
    client: CheckingClient, session: Session, sign_in: SignIn, asked: str
) -> None:
    make_company(session)
    sign_in(Role.ANALYST)

    assert client.get(f"/deals?{asked}").status_code == 404


@pytest.mark.parametrize("sort", ["%20", "%C2%A0", "%E3%80%80", "name%20", "nothing"])
def test_an_order_that_cannot_be_read_is_left_out(
    client: CheckingClient, sign_in: SignIn, three: None, sort: str
) -> None:
    sign_in(Role.ANALYST)

    assert client.get(f"/deals?sort={sort}").status_code == 200
