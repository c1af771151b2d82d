"""`survey import`."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from select import select as select_files

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from survey.cli.main import main
from survey.deals.models import Deal
from survey.kit.db import Database

FILE = (
    "opportunity_id;account;outcome;closed_on;amount\n"
    "D-1;Koe;Closed Lost;01-10-26;5.000,50\n"
    "D-2;Zwaan;Closed Lost;32-10-26;1\n"
)
MAPPING = """
[columns]
deal_id = "opportunity_id"
[outcomes]
"Closed Lost" = "lost"
[formats]
date = "%d-%m-%y"
decimal = ","
[defaults]
currency = "EUR"
"""


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: Database
) -> Callable[..., Result]:
    """Run `survey import` in a folder that holds `deals.csv` and `mapping.toml`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SURVEY_DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("SURVEY_ENVIRONMENT", "test")
    Path("deals.csv").write_text(FILE, encoding="utf-8")
    Path("mapping.toml").write_text(MAPPING, encoding="utf-8")
    return lambda *given: CliRunner().invoke(main, ["import", *given])


def deal_count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Deal)) or 0


def test_import_tells_what_went_in_and_what_did_not(
    run: Callable[..., Result], database: Database
) -> None:
    result = run("deals.csv", "--mapping", "mapping.toml")

    assert result.exit_code == 0
    assert result.output == (
        "deals.csv, line 3, closed_on “32-10-26”: is not a date written as %d-%m-%y or as"
        " 2026-11-22.\n"
        "2 rows read. Deals: 1 added, 0 changed, 0 unchanged. 1 row refused.\n"
    )
    assert deal_count(database) == 1


def test_import_answers_scripts_in_json(run: Callable[..., Result]) -> None:
    result = run("deals.csv", "--mapping", "mapping.toml", "--dry-run", "--json")

    answer = json.loads(result.stdout)
    assert (answer["rows"], answer["added"], answer["refused"]) == (2, 1, 1)
    assert answer["is_dry_run"] is True
    assert answer["problems"] == [
        {
            "file": "deals.csv",
            "line": 3,
            "column": "closed_on",
            "value": "32-10-26",
            "reason": "is not a date written as %d-%m-%y or as 2026-11-22",
        }
    ]


def test_dry_run_writes_nothing(run: Callable[..., Result], database: Database) -> None:
    result = run("deals.csv", "--mapping", "mapping.toml", "--dry-run")

    assert "1 would be added" in result.output
    assert deal_count(database) == 0


def test_strict_import_fails_with_one_sentence(
    run: Callable[..., Result], database: Database
) -> None:
    result = run("deals.csv", "--mapping", "mapping.toml", "--strict")

    assert result.exit_code == 1
    assert "Nothing went in: 1 wrong row, and" in result.stderr
    assert deal_count(database) == 0


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["none.csv"], "There is no file “none.csv”."),
        (["deals.csv", "--mapping", "none.toml"], "The mapping “none.toml” cannot be read"),
        (["deals.csv"], "has no column for deal_id"),
        (["mapping.toml"], "“mapping.toml” is damaged"),
    ],
)
def test_import_that_cannot_start_fails_with_one_sentence(
    run: Callable[..., Result], given: list[str], sentence: str
) -> None:
    result = run(*given)

    assert result.exit_code == 1
    assert sentence in result.stderr
    assert "Traceback" not in result.output


def on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> str:
    """What a person sees beside the answer of `survey import deals.csv --mapping mapping.toml`."""
    ours, theirs = os.openpty()
    with os.fdopen(theirs, "w", encoding="utf-8") as terminal:
        monkeypatch.setattr("sys.stderr", terminal)
        main.main(
            ["import", "deals.csv", "--mapping", "mapping.toml"],
            prog_name="survey",
            standalone_mode=False,
        )
        terminal.flush()
        shown = os.read(ours, 65_536).decode() if has_words(ours) else ""
    os.close(ours)
    return shown


def has_words(file: int) -> bool:
    return bool(select_files([file], [], [], 0.2)[0])


def test_long_work_shows_a_bar_on_a_terminal(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("survey.cli.import_._QUIET_FOR_S", 0.0)
    monkeypatch.setenv("TERM", "xterm")

    shown = on_a_terminal(monkeypatch)

    assert "Importing" in shown
    assert "100%" in shown


def test_short_work_shows_no_bar(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("survey.cli.import_._QUIET_FOR_S", 60.0)

    assert on_a_terminal(monkeypatch) == ""
