"""`survey deliver` hands over what is due and says what became of it."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from survey.cli.main import main
from survey.config import Settings
from survey.kit import clock
from survey.kit.db import Database
from survey.mail.actions.stops import stop_queue
from survey.mail.queries import count_by_state
from survey.mail.types import MessageState
from survey.team.actions import ask_new_password
from tests.factories import make_company, make_user

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Run:
    monkeypatch.setenv("SURVEY_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("SURVEY_MAIL_FOLDER", str(settings.mail_folder))

    def called(*options: str) -> Result:
        return CliRunner().invoke(main, ["deliver", "--once", *options], catch_exceptions=False)

    return called


def put_one(database: Database) -> None:
    with database.writing() as session:
        make_company(session)
        ask_new_password(session, make_user(session), now=clock.now())


def test_deliver_says_what_became_of_the_mails(run: Run, database: Database):
    put_one(database)

    assert run().output == "Mails: 1 accepted.\n"
    assert run().output == "Nothing was due.\n"


def test_deliver_tells_scripts_in_json(run: Run, database: Database):
    put_one(database)

    assert json.loads(run("--json").output) == {
        "accepted": 1,
        "try_later": 0,
        "failed": 0,
        "uncertain": 0,
        "cancelled": 0,
        "stopped": 0,
        "held": 0,
        "queue_stopped": None,
    }


def test_deliver_says_that_the_queue_is_stopped(run: Run, database: Database):
    put_one(database)
    with database.writing() as session:
        stop_queue(session, reason="401: bad key.", now=clock.now())

    result = run()

    assert "Nothing was due." in result.output
    assert "The queue is stopped: 401: bad key. Release it" in result.stderr


def test_deliver_releases_a_stopped_queue_first(run: Run, database: Database):
    put_one(database)
    with database.writing() as session:
        stop_queue(session, reason="Brought back from a copy.", now=clock.now())

    said = run("--release").output

    assert said == "Mail leaves again.\nMails: 1 accepted.\n"
    assert run("--release").output == "Mail had not been stopped.\nNothing was due.\n"


def test_deliver_refuses_to_work_on_unsafe_settings(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch
):
    put_one(database)
    monkeypatch.setenv("SURVEY_ENVIRONMENT", "production")

    refused = run()

    assert refused.exit_code == 1
    assert "Production cannot start like this:" in refused.output
    with database.reading() as session:
        assert count_by_state(session)[MessageState.QUEUED] == 1
