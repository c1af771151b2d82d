"""The stored form and the three written forms hold one set of figures."""

import csv
import io
import json

from sqlalchemy.orm import Session

from survey.config import shipped_folder
from survey.deals.types import Outcome
from survey.reports.queries import live_figures, month_report
from survey.reports.rules import restored, stored
from survey.reports.types import Format
from survey.reports.written import written
from survey.taxonomy.models import Reason
from tests.factories import make_alternative, make_company, make_competitor
from tests.factories.rows import the_only
from tests.insights.world import NOW, make_world
from tests.reports.year import AFTER, SEPTEMBER, answer

TEMPLATES = shipped_folder("templates")


def test_figures_survive_being_stored(session: Session) -> None:
    make_company(session)
    make_world(session, seed=3, deals=30)
    figures = live_figures(session, SEPTEMBER, now=NOW)

    assert restored(json.loads(json.dumps(stored(figures)))) == figures


def test_csv_runs_nothing_in_a_spreadsheet(session: Session) -> None:
    make_company(session)
    first = answer(session, '=HYPERLINK("http://evil.example","click")')
    reason = the_only(session, Reason)
    assert reason is not None
    reason.label = "+1+cmd|' /C calc'!A0"
    make_alternative(session, deal=first.deal, competitor=make_competitor(session, name="@SUM(1)"))

    text = _text(
        written(month_report(session, SEPTEMBER, now=AFTER), Format.CSV, templates=TEMPLATES)
    )

    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row if cell]
    assert [cell for cell in cells if cell[0] in "=+-@\t\r"] == []
    assert any("HYPERLINK" in cell for cell in cells)


def test_html_runs_nothing_and_fetches_nothing(session: Session) -> None:
    make_company(session, name="<script>alert(1)</script>")
    answer(session, "<img src=x onerror=alert(1)>")

    page = written(
        month_report(session, SEPTEMBER, now=AFTER), Format.HTML, templates=TEMPLATES
    ).decode()

    assert "<script" not in page
    assert "<img" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


def test_empty_month_says_so(session: Session) -> None:
    make_company(session)

    report = month_report(session, SEPTEMBER, now=AFTER)

    assert report.figures.headline.startswith("No answer arrived in September 2026.")
    assert report.figures.this_month.of(Outcome.WON).answered == 0
    assert b"No answer arrived" in written(report, Format.HTML, templates=TEMPLATES)


def _text(content: bytes) -> str:
    return content.decode("utf-8-sig")
