"""The reports: a list of months, a month as a page, and the same month as a file."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from survey.config import shipped_folder
from survey.insights.charts import Addressed, Stepped
from survey.insights.types import Filter, Window
from survey.kit.clock import Month, NotAMonth
from survey.kit.words import month_in_words
from survey.reports.actions import freeze_report
from survey.reports.queries import (
    MonthNotStarted,
    deals_behind,
    listed_months,
    month_report,
)
from survey.reports.rules import may_freeze
from survey.reports.sheet import laid_out
from survey.reports.types import FREEZERS, Format, MonthReport
from survey.reports.written import MEDIA_TYPES, written
from survey.team.types import REPORT_ROLES
from survey.web.shared.door import now, session
from survey.web.shared.words import zone
from survey.web.staff import access
from survey.web.staff.door import actor, reader
from survey.web.staff.filters import behind, behind_steps, every_answer

bp = Blueprint("reports", __name__)


@bp.get("/reports")
@access.allows(*REPORT_ROLES)
def index() -> ResponseReturnValue:
    return render_template(
        "staff/reports/index.html",
        months=listed_months(session(), now=now()),
        month_in_words=month_in_words,
    )


@bp.get("/reports/<month>")
@access.allows(*REPORT_ROLES)
def show(month: str) -> ResponseReturnValue:
    report = _report(_month(month))
    return render_template(
        "staff/reports/show.html",
        report=report,
        sheet=laid_out(report),
        deals=deals_behind(session(), report.cards, reader()),
        more=every_answer(Filter(report.figures.this_month.window)) if report.unquoted else None,
        addressed=_addressed,
        stepped=_stepped,
        month_in_words=month_in_words,
        formats=tuple(Format),
        may_freeze=may_freeze(report, reader().role, zone=zone(), now=now()),
    )


@bp.get("/reports/<month>.<how>")
@access.allows(*REPORT_ROLES)
def download(month: str, how: str) -> ResponseReturnValue:
    wanted = _month(month)
    if how not in set(Format):
        abort(404)
    content = written(_report(wanted), Format(how), templates=shipped_folder("templates"))
    answer = Response(content, content_type=MEDIA_TYPES[Format(how)])
    answer.headers["Content-Disposition"] = f'attachment; filename="debrief-{wanted}.{how}"'
    return answer


@bp.post("/reports/<month>/freeze")
@access.allows(*FREEZERS)
def freeze(month: str) -> ResponseReturnValue:
    wanted = _month(month)
    freeze_report(session(), wanted, actor=actor(), now=now(), frozen_by=reader())
    flash(f"{month_in_words(wanted)} is frozen: its figures no longer change.")
    return redirect(url_for("staff.reports.show", month=str(wanted)), 303)


def _month(written_month: str) -> Month:
    try:
        return Month.parse(written_month)
    except NotAMonth:
        abort(404)


def _report(month: Month) -> MonthReport:
    try:
        return month_report(session(), month, now=now(), reader=reader())
    except MonthNotStarted:
        abort(404)


def _addressed(window: Window) -> Addressed:
    """Where the answers behind a bar of these months are read."""
    return behind(Filter(window))


def _stepped(window: Window) -> Stepped:
    """Where the deals that these months' funnel counts are listed, as they stand today."""
    return behind_steps(Filter(window))
