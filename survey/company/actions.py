"""Founding the company and changing its settings."""

import re
from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from survey.audit.actions import record
from survey.audit.types import Actor, Subject
from survey.company import queries
from survey.company.models import Company, CountryRule
from survey.company.types import CompanySettings
from survey.kit.clock import zone_names
from survey.kit.errors import SurveyError

ANONYMITY_FLOOR = 3
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_SUBJECT = Subject(kind=Company.__tablename__, id=1)
_GERMANY = "DE"


class UnknownTimeZone(SurveyError):
    """A time zone was given by a name that nobody knows."""


class NotAColour(SurveyError):
    """A colour was written in another form than #1f5f5b."""


class ThresholdTooLow(SurveyError):
    """Below this a single person could be recognised, or a figure would mean nothing."""


class BasisMissing(SurveyError):
    """Asking in a country was allowed without saying on what ground."""


class NotACountry(SurveyError):
    """A country was written in another form than its two letters."""


def found_company(
    session: Session, *, name: str, time_zone: str, postal_address: str, actor: Actor, now: datetime
) -> Company:
    """Make the one company, if there is none yet; otherwise return it as it is.

    Germany starts switched off: its Federal Court (10 July 2018, VI ZR 225/17) counts a survey by
    e-mail as advertising, so somebody has to say first why asking is allowed.
    """
    company = queries.company(session)
    if company is not None:
        return company
    _refuse_unknown_zone(time_zone)
    company = Company(
        id=1, name=name, time_zone=time_zone, postal_address=postal_address, changed_at=now
    )
    session.add(company)
    session.add(CountryRule(country=_GERMANY, may_ask=False, changed_at=now))
    session.flush()
    record(session, actor, "company_founded", _SUBJECT, now=now)
    return company


def change_company(
    session: Session, wanted: CompanySettings, *, actor: Actor, now: datetime
) -> Company:
    """Change the settings of the company. Raises what is wrong with them by name."""
    _refuse_unknown_zone(wanted.time_zone)
    _refuse_low_thresholds(wanted)
    if not _COLOUR.fullmatch(wanted.brand_colour):
        raise NotAColour(f"“{wanted.brand_colour}” is not a colour. Write it as #1f5f5b.")
    company = queries.the_company(session)
    for name, value in asdict(wanted).items():
        setattr(company, name, value)
    company.changed_at = now
    session.flush()
    thresholds = {
        "anonymity_threshold": wanted.anonymity_threshold,
        "grey_threshold": wanted.grey_threshold,
        "retention_months": wanted.retention_months,
    }
    record(session, actor, "company_changed", _SUBJECT, now=now, **thresholds)
    return company


def set_country_rule(
    session: Session, country: str, *, may_ask: bool, basis: str, actor: Actor, now: datetime
) -> CountryRule:
    """Say whether people in a country may be asked. Raises `BasisMissing`, `NotACountry`."""
    code = country.strip().upper()
    if len(code) != 2 or not code.isascii() or not code.isalpha():  # noqa: PLR2004 (ISO 3166-1)
        raise NotACountry(f"“{country.strip()}” is not a country. Write its two letters, as in DE.")
    if may_ask and not basis.strip():
        raise BasisMissing("Please say why asking is allowed there; without it, it stays off.")
    rule = queries.country_rule(session, code)
    if rule is None:
        rule = CountryRule(country=code, may_ask=may_ask, changed_at=now)
        session.add(rule)
    rule.may_ask = may_ask
    rule.basis = basis.strip()
    rule.changed_at = now
    session.flush()
    record(session, actor, "country_rule_set", _SUBJECT, now=now, country=code, may_ask=may_ask)
    return rule


def _refuse_unknown_zone(name: str) -> None:
    if name not in zone_names():
        raise UnknownTimeZone(f"“{name}” is not a time zone. Write it as Europe/Berlin.")


def _refuse_low_thresholds(wanted: CompanySettings) -> None:
    if wanted.anonymity_threshold < ANONYMITY_FLOOR:
        raise ThresholdTooLow(
            f"Totals of fewer than {ANONYMITY_FLOOR} answers would show who said what. "
            f"Please take {ANONYMITY_FLOOR} or more."
        )
    if wanted.grey_threshold < 1 or wanted.retention_months < 1:
        raise ThresholdTooLow("Please take a number of 1 or more.")
