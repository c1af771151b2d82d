"""Buyers who are due to be asked, in databases that are copied, not built, for each point."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from survey.deals.models import Contact, Deal
from survey.invitations.models import Campaign, Invitation
from survey.jobs.invite import invite_all
from survey.jobs.remind import remind_all
from survey.jobs.thank import thank_waiting
from survey.kit.db import Database
from survey.questionnaires.documents import shipped_document
from survey.questionnaires.models import Version
from tests import databases
from tests.factories import (
    make_account,
    make_campaign,
    make_company,
    make_contact,
    make_deal,
    make_deal_contact,
    make_invitation,
    make_response,
    make_version,
)

STARTS = datetime(2026, 10, 15, 10, 5, tzinfo=UTC)
"""A Thursday shortly after noon in Amsterdam, two weeks after the deals were lost."""
LATER = STARTS + timedelta(minutes=20)
"""When every claim that a dead worker left has lapsed; still within the same hour."""
AFTER = LATER + timedelta(minutes=20)
"""When whatever was queued by a process that began at `LATER` is due, however slowly that one ran:
each process begins its clock anew, so one that begins at the same moment may look too early. Still
within the same hour.
"""
AT_LAST = STARTS + timedelta(hours=3)
"""When the receipts of that hour have had their time."""

APART = {"mail_process_from": "1"}
"""What has a process of its own talk to the provider, however few mails there are."""


def buyer(number: int) -> str:
    return f"buyer-{number:04d}@buyer.example"


def fill(url: str, people: int, *, is_invited: bool) -> None:
    """Buyers whose time has come: every other one is to be asked, every other one to be reminded.
    Or such whose mails stand in the outbox already, and those in turn who are thanked.
    """
    databases.create_tables(url)
    database = Database(url)
    with database.writing() as session:
        make_company(session)
        campaign = make_campaign(session, sends_thanks=True)
        version = make_version(
            session, questionnaire=campaign.questionnaire, document=shipped_document("not_won")
        )
    due = [_to_be_asked, _to_be_reminded, *([_to_be_thanked] if is_invited else [])]
    for first in range(0, people, len(due)):  # in turn, so that no kind leaves before another
        with database.writing() as session:
            session.add_all([campaign, version])
            for number in range(first, min(first + len(due), people)):
                due[number - first](session, number, campaign, version)
        if is_invited:
            invite_all(database, now=lambda: STARTS)
            remind_all(database, now=lambda: STARTS)
            thank_waiting(database, now=STARTS)
    database.close()


def _to_be_asked(session: Session, number: int, _campaign: Campaign, _version: Version) -> None:
    _lost_deal(session, number)


def _to_be_reminded(session: Session, number: int, campaign: Campaign, version: Version) -> None:
    _asked(session, number, campaign, version)


def _to_be_thanked(session: Session, number: int, campaign: Campaign, version: Version) -> None:
    invitation = _asked(session, number, campaign, version)
    make_response(session, invitation=invitation, submitted_at=STARTS - timedelta(hours=2))


def _asked(session: Session, number: int, campaign: Campaign, version: Version) -> Invitation:
    """Someone whom we asked ten days ago."""
    deal, contact = _lost_deal(session, number)
    return make_invitation(
        session,
        campaign=campaign,
        version=version,
        deal=deal,
        contact=contact,
        invited_at=STARTS - timedelta(days=10),
    )


def _lost_deal(session: Session, number: int) -> tuple[Deal, Contact]:
    account = make_account(session)
    deal = make_deal(session, account=account)
    contact = make_contact(session, account=account, email=buyer(number))
    make_deal_contact(session, deal=deal, contact=contact)
    return deal, contact


@dataclass(frozen=True)
class Template:
    """A database that copies are made of."""

    url: str
    people: int

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    @contextmanager
    def copied(self, folder: Path, name: str) -> Iterator[str]:
        """The address of a copy, gone when the block ends."""
        if self.is_sqlite:
            inside = folder / name
            inside.mkdir()
            source = make_url(self.url).database
            assert source
            yield databases.copy_of(Path(source), inside)
            shutil.rmtree(inside)
            return
        mother = make_url(self.url).database
        with postgres_database(name, self.url, template=mother or "template1") as url:
            yield url


@contextmanager
def postgres_database(name: str, server: str, *, template: str = "template1") -> Iterator[str]:
    """A new database on the server of that address; gone when the block ends."""
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(
        url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool
    )
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))


def settings_for(url: str, provider_url: str, folder: Path) -> dict[str, str]:
    """What every process of the product is told."""
    return {
        "database_url": url,
        "queue_url": f"sqlite:///{folder / 'queue.db'}",
        "ledger_file": str(folder / "survey.ledger"),
        "base_url": "http://localhost",
        "postal_address": "Northwind Planning, Kade 12, 1011 AB Amsterdam",
        "timezone": "Europe/Amsterdam",
        "mail_provider": "sendgrid",
        "mail_from": "research@northwind.example",
        "sendgrid_api_key": "key",
        "sendgrid_base_url": provider_url,
    }
