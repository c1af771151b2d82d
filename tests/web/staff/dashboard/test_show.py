"""The dashboard: figures with their links, what each role sees, and what to do when empty."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from survey.deals.types import Outcome
from survey.kit.clock import Month
from survey.kit.db import Database
from survey.responses.models import Response
from survey.responses.types import Audience
from survey.taxonomy.models import Reason
from survey.team.models import User
from survey.team.types import Role
from tests.databases import queries_counted
from tests.factories import (
    make_alternative,
    make_category,
    make_coding,
    make_company,
    make_competitor,
    make_deal,
    make_invitation,
    make_reason,
    make_response,
    make_team,
    make_user,
)
from tests.factories.rows import the_only
from tests.pages import CheckingClient

NOW = datetime(2026, 10, 15, 10, 30, tzinfo=UTC)
SEPTEMBER = datetime(2026, 9, 10, 9, 0, tzinfo=UTC)
SignIn = Callable[[Role | User], User]


@pytest.fixture(autouse=True)
def _october() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def answer(session: Session, **deal_columns: Any) -> Response:
    """A lost deal whose buyer answered in September that one reason weighed most."""
    deal = make_deal(session, closed_on=date(2026, 8, 20), **deal_columns)
    response = make_response(
        session,
        invitation=make_invitation(session, deal=deal),
        submitted_at=SEPTEMBER,
        month_index=Month.of(SEPTEMBER, ZoneInfo("Europe/Amsterdam")).index,
    )
    reason = the_only(session, Reason) or make_reason(session)
    make_coding(session, response=response, reason=reason)
    return response


def page(client: CheckingClient, path: str = "/") -> BeautifulSoup:
    response = client.get(path)
    assert response.status_code == 200
    return BeautifulSoup(response.get_data(as_text=True), "html.parser")


def words(part: BeautifulSoup) -> str:
    return " ".join(part.get_text(" ").split())


def feedback_links(part: BeautifulSoup) -> list[str]:
    return [a["href"] for a in part.main.find_all("a") if a.get("href", "").startswith("/feedback")]


def test_without_deals_it_says_what_to_do(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    sign_in(Role.MANAGER)

    shown = words(page(client))

    assert "No deals yet" in shown
    assert "Import the deals that closed" in shown


def test_without_answers_it_leads_to_the_campaigns(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    make_deal(session)
    sign_in(Role.MANAGER)

    shown = page(client)

    assert "No answers yet" in words(shown)
    assert "Nobody was asked about these deals" in words(shown)
    assert shown.find("a", href="/campaigns") is not None


def test_selection_without_anything_offers_the_way_back(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    make_deal(session)
    sign_in(Role.MANAGER)

    assert "Nothing closed, nothing answered here" in words(page(client, "/?region=Nowhere"))


def test_figures_stand_with_their_count_and_lead_to_the_answers(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    category = make_category(session, code="PRI", label="Price and terms")
    make_reason(session, category=category, code="PRI-01", label="Dearer than the other")
    for _ in range(6):
        answer(session)
    sign_in(Role.MANAGER)

    shown = page(client)

    assert "6 answers from 6 closed deals." in words(shown)
    assert "Why deals were lost" in words(shown)
    year = "from=2025-11&to=2026-10"
    bar = f"/feedback?outcome=lost&{year}&category=PRI&decisive=y&counted=y"
    assert bar in feedback_links(shown)
    assert "/feedback?outcome=lost&from=2026-09&to=2026-09&counted=y" in feedback_links(shown)


def test_four_answers_are_grey(client: CheckingClient, session: Session, sign_in: SignIn) -> None:
    make_company(session)
    for _ in range(4):
        answer(session)
    sign_in(Role.MANAGER)

    shown = page(client)

    assert "4 answered losses: too few to name what decides." in words(shown)
    assert {cell.get_text() for cell in shown.select(".too-few")} >= {"4 of 4"}


def test_filter_stands_in_the_address_and_in_a_chip(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    answer(session, region="Nordics")
    answer(session, region="Benelux")
    acme = make_competitor(session, name="Acme")
    make_alternative(session, deal=answer(session).deal, competitor=acme)
    sign_in(Role.ANALYST)

    shown = page(client, "/?region=Nordics&competitor=&outcome=lost&to=2026-10")

    assert "1 answer from 1 closed deal." in words(shown)
    chips = shown.select(".chips a")
    assert [words(chip).split(" ×")[0] for chip in chips] == ["Outcome: Lost", "Region: Nordics"]
    assert chips[1]["href"] == "/?outcome=lost&from=2025-11&to=2026-10"
    assert all("region=Nordics" in link for link in feedback_links(shown))
    assert "1 answer from 1 closed deal." in words(page(client, f"/?competitor={acme.public_id}"))


def test_month_that_is_none_is_no_page(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    sign_in(Role.MANAGER)

    assert client.get("/?to=2026-13").status_code == 404


@pytest.mark.parametrize(
    "hostile",
    ["%00", "<script>alert(1)</script>", "'; DROP TABLE deal; --", "ﷺ", "٠", "%F0%9F%92%A9"],
)
def test_hostile_filters_count_nothing_and_run_nothing(
    client: CheckingClient, session: Session, sign_in: SignIn, hostile: str
) -> None:
    make_company(session)
    make_deal(session, region="")
    sign_in(Role.MANAGER)

    names = ("region", "competitor", "team", "seller")
    response = client.get("/?" + "&".join(f"{name}={hostile}" for name in names))

    assert response.status_code == 200
    assert "<script>alert" not in response.get_data(as_text=True)


@pytest.mark.parametrize("address", ["to=-", "from=0000-00", "to=99999-01", "outcome=open"])
def test_hostile_months_are_no_page(
    client: CheckingClient, session: Session, sign_in: SignIn, address: str
) -> None:
    make_company(session)
    sign_in(Role.MANAGER)

    assert client.get(f"/?{address}").status_code == 404


def test_viewer_sees_figures_without_links_to_answers(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    for _ in range(5):
        answer(session)
    sign_in(Role.VIEWER)

    shown = page(client)

    assert "5 answers from 5 closed deals." in words(shown)
    assert feedback_links(shown) == []


def test_seller_sees_the_team_and_cannot_narrow_it(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    north = make_team(session, name="North")
    ours, other = make_user(session, team=north), make_user(session, team=make_team(session))
    for _ in range(3):
        answer(session, seller=ours)
    answer(session, seller=other)
    sign_in(make_user(session, team=north))

    shown = page(client, f"/?seller={other.public_id}&region=Benelux")

    assert "3 answers from 3 closed deals." in words(shown)
    assert [field["name"] for field in shown.select(".filters select")] == ["outcome"]


def test_seller_reads_no_reason_that_points_at_somebody(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    north = make_team(session, name="North")
    make_reason(session, label="Felt pushed")
    for _ in range(2):
        answer(session, seller=make_user(session, team=north))
    sign_in(make_user(session, team=north))

    shown = words(page(client))

    assert "Fewer than three answers of this selection are closed to you" in shown
    assert "Felt pushed" not in shown


def test_seller_without_a_team_is_told_so(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    answer(session)
    sign_in(Role.SELLER)

    assert "You are in no team yet" in words(page(client))


def test_closed_quarters_count_totals_only_and_nothing_else_does(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    for _ in range(5):
        answer(session).audience = Audience.TOTALS_ONLY
    answer(session)
    sign_in(Role.MANAGER)

    shown = page(client)

    assert "1 answer from 6 closed deals." in words(shown)
    quarters = shown.find("caption", string="Closed quarters").find_parent("table")
    first = [words(cell) for cell in quarters.find("tbody").find("tr").find_all(["th", "td"])]
    assert first[:2] == ["2026 Q3", "6"]
    assert first[-1] == "Yes"


def test_more_deals_cost_no_more_queries(
    client: CheckingClient, session: Session, sign_in: SignIn, database: Database
) -> None:
    make_company(session)
    sign_in(Role.MANAGER)
    counts = []
    for number in (1, 3):
        for _ in range(number):
            response = answer(session, region=f"Region {number}")
            make_alternative(session, deal=response.deal)
            answer(session, outcome=Outcome.NO_DECISION, product=f"Product {number}")
        with queries_counted(database) as statements:
            client.get("/")
        counts.append(len(statements))

    assert counts[0] == counts[1]


def test_every_step_of_the_funnel_leads_to_its_deals(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    answer(session)
    make_deal(session, closed_on=date(2026, 8, 20))
    sign_in(Role.MANAGER)

    shown = page(client, "/?outcome=lost")

    window = "outcome=lost&from=2025-11&to=2026-10"
    steps = {
        "Closed": ("/deals", "closed", 2),
        "Could be asked": ("/deals", "eligible", 1),
        "Invited": ("/deals", "invited", 1),
        "Handed over": ("/deals", "delivered", 1),
        "Started": ("/deals", "started", 1),
        "Answered": ("/feedback", "answered", 1),
    }
    for label, (path, step, rows) in steps.items():
        link = shown.find("a", {"aria-label": f"{label}: {rows}"})
        assert link["href"] == f"{path}?{window}&step={step}"
        entry = "tbody tr" if path == "/deals" else "article"
        assert len(page(client, link["href"]).select(entry)) == rows


def test_viewer_is_led_to_no_deals(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    make_deal(session, closed_on=date(2026, 8, 20))
    sign_in(Role.VIEWER)

    assert page(client).find("a", href=lambda to: to and to.startswith("/deals?")) is None


def test_name_of_a_group_leads_to_its_figures_and_its_counts_to_deals_and_answers(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    release = make_reason(session, code="PRI-01").release.number
    for _ in range(3):
        answer(session, region="Nordics")
    make_deal(session, region="Nordics", outcome=Outcome.WON, closed_on=date(2026, 8, 20))
    sign_in(Role.MANAGER)

    shown = page(client, "/?outcome=")

    reason = f"reason=PRI-01&release={release}"
    year = "region=Nordics&from=2025-11&to=2026-10"
    row = shown.find("caption", string="Deals by region").find_parent("table").tbody.tr
    assert [(words(link), link["href"]) for link in row.find_all("a")] == [
        ("Nordics", f"/?{year}"),
        ("3 of 3", f"/feedback?outcome=lost&{year}&decisive=y&{reason}&counted=y"),
        ("1 of 4", f"/deals?outcome=won&{year}&step=closed"),
        ("3", f"/feedback?{year}&counted=y"),
    ]


def test_every_share_stands_with_its_count_and_is_grey_while_small(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    for _ in range(4):
        answer(session)
    sign_in(Role.MANAGER)

    few = page(client)
    answer(session)
    enough = page(client)

    def shares(shown: BeautifulSoup) -> tuple[str, str]:
        funnel = shown.find("caption", string="From closed to answered").find_parent("table")
        hands = shown.find("dt", string="Losses in our hands").find_parent("div")
        return words(funnel.tbody.find_all("tr")[-1].find_all("td")[-1]), words(hands)

    # Of 4 of 4 nothing is said; 5 of 5 has the Wilson interval 56.6 to 100 %.
    assert shares(few) == (
        "4 of 4",
        "Losses in our hands 4 of 4 too few to give a share · none shared",
    )
    assert shares(enough) == (
        "5 of 5 100% (57\N{EN DASH}100%)",
        "Losses in our hands 5 of 5 100% (57\N{EN DASH}100%) · none shared",
    )


def test_all_groups_are_in_the_table_though_nine_are_drawn(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    for number in range(16):
        make_deal(session, region=f"Region {number:02}", closed_on=date(2026, 8, 20))
    sign_in(Role.MANAGER)

    shown = page(client)

    rows = shown.select('table:has(caption:-soup-contains("Deals by region")) tbody tr')
    assert len(rows) == 16
    assert "The drawing shows the first 9 of 16; the table has them all." in words(shown)
