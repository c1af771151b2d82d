"""What is asked of the company's own settings."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.company.models import Company, CountryRule


def company(session: Session) -> Company | None:
    """The company, or None before it is founded."""
    return session.get(Company, 1)


def country_rules(session: Session) -> list[CountryRule]:
    return list(session.scalars(select(CountryRule).order_by(CountryRule.country)))


def country_rule(session: Session, country: str) -> CountryRule | None:
    return session.get(CountryRule, country)
