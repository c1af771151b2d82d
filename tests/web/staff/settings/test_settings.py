"""The settings page: the company, and where it may ask."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from survey.company import queries
from survey.company.models import Company
from survey.team.models import User
from survey.team.types import Role
from tests.factories.company import make_company, make_country_rule
from tests.pages import CheckingClient

FILLED: dict[str, Any] = {
    "name": "Nordlicht",
    "time_zone": "Europe/Berlin",
    "postal_address": "Hafenweg 3",
    "privacy_contact": "",
    "brand_colour": "#004488",
    "anonymity_threshold": "6",
    "grey_threshold": "4",
    "retention_months": "18",
}


@pytest.fixture(autouse=True)
def company(session: Session, sign_in: Callable[[Role | User], User]) -> Company:
    sign_in(Role.ADMIN)
    return make_company(session)


def test_settings_are_shown_and_saved(client: CheckingClient, company: Company) -> None:
    assert 'value="Northwind Planning"' in client.get("/settings").text

    answer = client.post("/settings", data=FILLED)

    assert answer.status_code == 303
    assert (company.name, company.time_zone, company.retention_months) == (
        "Nordlicht",
        "Europe/Berlin",
        18,
    )


def test_company_says_whether_unknown_countries_are_asked(
    client: CheckingClient, company: Company
) -> None:
    assert not company.asks_unknown_countries, "unless the company decides"

    client.post("/settings", data=FILLED | {"asks_unknown_countries": "y"})
    with_tick = company.asks_unknown_countries
    client.post("/settings", data=FILLED)

    assert with_tick
    assert not company.asks_unknown_countries


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Please give the name that buyers know."),
        ({"anonymity_threshold": "2"}, "Please take 3 or more."),
        ({"grey_threshold": "many"}, "Please give a whole number."),
        ({"time_zone": "Bree"}, "Please choose from the list."),
        ({"brand_colour": "red"}, "is not a colour."),
    ],
)
def test_settings_that_do_not_fit_are_refused(
    client: CheckingClient, company: Company, changes: dict[str, str], sentence: str
) -> None:
    answer = client.post("/settings", data={**FILLED, **changes})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert company.name == "Northwind Planning"


def test_germany_is_switched_on_with_its_reason_only(
    client: CheckingClient, session: Session
) -> None:
    rule = make_country_rule(session)
    path = "/settings/countries"

    refused = client.post(path, data={"country": "de", "may_ask": "y", "basis": ""})
    accepted = client.post(path, data={"country": "de", "may_ask": "y", "basis": "Consent."})

    assert (refused.status_code, accepted.status_code) == (422, 303)
    assert "Please say why asking is allowed there" in refused.text
    assert (rule.may_ask, rule.basis) == (True, "Consent.")


def test_a_country_that_is_none_is_refused(client: CheckingClient, session: Session) -> None:
    answer = client.post("/settings/countries", data={"country": "Deutschl"})

    assert answer.status_code == 422
    assert queries.country_rules(session) == []
