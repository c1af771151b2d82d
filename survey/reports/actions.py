"""Freezing a month, and telling those who want to know."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from survey.audit.actions import record
from survey.audit.types import Actor, Subject
from survey.company.queries import the_company
from survey.kit.clock import Month
from survey.kit.errors import SurveyError
from survey.mail.actions.outbox import enqueue
from survey.mail.queries import by_key
from survey.reports.models import Report
from survey.reports.queries import frozen_report, live_figures
from survey.reports.rules import stored
from survey.taxonomy.queries import current_release
from survey.team.models import User
from survey.team.queries import report_readers

REPORT_MAIL = "report"
"""The kind of message that tells a user of a frozen month; its subject is the user."""
_MORNING = timedelta(hours=7)
_NEWS_FOR = timedelta(days=7)


class MonthStillRunning(SurveyError):
    """A month was to be frozen before its end."""


def freeze_report(
    session: Session, month: Month, *, actor: Actor, now: datetime, frozen_by: User | None = None
) -> Report:
    """Keep the month's figures as they are now, for good. Freezing again changes nothing.

    Raises `MonthStillRunning`.
    """
    frozen = frozen_report(session, month)
    if frozen is not None:
        return frozen
    zone = the_company(session).zone
    if now < month.ends_at(zone):
        raise MonthStillRunning(f"{month} is not over. Freeze it from {month.plus(1)}-01 on.")
    figures = live_figures(session, month, now=now)
    report = Report(
        month_index=month.index,
        cut_at=figures.method.cut_at,
        frozen_at=now,
        frozen_by=frozen_by,
        release=current_release(session),
        figures=stored(figures),
    )
    session.add(report)
    session.flush()
    subject = Subject("report", report.id)
    record(session, actor, "report_frozen", subject, now=now, month=str(month))
    return report


def tell_of_report(session: Session, month: Month, *, now: datetime) -> int:
    """Put a mail in the outbox for everybody who wants the report of a month, to leave at seven on
    the morning after its end; says how many. Nobody is told twice, and nobody of old news: a week
    after the month only the page tells of it.
    """
    zone = the_company(session).zone
    if now >= month.ends_at(zone) + _NEWS_FOR:
        return 0
    morning = month.ends_at(zone) + _MORNING
    wanted = {f"{REPORT_MAIL}:{month}:{user.id}": user for user in report_readers(session)}
    new = {key: user for key, user in wanted.items() if by_key(session, key) is None}
    for key, user in new.items():
        enqueue(
            session,
            key=key,
            kind=REPORT_MAIL,
            subject_id=user.id,
            facts={"month": str(month)},
            to_address=user.email,
            send_after_at=max(now, morning),
            now=now,
        )
    return len(new)
