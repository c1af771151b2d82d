"""The list of months."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from survey.audit.types import Actor, ActorKind
from survey.reports.actions import freeze_report
from survey.team.types import Role
from tests.factories import make_company
from tests.pages import CheckingClient
from tests.reports.year import AFTER, SEPTEMBER, answer

SignIn = Callable[[Role], object]


@pytest.fixture(autouse=True)
def _october() -> Iterator[None]:
    with time_machine.travel(AFTER, tick=False):
        yield


def test_months_are_listed_with_their_state(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    answer(session)
    answer(session, at=AFTER)
    freeze_report(session, SEPTEMBER, actor=Actor(ActorKind.JOB), now=AFTER)
    sign_in(Role.VIEWER)

    page = BeautifulSoup(client.get("/reports").get_data(as_text=True), "html.parser")

    rows = [" ".join(row.get_text(" ").split()) for row in page.select("tbody tr")]
    assert rows == ["October 2026 1 Still running", "September 2026 1 Frozen 2 October 2026"]
    assert page.find("a", string="September 2026")["href"] == "/reports/2026-09"


def test_without_answers_it_says_what_makes_the_first_report(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    sign_in(Role.MANAGER)

    assert "No month has answers yet" in client.get("/reports").get_data(as_text=True)


@pytest.mark.parametrize("path", ["/reports", "/reports/2026-09", "/reports/2026-09.csv"])
def test_sellers_do_not_read_reports(
    client: CheckingClient, session: Session, sign_in: SignIn, path: str
) -> None:
    make_company(session)
    sign_in(Role.SELLER)

    assert client.get(path).status_code == 403
