"""A copy brought back forgets nobody's no: what came after it is applied again."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from survey.cli.main import main
from survey.kit.db import Database
from survey.mail.actions.suppressions import suppress
from survey.mail.models import QueueStop
from survey.mail.queries import suppression_of
from survey.mail.rules import address_digest
from survey.mail.types import SuppressionReason
from survey.privacy.actions import agree, erase_person
from survey.privacy.types import Entry
from tests import needs
from tests.factories import make_queue_stop
from tests.privacy.world import ADDRESS, STAFF, ledger_in, left_of_her, make_everything

Run = Callable[..., Result]


SECRET = "a secret of the tests, long enough to be one"
SINCE = {
    "jo@buyer.example": SuppressionReason.OPTED_OUT,
    "al@buyer.example": SuppressionReason.COMPLAINED,
}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SURVEY_LEDGER_FILE", str(tmp_path / "survey.ledger"))
    monkeypatch.setenv("SURVEY_SECRET_KEY", SECRET)

    def called(*arguments: str, url: str) -> Result:
        monkeypatch.setenv("SURVEY_DATABASE_URL", url)
        return CliRunner().invoke(main, [*arguments])

    return called


def live_on(database: Database, moment: datetime, folder: Path) -> None:
    """What happens after the copy was made: Anna is erased, Jo opts out, Al complains."""
    ledger = ledger_in(folder, SECRET)
    with database.writing() as session:
        erase_person(session, ADDRESS, ledger=ledger, actor=STAFF, now=moment)
        for address, reason in SINCE.items():
            suppress(session, address, reason=reason, now=moment)
        agree(session, ledger, actor=STAFF, now=moment)  # what the worker does each minute


def is_as_it_was(url: str) -> bool:
    """Whether all that came after the copy holds in this database."""
    database = Database(url)
    with database.reading() as session:
        reasons = {address: suppression_of(session, address) for address in SINCE}
        holds = left_of_her(session) == [] and all(
            known and known.reason is SINCE[address] for address, known in reasons.items()
        )
    database.close()
    return holds


@pytest.fixture
def copied(database: Database, session: Session, moment: datetime, tmp_path: Path) -> Path:
    """The file of SQLite itself, copied while all of Anna was in it; then life went on."""
    if not database.is_sqlite:
        pytest.skip("PostgreSQL has no file to copy")
    make_everything(session, moment)
    make_queue_stop(session)
    session.commit()
    session.close()
    database.close()
    copy = tmp_path / "copied.db"
    shutil.copy(str(database.url.database), copy)
    live_on(database, moment, tmp_path)
    return copy


@pytest.mark.parametrize("arguments", [("deliver", "--once", "--release"), ("deliver", "--once")])
def test_a_file_copied_back_by_hand_obeys_before_anything_leaves(
    run: Run, copied: Path, arguments: tuple[str, ...]
) -> None:
    url = f"sqlite:///{copied}"
    assert not is_as_it_was(url)

    result = run(*arguments, url=url)

    assert result.exit_code == 0, result.output
    assert "Erased again, as the ledger says: 1." in result.output
    assert is_as_it_was(url)


def test_bringing_a_database_up_to_date_asks_the_ledger(
    run: Run, moment: datetime, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    run("db", "upgrade", url=url)
    entry = Entry(address_digest("jo@buyer.example"), SuppressionReason.OPTED_OUT, moment)
    ledger_in(tmp_path, SECRET).add([entry])

    result = run("db", "upgrade", url=url)

    assert "Never mailed again, as the ledger says: 1 more." in result.output


def test_no_mail_is_released_where_the_ledger_cannot_be_read(
    run: Run, copied: Path, tmp_path: Path
) -> None:
    (tmp_path / "survey.ledger").unlink()
    (tmp_path / "survey.ledger").mkdir()

    result = run("deliver", "--once", "--release", url=f"sqlite:///{copied}")

    assert result.exit_code == 1
    assert "SURVEY_LEDGER_FILE" in result.output
    database = Database(f"sqlite:///{copied}")
    with database.reading() as session:
        assert session.get(QueueStop, 1) is not None
    database.close()


def test_a_copy_sealed_under_another_key_is_told(
    run: Run, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SURVEY_SECRET_KEY", "the key of a new machine, of the same length")

    result = run("deliver", "--once", "--release", url=f"sqlite:///{copied}")

    assert "SURVEY_SECRET_KEY does not open: 3." in result.output
    assert "SURVEY_SECRET_KEY_FALLBACKS" in result.output


def test_restoring_on_a_new_machine_needs_only_the_ledger(
    run: Run,
    database_url: str,
    database: Database,
    session: Session,
    moment: datetime,
    tmp_path: Path,
) -> None:
    needs.programs_that_copy(database_url)
    make_everything(session, moment)
    session.commit()
    assert run("db", "backup", "copy.db", url=database_url).exit_code == 0
    session.close()
    live_on(database, moment, tmp_path)
    new = "sqlite:///new/survey.db" if database.is_sqlite else database_url
    if not database.is_sqlite:
        with database.writing() as emptied:
            for address in SINCE:
                emptied.delete(suppression_of(emptied, address))

    done = run("db", "restore", "copy.db", "--overwrite", url=new)

    assert done.exit_code == 0, done.output
    assert "as the ledger says" in done.output
    assert is_as_it_was(new)
