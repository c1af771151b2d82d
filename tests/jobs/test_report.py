"""The month freezes itself on the first, by the company's own calendar, and is told once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.config import Settings
from survey.jobs.deliver import Delivered, deliver_due
from survey.jobs.desk import Desk, desk_of
from survey.jobs.report import report_month
from survey.kit.clock import Month
from survey.kit.db import Database
from survey.mail.models import Message
from survey.reports.queries import frozen_reports
from survey.team.models import User
from survey.team.types import Role
from tests.factories import make_company, make_suppression, make_user
from tests.letters.mailbox import mails, text_of
from tests.reports.year import SEPTEMBER, answer

MIDNIGHT = datetime(2026, 9, 30, 22, tzinfo=UTC)
"""In Amsterdam October begins."""


@pytest.fixture
def reader(session: Session) -> User:
    """Somebody who wants the report of a company that was answered once in September."""
    make_company(session, name="Northwind", time_zone="Europe/Amsterdam")
    answer(session, "It was slow in the trial.")
    user = make_user(session, role=Role.MANAGER, email="mara@northwind.example", gets_report=True)
    make_user(session, role=Role.MANAGER)
    make_user(session, role=Role.ADMIN, gets_report=True, is_active=False)
    session.commit()
    return user


def test_a_month_is_frozen_and_told_once_it_is_over(
    database: Database, session: Session, reader: User
):
    early = report_month(database, now=MIDNIGHT - timedelta(minutes=1))
    told = [report_month(database, now=MIDNIGHT + timedelta(minutes=n)) for n in (0, 30)]

    messages = session.scalars(select(Message)).all()
    assert (early, told) == (0, [1, 0])
    assert sorted(frozen_reports(session)) == [Month(2026, 8), SEPTEMBER]
    assert [(each.key, each.to_address) for each in messages] == [
        (f"report:2026-09:{reader.id}", "mara@northwind.example")
    ]
    assert messages[0].send_after_at == datetime(2026, 10, 1, 5, tzinfo=UTC)


def test_old_news_is_not_told(database: Database, session: Session, reader: User):
    assert report_month(database, now=MIDNIGHT + timedelta(days=7)) == 0
    assert SEPTEMBER in frozen_reports(session)


def test_nothing_is_frozen_before_anybody_was_asked(database: Database, session: Session):
    make_company(session)
    session.commit()

    assert report_month(database, now=MIDNIGHT) == 0
    assert frozen_reports(session) == {}


def desk_at(settings: Settings, database: Database, now: datetime) -> Desk:
    desk = desk_of(settings, database)
    return Desk(database, desk.provider, desk.letters, threads=1, now=lambda: now)


def test_the_report_arrives_with_its_headline_and_no_quote(
    settings: Settings, database: Database, reader: User, tmp_path: Path
):
    report_month(database, now=MIDNIGHT)

    delivered = deliver_due(desk_at(settings, database, MIDNIGHT + timedelta(hours=8)))

    (mail,) = mails(tmp_path)
    assert delivered == Delivered(accepted=1)
    assert mail["Subject"] == "What decided deals: September 2026"
    assert "1 answer arrived in September 2026" in text_of(mail)
    assert "slow" not in text_of(mail)


def test_whose_address_is_never_to_be_mailed_gets_none(
    settings: Settings, database: Database, session: Session, reader: User
):
    report_month(database, now=MIDNIGHT)
    make_suppression(session, address=reader.email)
    session.commit()

    delivered = deliver_due(desk_at(settings, database, MIDNIGHT + timedelta(hours=8)))

    assert delivered == Delivered(cancelled=1)


@pytest.mark.parametrize(
    "change", [{"gets_report": False}, {"is_active": False}, {"role": Role.SELLER}]
)
def test_who_no_longer_wants_it_does_not_get_it(
    settings: Settings,
    database: Database,
    session: Session,
    reader: User,
    change: dict[str, object],
):
    report_month(database, now=MIDNIGHT)
    for name, value in change.items():
        setattr(reader, name, value)
    session.commit()

    delivered = deliver_due(desk_at(settings, database, MIDNIGHT + timedelta(hours=8)))

    assert delivered == Delivered(cancelled=1)
