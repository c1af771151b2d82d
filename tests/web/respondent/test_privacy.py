"""How answers are kept, said in the company's name."""

from sqlalchemy.orm import Session

from tests.factories.company import make_company
from tests.pages import CheckingClient


def test_privacy_says_who_how_long_and_whom_to_write_to(
    client: CheckingClient, session: Session
) -> None:
    make_company(session, retention_months=18)

    page = client.get("/privacy")

    assert "for 18 months" in page.text
    assert "Northwind Planning, Kade 12, 1011 AB Amsterdam" in page.text
    assert "mailto:privacy@northwind.example" in page.text


def test_privacy_waits_for_a_company(client: CheckingClient) -> None:
    assert client.get("/privacy").status_code == 404
