"""The month that ended is frozen, and told to those who want its report."""

from datetime import datetime

from survey.audit.types import Actor, ActorKind
from survey.company.queries import company
from survey.invitations.queries.campaigns import asked_by_campaign
from survey.kit.clock import Month
from survey.kit.db import Database
from survey.reports.actions import freeze_report, tell_of_report
from survey.reports.queries import frozen_report

_ACTOR = Actor(ActorKind.JOB, label="report")


def report_month(database: Database, *, now: datetime) -> int:
    """Freeze the month that ended last, by the company's own calendar, and put its mails in the
    outbox; says how many. Safe to repeat: a month is frozen once and told to each reader once.

    Nothing is frozen before anybody was ever asked: there would be nothing to read.
    """
    with database.reading() as session:
        founded = company(session)
        if founded is None or not asked_by_campaign(session):
            return 0
        month = Month.of(now, founded.zone).plus(-1)
        is_frozen = frozen_report(session, month) is not None
    with database.writing() as session:
        if not is_frozen:
            freeze_report(session, month, actor=_ACTOR, now=now)
        return tell_of_report(session, month, now=now)
