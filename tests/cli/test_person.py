"""`survey person`: told to the person, and forgotten."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from survey.cli.main import main
from tests.privacy.world import ADDRESS, LEFT_OF_HER, left_of_her, make_everything

Run = Callable[..., Result]


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, database_url: str, session: Session, tmp_path: Path
) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SURVEY_DATABASE_URL", database_url)

    def called(*arguments: str) -> Result:
        session.commit()
        return CliRunner().invoke(main, ["person", *arguments])

    return called


def test_export_tells_all_that_is_held(run: Run, session: Session, moment: datetime) -> None:
    held = make_everything(session, moment)

    told = json.loads(run("export", f"  {ADDRESS.upper()} ").stdout)

    assert told.pop("address") == ADDRESS
    # By hand, from `make_everything`: two contacts of one mailbox, and what hangs on them.
    assert {table: len(rows) for table, rows in told.items()} == {
        "contact": 2,
        "deal_contact": 1,
        "invitation": 2,
        "reminder": 1,
        "link": 1,
        "visit": 1,
        "referral": 2,
        "erasure_request": 1,
        "response_draft": 1,
        "response": 1,
        "answer": 2,
        "response_revision": 1,
        "coding": 1,
        "message": 6,
        "attempt": 4,
        "settlement": 2,
        "receipt": 2,
        "suppression": 1,
    }
    assert told["answer"][0]["text"] == "Zeppelin was quicker."
    assert told["response"][0]["public_id"] == held.response.public_id
    assert "token_digest" not in told["link"][0]
    for word in LEFT_OF_HER:
        assert word in json.dumps(told).lower()


def test_export_writes_a_file_for_its_owner_alone(
    run: Run, session: Session, moment: datetime, tmp_path: Path
) -> None:
    make_everything(session, moment)

    result = run("export", ADDRESS, "--output", "anna.json")

    assert result.output == "Written to anna.json.\n"
    file = tmp_path / "anna.json"
    assert json.loads(file.read_text())["contact"][0]["name"] == "Anna Berg"
    assert file.stat().st_mode & 0o077 == 0


def test_erase_forgets_and_says_what_stays(
    run: Run, session: Session, moment: datetime, tmp_path: Path
) -> None:
    make_everything(session, moment)

    result = run("erase", ADDRESS, "--yes")

    assert result.output == (
        "Erased: 2 contacts, the words of 1 answer, the reader of 6 mails."
        " Still counted, without the person: 1 coding. Erase them in your CRM too.\n"
    )
    session.expire_all()
    assert left_of_her(session) == []
    assert len((tmp_path / "survey.ledger").read_text().splitlines()) == 1


def test_erase_asks_first(run: Run, session: Session, moment: datetime) -> None:
    make_everything(session, moment)
    before = left_of_her(session)

    result = run("erase", ADDRESS)

    assert result.exit_code == 1
    assert "for ever?" in result.output
    session.expire_all()
    assert left_of_her(session) == before


def test_export_of_an_erased_person_says_only_that_they_are(
    run: Run, session: Session, moment: datetime
) -> None:
    make_everything(session, moment)
    run("erase", ADDRESS, "--yes")

    told = json.loads(run("export", ADDRESS).stdout)

    assert sorted(told) == ["address", "receipt", "suppression"]
    assert [row["reason"] for row in told["suppression"]] == ["erased"]
    assert [row["raw"] for row in told["receipt"]] == [{}, {}]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("export", "nobody@x.example"), "Nothing is held about this address."),
        (("export", "nobody"), "is not an e-mail address"),
        (("erase", "nobody", "--yes"), "is not an e-mail address"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    run: Run, arguments: tuple[str, ...], sentence: str
) -> None:
    result = run(*arguments)

    assert result.exit_code == 1
    assert sentence in result.output
