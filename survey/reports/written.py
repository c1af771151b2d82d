"""A report as a file: HTML that stands alone and prints, JSON, or CSV that no spreadsheet runs."""

import io
import json
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from survey.insights import charts
from survey.insights.charts import Addressed, Stepped
from survey.kit.tables import write_csv
from survey.kit.words import month_in_words
from survey.reports.rules import COLUMNS, as_json, table
from survey.reports.types import Format, MonthReport, Period

MEDIA_TYPES = {
    Format.HTML: "text/html; charset=utf-8",
    Format.JSON: "application/json",
    Format.CSV: "text/csv; charset=utf-8",
}


def written(report: MonthReport, how: Format, *, templates: Path) -> bytes:
    """The whole report in one of its forms: the same figures in each."""
    if how is Format.CSV:
        return _csv(report)
    if how is Format.JSON:
        return json.dumps(as_json(report), indent=2, ensure_ascii=False).encode() + b"\n"
    return _html(report, templates)


def _csv(report: MonthReport) -> bytes:
    # Excel reads UTF-8 only with the mark in front.
    text = io.StringIO(newline="")
    write_csv(text, COLUMNS, table(report))
    return text.getvalue().encode("utf-8-sig")


def _html(report: MonthReport, templates: Path) -> bytes:
    environment = Environment(loader=FileSystemLoader(templates), autoescape=True)
    page = environment.get_template("report/standalone.html").render(
        report=report,
        charts=charts,
        addressed=_nowhere,
        stepped=_no_deals,
        month_in_words=month_in_words,
    )
    return page.encode()


def _nowhere(_covered: Period) -> Addressed:
    """A file leads nowhere: who holds it may not be one of us."""
    return lambda **_more: None


def _no_deals(_covered: Period) -> Stepped:
    return lambda _step: None
