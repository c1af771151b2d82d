"""What is asked of the company's own settings."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.company.models import Company, CountryRule
from survey.kit.errors import SurveyError
from survey.mail.rules import header_text
from survey.mail.types import Letterhead


class NoCompany(SurveyError):
    """The installation was never set up."""


def company(session: Session) -> Company | None:
    """The company, or None before it is founded."""
    return session.get(Company, 1)


def the_company(session: Session) -> Company:
    """The company. Raises `NoCompany` before it is founded."""
    found = company(session)
    if found is None:
        raise NoCompany("This installation is not set up yet. Run “survey db upgrade”.")
    return found


def country_rules(session: Session) -> list[CountryRule]:
    return list(session.scalars(select(CountryRule).order_by(CountryRule.country)))


def country_rule(session: Session, country: str) -> CountryRule | None:
    return session.get(CountryRule, country)


def letterhead(session: Session, *, base_url: str, postal_address: str) -> Letterhead:
    """What all mails say of the company: as edited in the pages, else as set at the start.

    Raises `NoCompany`.
    """
    found = the_company(session)
    lines = (found.postal_address or postal_address).splitlines()
    return Letterhead(
        company=header_text(found.name),
        postal_address="\n".join(header_text(line) for line in lines),
        colour=found.brand_colour,
        base_url=base_url,
    )
