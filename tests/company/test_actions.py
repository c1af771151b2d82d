"""The company's settings and its rules for countries."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from survey.audit.types import Actor, ActorKind
from survey.company import actions, queries
from survey.company.types import CompanySettings

COMMAND = Actor(ActorKind.COMMAND, label="survey db upgrade")
WANTED = CompanySettings(
    name="Nordlicht",
    time_zone="Europe/Berlin",
    postal_address="Hafenweg 3, 20457 Hamburg",
    privacy_contact="privacy@nordlicht.example",
    brand_colour="#AA0011",
    anonymity_threshold=7,
    grey_threshold=4,
    retention_months=12,
)


@pytest.fixture
def founded(session: Session, moment: datetime) -> Session:
    actions.found_company(
        session, name="N", time_zone="UTC", postal_address="", actor=COMMAND, now=moment
    )
    return session


def test_founding_switches_germany_off(founded: Session) -> None:
    germany = queries.country_rule(founded, "DE")

    assert germany is not None
    assert germany.may_ask is False


def test_founding_twice_changes_nothing(founded: Session, moment: datetime) -> None:
    again = actions.found_company(
        founded, name="M", time_zone="UTC", postal_address="", actor=COMMAND, now=moment
    )

    assert again.name == "N"


def test_the_company_says_what_to_do_before_it_is_founded(session: Session) -> None:
    with pytest.raises(queries.NoCompany, match="survey db upgrade"):
        queries.the_company(session)


def test_change_company_changes_everything(founded: Session, moment: datetime) -> None:
    company = actions.change_company(founded, WANTED, actor=COMMAND, now=moment)

    assert (company.name, company.time_zone, company.brand_colour) == (
        "Nordlicht",
        "Europe/Berlin",
        "#AA0011",
    )
    assert (company.anonymity_threshold, company.grey_threshold) == (7, 4)


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (replace(WANTED, time_zone="Berlin"), actions.UnknownTimeZone),
        (replace(WANTED, brand_colour="red"), actions.NotAColour),
        (replace(WANTED, brand_colour="#12345;"), actions.NotAColour),
        (replace(WANTED, anonymity_threshold=2), actions.ThresholdTooLow),
        (replace(WANTED, grey_threshold=0), actions.ThresholdTooLow),
        (replace(WANTED, retention_months=0), actions.ThresholdTooLow),
    ],
)
def test_change_company_refuses_by_name(
    founded: Session, moment: datetime, wanted: CompanySettings, error: type[Exception]
) -> None:
    with pytest.raises(error):
        actions.change_company(founded, wanted, actor=COMMAND, now=moment)

    assert queries.the_company(founded).name == "N"


def test_country_rule_needs_its_basis(founded: Session, moment: datetime) -> None:
    with pytest.raises(actions.BasisMissing):
        actions.set_country_rule(founded, "de", may_ask=True, basis="  ", actor=COMMAND, now=moment)

    rule = actions.set_country_rule(
        founded, "de", may_ask=True, basis="Consent.", actor=COMMAND, now=moment
    )
    assert (rule.country, rule.may_ask, rule.basis) == ("DE", True, "Consent.")


@pytest.mark.parametrize("country", ["", "D", "DEU", "Ö1", "12"])
def test_country_is_two_letters(founded: Session, moment: datetime, country: str) -> None:
    with pytest.raises(actions.NotACountry):
        actions.set_country_rule(
            founded, country, may_ask=False, basis="", actor=COMMAND, now=moment
        )
