"""`survey report`."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from survey.cli.main import main
from survey.kit.db import Database
from survey.reports.queries import frozen_report
from tests.factories import make_company
from tests.reports.year import SEPTEMBER, answer

Run = Callable[..., Result]


@pytest.fixture
def run(
    database_url: str, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Runs the command on a database with one September answer."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SURVEY_DATABASE_URL", database_url)
    monkeypatch.setenv("SURVEY_ENVIRONMENT", "test")
    make_company(session)
    answer(session, "It was slow in the trial.")
    session.commit()
    return lambda *words: CliRunner().invoke(main, ["report", *words])


def test_report_is_html_on_the_screen(run: Run) -> None:
    printed = run("2026-09")

    assert printed.exit_code == 0
    assert printed.stdout.startswith("<!doctype html>")
    assert "It was slow in the trial." in printed.stdout


def test_report_goes_into_a_file_and_says_so(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "september.csv"

    done = run("2026-09", "--format", "csv", "--output", str(file))

    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == f"The report of 2026-09 (not frozen) is in {file}.\n"
    with file.open(encoding="utf-8-sig", newline="") as lines:
        assert {row["section"] for row in csv.DictReader(lines)} >= {
            "coverage",
            "reasons",
            "answer",
        }


def test_report_freezes_the_month(run: Run, database: Database) -> None:
    done = run("2026-09", "--format", "json", "--freeze")

    with database.reading() as session:
        report = frozen_report(session, SEPTEMBER)
    assert report is not None
    assert json.loads(done.stdout)["method"]["frozen_at"] == report.frozen_at.isoformat()


@pytest.mark.parametrize(
    ("month", "sentence"),
    [("September", "Write it as 2026-10"), ("2099-01", "has not begun")],
)
def test_report_of_no_month_ends_in_a_sentence(run: Run, month: str, sentence: str) -> None:
    failed = run(month)

    assert failed.exit_code == 1
    assert sentence in failed.stderr
    assert "Traceback" not in failed.output
