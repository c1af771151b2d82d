"""The company and its rules for countries."""

from typing import Any

from sqlalchemy.orm import Session

from survey.company.models import Company, CountryRule
from tests.factories.rows import MOMENT, added


def make_company(session: Session, **columns: Any) -> Company:
    values: dict[str, Any] = {
        "name": "Northwind Planning",
        "time_zone": "Europe/Amsterdam",
        "postal_address": "Northwind Planning, Kade 12, 1011 AB Amsterdam",
        "privacy_contact": "privacy@northwind.example",
        "changed_at": MOMENT,
    }
    return added(session, Company(**values | columns))


def make_country_rule(session: Session, **columns: Any) -> CountryRule:
    values: dict[str, Any] = {"country": "DE", "may_ask": False, "changed_at": MOMENT}
    return added(session, CountryRule(**values | columns))
