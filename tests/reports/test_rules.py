"""The stored form and the three written forms hold one set of figures."""

import json

from sqlalchemy.orm import Session

from survey.config import shipped_folder
from survey.deals.types import Outcome
from survey.reports.queries import live_figures, month_report
from survey.reports.rules import restored, stored
from survey.reports.types import Format
from survey.reports.written import written
from tests.factories import make_company
from tests.insights.world import NOW, make_world
from tests.reports.year import AFTER, SEPTEMBER, answer

TEMPLATES = shipped_folder("templates")


def test_figures_survive_being_stored(session: Session) -> None:
    make_company(session)
    make_world(session, seed=3, deals=30)
    figures = live_figures(session, SEPTEMBER, now=NOW)

    assert restored(json.loads(json.dumps(stored(figures)))) == figures


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
