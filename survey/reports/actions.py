"""Freezing a month."""

from datetime import datetime

from sqlalchemy.orm import Session

from survey.audit.actions import record
from survey.audit.types import Actor, Subject
from survey.company.queries import the_company
from survey.kit.clock import Month
from survey.kit.errors import SurveyError
from survey.reports.models import Report
from survey.reports.queries import frozen_report, live_figures
from survey.reports.rules import stored
from survey.taxonomy.queries import current_release
from survey.team.models import User


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
