"""`survey user add`: lets somebody in and says how they get in."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from survey.cli.main import main
from survey.kit.passwords import is_password
from survey.team import queries
from survey.team.types import Role
from tests.factories.company import make_company
from tests.pages import CheckingClient

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path) -> Run:
    monkeypatch.setenv("SURVEY_DATABASE_URL", database_url)
    monkeypatch.setenv("SURVEY_BASE_URL", "https://ask.nordlicht.example")
    monkeypatch.chdir(tmp_path)

    def called(*arguments: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(main, ["user", "add", *arguments], input=typed)

    return called


def test_add_prints_a_link_that_sets_a_password(
    run: Run, client: CheckingClient, session: Session
) -> None:
    make_company(session)
    session.commit()

    result = run("Ada@Nordlicht.example", "--role", "admin", "--name", "Ada Lindqvist")

    link = re.search(r"https://ask\.nordlicht\.example(/reset/\S+)", result.output)
    assert result.exit_code == 0
    assert "ada@nordlicht.example is admin." in result.output
    assert link is not None
    assert "For ada@nordlicht.example." in client.get(link.group(1)).text


def test_add_takes_a_password_from_standard_input(run: Run, session: Session) -> None:
    result = run(
        "ada@x.example", "--role", "viewer", "--password-stdin", typed="correct horse battery\n"
    )

    user = queries.user_by_email(session, "ada@x.example")
    assert result.output == "ada@x.example is viewer.\n"
    assert user is not None
    assert user.role is Role.VIEWER
    assert is_password("correct horse battery", user.password_hash)


@pytest.mark.parametrize(
    ("arguments", "typed", "sentence"),
    [
        (("ada", "--role", "admin"), None, "“ada” is not an e-mail address"),
        (("a@x.example", "--role", "owner"), None, "Invalid value for '--role'"),
        (
            ("a@x.example", "--role", "admin", "--password-stdin"),
            "short\n",
            "at least 12 characters",
        ),
    ],
)
def test_add_refuses_in_one_sentence(
    run: Run, session: Session, arguments: tuple[str, ...], typed: str | None, sentence: str
) -> None:
    result = run(*arguments, typed=typed)

    assert result.exit_code != 0
    assert sentence in result.output
    assert queries.users(session) == []


def test_add_needs_an_up_to_date_database(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SURVEY_DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")

    result = run("ada@x.example", "--role", "admin")

    assert result.exit_code == 1
    assert result.output == "Error: The database is not up to date. Run “survey db upgrade”.\n"


def test_wrong_settings_end_in_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SURVEY_TIMEZONE", "Bree")

    result = run("ada@x.example", "--role", "admin")

    assert (result.exit_code, result.output.count("\n")) == (1, 1)
    assert result.output.startswith("Error: SURVEY_TIMEZONE: is not the name of a time zone")
