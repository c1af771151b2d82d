"""One month as a page, as files, and frozen."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from sqlalchemy.orm import Session

from survey.reports.queries import frozen_report
from survey.responses.types import Audience
from survey.team.types import Role
from tests.factories import make_company
from tests.pages import CheckingClient
from tests.reports.year import AFTER, SEPTEMBER, answer

SignIn = Callable[[Role], object]


@pytest.fixture(autouse=True)
def _october() -> Iterator[None]:
    with time_machine.travel(AFTER, tick=False):
        yield


def test_few_answers_are_cards_to_read(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    answer(session, "It was slow in the trial.")
    answer(session, "Nobody may read this.", audience=Audience.TOTALS_ONLY)
    sign_in(Role.MANAGER)

    page = client.get("/reports/2026-09").get_data(as_text=True)

    assert "What buyers said in September 2026" in page
    assert "It was slow in the trial." in page
    assert "Nobody may read this." not in page


def test_many_answers_are_counted(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    for _ in range(13):
        answer(session)
    sign_in(Role.ANALYST)

    page = client.get("/reports/2026-09").get_data(as_text=True)

    assert "13 of 13" in page
    link = "/feedback?outcome=lost&amp;from=2026-09&amp;to=2026-09&amp;reason="
    assert link in page


def test_viewer_reads_figures_and_no_words(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    answer(session, "It was slow in the trial.")
    sign_in(Role.VIEWER)

    for path in ("/reports/2026-09", "/reports/2026-09.json", "/reports/2026-09.html"):
        text = client.get(path, unchecked="files stand alone").get_data(as_text=True)
        assert "1 answer arrived in September 2026" in text
        assert "It was slow" not in text
        assert "/feedback?" not in text


def test_card_leads_to_its_deal_where_the_reader_may_see_it(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    response = answer(session, name="Planning for Acme")
    sign_in(Role.MANAGER)

    page = client.get("/reports/2026-09").get_data(as_text=True)
    file = client.get("/reports/2026-09.html", unchecked="files stand alone").get_data(as_text=True)

    assert f'<a href="/feedback/{response.public_id}">Planning for Acme</a>' in page
    assert "No words given" in page
    assert "No words given" in file
    assert "Planning for Acme" not in file


def test_more_than_a_dozen_quotes_lead_to_the_months_answers(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_company(session)
    for number in range(15):
        answer(session, f"Reason number {number}")
    sign_in(Role.MANAGER)

    page = client.get("/reports/2026-09").get_data(as_text=True)

    assert page.count("card answer-card") == 12
    assert "12 quotes; 3 more may be read under Feedback." in page
    assert 'href="/feedback?from=2026-09&amp;to=2026-09"' in page


@pytest.mark.parametrize("path", ["2026-13", "september", "2026-12", "2026-09.exe"])
def test_month_that_is_none_is_no_page(
    client: CheckingClient, session: Session, sign_in: SignIn, path: str
) -> None:
    make_company(session)
    sign_in(Role.MANAGER)

    assert client.get(f"/reports/{path}").status_code == 404


@pytest.mark.parametrize(
    ("how", "media_type"),
    [("csv", "text/csv"), ("json", "application/json"), ("html", "text/html")],
)
def test_month_is_carried_away_as_a_file(
    client: CheckingClient, session: Session, sign_in: SignIn, how: str, media_type: str
) -> None:
    make_company(session)
    answer(session)
    sign_in(Role.MANAGER)

    response = client.get(f"/reports/2026-09.{how}", unchecked="a file that stands alone")

    assert response.mimetype == media_type
    assert response.headers["Content-Disposition"] == (
        f'attachment; filename="debrief-2026-09.{how}"'
    )
    assert b"1 answer arrived" in response.data or how == "csv"


def test_manager_freezes_a_month(client: CheckingClient, session: Session, sign_in: SignIn) -> None:
    make_company(session)
    answer(session)
    user = sign_in(Role.MANAGER)
    assert "Freeze this month" in client.get("/reports/2026-09").get_data(as_text=True)

    response = client.post("/reports/2026-09/freeze")

    report = frozen_report(session, SEPTEMBER)
    assert (response.status_code, response.headers["Location"]) == (303, "/reports/2026-09")
    assert report is not None
    assert report.frozen_by == user
    assert "Freeze this month" not in client.get("/reports/2026-09").get_data(as_text=True)


def test_analyst_does_not_freeze(client: CheckingClient, session: Session, sign_in: SignIn) -> None:
    make_company(session)
    answer(session)
    sign_in(Role.ANALYST)

    assert "Freeze this month" not in client.get("/reports/2026-09").get_data(as_text=True)
    assert client.post("/reports/2026-09/freeze").status_code == 403
