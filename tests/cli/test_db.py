"""`survey db`: up to date, whole, copied and brought back."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from survey.cli.main import main
from survey.company import queries as company_queries
from survey.kit import schema
from survey.kit.db import Database
from survey.mail.queries import every_suppression, queue_stop
from survey.mail.types import SuppressionReason
from survey.team import queries
from tests import databases
from tests.factories.mail import make_suppression
from tests.factories.team import make_user

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)

    def called(*arguments: str, url: str = "sqlite:///new/survey.db") -> Result:
        monkeypatch.setenv("SURVEY_DATABASE_URL", url)
        return CliRunner().invoke(main, ["db", *arguments])

    return called


@dataclass(frozen=True)
class Copied:
    url: str
    copy: Path


@pytest.fixture
def copied(
    run: Run, database: Database, session: Session, database_url: str, tmp_path: Path
) -> Copied:
    """A copy that knows one user, of a database that knows two by now."""
    if not database.is_sqlite and shutil.which("pg_dump") is None:
        pytest.skip("no pg_dump: install PostgreSQL's client programs")
    copy = tmp_path / "copy.db"
    make_user(session, email="kept@x.example")
    session.commit()
    assert run("backup", str(copy), url=database_url).exit_code == 0
    make_user(session, email="later@x.example")
    session.commit()
    session.close()
    return Copied(database_url, copy)


def test_upgrade_makes_a_database_with_its_company(run: Run, tmp_path: Path) -> None:
    first, again = run("upgrade"), run("upgrade")

    database = Database(f"sqlite:///{tmp_path}/new/survey.db")
    with database.reading() as session:
        company = company_queries.the_company(session)
        countries = [rule.country for rule in company_queries.country_rules(session)]
    database.close()
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert (company.name, countries) == ("Your company", ["DE"])
    assert run("check").exit_code == 0


def test_check_says_what_is_missing(run: Run) -> None:
    result = run("check")

    assert result.exit_code == 1
    assert "run “survey db upgrade”" in result.output


def test_check_finds_damage(run: Run, tmp_path: Path) -> None:
    run("upgrade")
    file = tmp_path / "new" / "survey.db"
    content = bytearray(file.read_bytes())
    content[40_000:90_000] = b"\xff" * 50_000
    file.write_bytes(content)

    result = run("check")

    assert result.exit_code == 1
    assert "The database is damaged" in result.output


def test_backup_and_restore_bring_everything_back(
    copied: Copied, run: Run, session: Session
) -> None:
    refused = run("restore", str(copied.copy), url=copied.url)
    done = run("restore", str(copied.copy), "--overwrite", url=copied.url)

    assert (refused.exit_code, done.exit_code) == (1, 0), done.output
    assert "--overwrite" in refused.output
    assert [user.email for user in queries.users(session)] == ["kept@x.example"]
    assert queue_stop(session) is not None
    assert copied.copy.stat().st_mode & 0o077 == 0


def test_whoever_opted_out_since_the_copy_stays_so(
    run: Run, database_url: str, database: Database, session: Session, tmp_path: Path
) -> None:
    if not database.is_sqlite and shutil.which("pg_dump") is None:
        pytest.skip("no pg_dump: install PostgreSQL's client programs")
    copy = tmp_path / "copy.db"
    known = make_suppression(session, address="known@buyer.example")
    session.commit()
    assert run("backup", str(copy), url=database_url).exit_code == 0
    since = make_suppression(session, address="since@buyer.example")
    make_suppression(
        session,
        address=None,
        address_digest=known.address_digest.replace("a", "b"),
        reason=SuppressionReason.ERASED,
    )
    session.commit()
    session.close()

    done = run("restore", str(copy), "--overwrite", url=database_url)

    assert done.exit_code == 0, done.output
    assert "did not know yet: 2." in done.output
    listed = {(each.address, each.reason) for each in every_suppression(session)}
    assert listed == {
        ("known@buyer.example", SuppressionReason.OPTED_OUT),
        (since.address, SuppressionReason.OPTED_OUT),
        (None, SuppressionReason.ERASED),
    }


def test_a_restore_into_nothing_asks_for_the_exported_list(run: Run, tmp_path: Path) -> None:
    run("upgrade")
    run("backup", "copy.db")

    done = run("restore", "copy.db", url="sqlite:///other/survey.db")

    assert done.exit_code == 0
    assert "import the newest one that was exported" in done.output


def test_restore_refuses_what_is_no_copy(run: Run, database_url: str, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Ada")

    result = run("restore", "letter.txt", "--overwrite", url=database_url)

    assert result.exit_code == 1
    assert "letter.txt is not a copy" in result.output


def test_a_restore_that_breaks_off_replaced_nothing_or_lets_nothing_leave(
    copied: Copied, run: Run, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_anything: object) -> None:
        raise RuntimeError("The migration broke.")

    monkeypatch.setattr(schema, "upgrade", breaks)

    result = run("restore", str(copied.copy), "--overwrite", url=copied.url)

    users = {user.email for user in queries.users(session)}
    stop = queue_stop(session)
    assert result.exit_code == 1
    if copied.url.startswith("sqlite"):
        assert (users, stop) == ({"kept@x.example", "later@x.example"}, None)
    else:
        assert (users, stop is not None) == ({"kept@x.example"}, True)


def test_half_a_copy_replaces_nothing(copied: Copied, run: Run, session: Session) -> None:
    content = copied.copy.read_bytes()
    copied.copy.write_bytes(content[: len(content) // 2])

    result = run("restore", str(copied.copy), "--overwrite", url=copied.url)

    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert {user.email for user in queries.users(session)} == {"kept@x.example", "later@x.example"}
    assert queue_stop(session) is None


def test_a_restore_leaves_nothing_beside_the_database(run: Run, tmp_path: Path) -> None:
    run("upgrade")
    run("backup", "copy.db")
    (tmp_path / "new" / "survey.db.restoring").write_text("left by one that was killed")

    assert run("restore", "copy.db", "--overwrite").exit_code == 0

    assert [each.name for each in (tmp_path / "new").iterdir() if "restoring" in each.name] == []


def test_a_file_damaged_from_its_first_byte_on_is_to_be_moved_away(
    run: Run, tmp_path: Path
) -> None:
    run("upgrade")
    run("backup", "copy.db")
    file = tmp_path / "new" / "survey.db"
    for each in file.parent.glob("survey.db?*"):
        each.unlink()
    file.write_bytes(b"\xff" * 40_000)

    refused = run("restore", "copy.db", "--overwrite")
    file.unlink()
    done = run("restore", "copy.db")

    assert (refused.exit_code, done.exit_code) == (1, 0)
    assert f"move {file.relative_to(tmp_path)} away" in refused.output


def test_a_copy_from_before_there_was_an_outbox_is_brought_up_to_date(
    run: Run, database_url: str, tmp_path: Path
) -> None:
    server = "" if database_url.startswith("sqlite") else database_url
    with databases.fresh_database(server) as url:
        database = Database(url)
        schema.downgrade(database, databases.MIGRATIONS, to="0002")
        database.close()
        run("backup", "copy.db", url=url)

        done = run("restore", "copy.db", "--overwrite", url=url)

        with database.reading() as session:
            assert (done.exit_code, queue_stop(session) is not None) == (0, True)
        database.close()


def test_backup_to_nowhere_leaves_nothing(run: Run, tmp_path: Path) -> None:
    run("upgrade")

    result = run("backup", "no/such/folder/copy.db")

    assert result.exit_code == 1
    assert "The copy could not be written" in result.output
