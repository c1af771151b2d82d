"""The reports: a list of months, a month as a page, and the same month as a file."""

from dataclasses import replace

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from survey.config import shipped_folder
from survey.insights import charts
from survey.insights.types import Filter, Window
from survey.kit.clock import Month, NotAMonth
from survey.kit.words import month_in_words
from survey.reports.actions import freeze_report
from survey.reports.queries import MonthNotStarted, answers_by_month, frozen_reports, month_report
from survey.reports.types import Format, MonthReport, Period
from survey.reports.written import MEDIA_TYPES, written
from survey.team.types import REPORT_ROLES, Role
from survey.web.shared.door import now, session
from survey.web.shared.words import zone
from survey.web.staff import access
from survey.web.staff.door import actor, reader
from survey.web.staff.filters import behind, behind_steps

bp = Blueprint("reports", __name__)

_FREEZERS = frozenset({Role.ADMIN, Role.MANAGER})


@bp.get("/reports")
@access.allows(*REPORT_ROLES)
def index() -> ResponseReturnValue:
    this_month = Month.of(now(), zone())
    answers, frozen = answers_by_month(session()), frozen_reports(session())
    return render_template(
        "staff/reports/index.html",
        months=sorted({*answers, *frozen}, reverse=True),
        answers=answers,
        frozen=frozen,
        this_month=this_month,
        month_in_words=month_in_words,
    )


@bp.get("/reports/<month>")
@access.allows(*REPORT_ROLES)
def show(month: str) -> ResponseReturnValue:
    wanted = _month(month)
    report = _report(wanted)
    return render_template(
        "staff/reports/show.html",
        report=report,
        charts=charts,
        addressed=_addressed,
        stepped=_stepped,
        month_in_words=month_in_words,
        formats=tuple(Format),
        may_freeze=_may_freeze(wanted, report),
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
@access.allows(Role.ADMIN, Role.MANAGER)
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
    """The report as this reader may see it: viewers read figures, never words."""
    try:
        found = month_report(session(), month, now=now())
    except MonthNotStarted:
        abort(404)
    return replace(found, cards=()) if reader().role is Role.VIEWER else found


def _may_freeze(month: Month, report: MonthReport) -> bool:
    is_over = month.ends_at(zone()) <= now()
    return is_over and report.frozen_at is None and reader().role in _FREEZERS


def _addressed(covered: Period) -> charts.Addressed:
    """Where the answers behind a bar of these months are read."""
    return behind(Filter(Window(covered.first, covered.last)))


def _stepped(covered: Period) -> charts.Stepped:
    """Where the deals that these months' funnel counts are listed, as they stand today."""
    return behind_steps(Filter(Window(covered.first, covered.last)))
