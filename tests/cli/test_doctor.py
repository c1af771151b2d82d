"""`survey doctor` tells everything at once, and shows no secret."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from survey.cli.main import main
from survey.kit import schema
from survey.kit.db import Database
from survey.mail.types import MessageState
from tests.factories.company import make_company
from tests.factories.mail import make_message, make_queue_stop
from tests.test_config import SAFE

Run = Callable[..., Result]


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, database_url: str, session: Session, tmp_path: Path
) -> Run:
    monkeypatch.chdir(tmp_path)
    make_company(session)
    session.commit()

    def called(*options: str, **changes: str) -> Result:
        for name, text in {"database_url": database_url, **changes}.items():
            monkeypatch.setenv(f"SURVEY_{name.upper()}", text)
        return CliRunner().invoke(main, ["doctor", *options])

    return called


def safe(database_url: str, **changes: str) -> dict[str, str]:
    return {
        **{name: str(value) for name, value in SAFE.items()},
        "database_url": database_url,
        **changes,
    }


def test_a_safe_installation_is_well(run: Run, database_url: str) -> None:
    result = run(**safe(database_url))

    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == "All is well."


def test_production_is_told_everything_at_once(run: Run) -> None:
    result = run("--json", environment="production", debug="true", sendgrid_api_key="SG.hush")

    found = json.loads(result.output)
    assert result.exit_code == 1
    assert found["is_well"] is False
    assert len(found["unsafe"]) == 8
    assert "hush" not in result.output


def test_development_is_told_and_stays_well(run: Run) -> None:
    result = run()

    assert result.exit_code == 0
    assert "For production:" in result.output
    assert "SURVEY_POSTAL_ADDRESS is not set" in result.output


def test_slips_of_the_pen_are_found(run: Run) -> None:
    assert "SURVEY_SECRETKEY is not a setting: see .env.example." in run(secretkey="x").output


def test_an_old_database_is_found(run: Run, tmp_path: Path) -> None:
    result = run("--json", database_url=f"sqlite:///{tmp_path}/empty.db")

    assert result.exit_code == 1
    assert json.loads(result.output)["broken"] == [
        "The database is not up to date: run “survey db upgrade”."
    ]


def test_a_database_that_is_away_is_found(run: Run) -> None:
    away = "postgresql+psycopg://debrief:hush@127.0.0.1:1/away?connect_timeout=1"

    result = run(database_url=away)

    assert result.exit_code == 1
    assert "The database does not answer" in result.output
    assert "hush" not in result.output


def test_a_database_that_is_away_is_told_beside_the_settings(run: Run) -> None:
    away = "postgresql+psycopg://debrief:hush@127.0.0.1:1/away?connect_timeout=1"

    found = json.loads(run("--json", database_url=away, debug="true").output)

    assert found["broken"] == [
        "The database does not answer. Check SURVEY_DATABASE_URL and that its server runs."
    ]
    assert any("SURVEY_DEBUG" in each for each in found["unsafe"])


def test_a_server_that_is_too_old_is_told_and_nothing_starts_on_it(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "OLDEST_POSTGRESQL", 1000)  # older servers are not at hand

    broken = json.loads(run("--json").output)["broken"]
    started = CliRunner().invoke(main, ["deliver", "--once"])

    if database.is_sqlite:
        assert (broken, started.exit_code) == ([], 0)
        return
    assert len(broken) == 1
    assert broken[0].startswith("The server is PostgreSQL 1")
    assert "Debrief needs 1000 or newer. Move the database to a newer server." in broken[0]
    assert started.exit_code == 1
    assert broken[0] in started.output


def test_mail_that_is_held_up_is_told(run: Run, session: Session) -> None:
    make_message(session)
    make_message(session, state=MessageState.UNCERTAIN)
    session.commit()

    broken = json.loads(run("--json").output)["broken"]

    assert broken == [
        "1 in the outbox should have left: is the worker running?",
        "1 in the outbox may have left or not: settle that on the page “Outbox”.",
    ]


def test_a_stopped_queue_is_told_with_its_reason(run: Run, session: Session) -> None:
    make_queue_stop(session, reason="The provider refused our key (401).")
    session.commit()

    assert json.loads(run("--json").output)["broken"] == [
        "No mail leaves: The provider refused our key (401). Release it on the page “Outbox”."
    ]


def test_what_the_operator_must_set_for_mail_is_told(run: Run, database_url: str) -> None:
    changes = {"mail_from": "Noor <noor@northwind.example>", "mail_provider": "sendgrid"}

    told = run(**safe(database_url, **changes)).output
    found = json.loads(run("--json", **safe(database_url, **changes)).output)["mail"]

    assert "CNAME s1._domainkey.northwind.example" in told
    assert "TXT _dmarc.northwind.example" in told
    assert found["domain"] == "northwind.example"
    assert found["webhook"]["address"].endswith("/hooks/sendgrid")
    assert found["heard"] == {"last_receipt_at": None, "accepted": 0, "heard_of": 0, "silent": 0}


def test_a_key_that_is_not_readable_is_broken(run: Run, database_url: str) -> None:
    result = run(**safe(database_url, mail_provider="sendgrid", sendgrid_webhook_public_key="AA"))

    assert result.exit_code == 1
    assert "SURVEY_SENDGRID_WEBHOOK_PUBLIC_KEY is not readable" in result.output


def test_a_ledger_that_cannot_be_read_is_broken(
    run: Run, database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "away").mkdir()

    result = run(**safe(database_url, ledger_file=str(tmp_path / "away")))

    assert result.exit_code == 1
    assert "see SURVEY_LEDGER_FILE. Nobody can be erased" in result.output
