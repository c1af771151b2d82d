"""`survey db`: up to date, whole, copied and brought back."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner, Result
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import inspect, make_url, text
from sqlalchemy.orm import Session

from survey.cli.backups import postgresql, replaced, sqlite
from survey.cli.main import main
from survey.company import queries as company_queries
from survey.kit import schema
from survey.kit.db import Database
from survey.mail.queries import every_suppression, queue_stop
from survey.mail.types import SuppressionReason
from survey.team import queries
from tests import databases, needs
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
    needs.programs_that_copy(database_url)
    copy = tmp_path / "copy.db"
    replaced.forget(session)  # what another test's broken restore left
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
    needs.programs_that_copy(database_url)
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


def breaks(*_anything: object) -> None:
    raise RuntimeError("The migration broke.")


def test_a_restore_that_breaks_off_replaced_nothing_or_lets_nothing_leave(
    copied: Copied, run: Run, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "upgrade", breaks)

    result = run("restore", str(copied.copy), "--overwrite", url=copied.url)

    users = {user.email for user in queries.users(session)}
    stop = queue_stop(session)
    assert result.exit_code == 1
    if copied.url.startswith("sqlite"):
        assert (users, stop) == ({"kept@x.example", "later@x.example"}, None)
    else:
        assert (users, stop is not None) == ({"kept@x.example"}, True)


@pytest.mark.parametrize("is_early", [True, False], ids=["half", "nearly all"])
def test_half_a_copy_replaces_nothing(
    copied: Copied, run: Run, session: Session, is_early: bool
) -> None:
    content = copied.copy.read_bytes()
    end = len(content) // 2 if is_early else len(content) - 5_000
    copied.copy.write_bytes(content[:end])

    result = run("restore", str(copied.copy), "--overwrite", url=copied.url)

    assert result.exit_code == 1
    assert result.output.count("\n") == 1
    assert {user.email for user in queries.users(session)} == {"kept@x.example", "later@x.example"}
    assert queue_stop(session) is None


def test_whom_never_to_mail_outlives_a_restore_that_broke_off(
    copied: Copied,
    run: Run,
    session: Session,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bounced = make_suppression(
        session, address="both@buyer.example", reason=SuppressionReason.BOUNCED
    )
    session.commit()
    assert run("backup", str(copied.copy), url=database_url).exit_code == 0
    bounced.reason = SuppressionReason.OPTED_OUT
    make_suppression(session, address="since@buyer.example")
    session.commit()
    session.close()

    with monkeypatch.context() as broken:
        broken.setattr(schema, "upgrade", breaks)
        assert run("restore", str(copied.copy), "--overwrite", url=copied.url).exit_code == 1
    done = run("restore", str(copied.copy), "--overwrite", url=copied.url)

    assert done.exit_code == 0, done.output
    assert "did not know yet: 1." in done.output
    assert {each.address: each.reason for each in every_suppression(session)} == {
        "both@buyer.example": SuppressionReason.OPTED_OUT,
        "since@buyer.example": SuppressionReason.OPTED_OUT,
    }
    assert not inspect(session.connection()).has_table("replaced_suppression")


def test_a_restore_leaves_nothing_beside_the_database_and_the_copy(
    run: Run, tmp_path: Path
) -> None:
    run("upgrade")
    run("backup", "copy.db")
    before = {*tmp_path.rglob("*")}
    killed = tmp_path / "new" / "survey.db.restoring-abc"
    killed.mkdir()
    (killed / "survey.db-journal").write_text("left by one that was killed")

    assert run("restore", "copy.db", "--overwrite").exit_code == 0

    beside_a_database = {tmp_path / "new" / f"survey.db{end}" for end in ("-wal", "-shm")}
    assert {*tmp_path.rglob("*")} - beside_a_database == before - beside_a_database


@pytest.mark.parametrize("name", ["a#b.db", "a%41.db", "a?mode=rw.db", "ä ö.db"])
def test_names_that_mean_something_in_an_address_are_names(
    run: Run, tmp_path: Path, name: str
) -> None:
    url = f"sqlite:///{tmp_path}/{quote(name)}"
    assert run("upgrade", url=url).exit_code == 0
    Database(url).close()
    copy = f"copy of {name}"

    backup = run("backup", copy, url=url)
    done = run("restore", copy, "--overwrite", url=url)

    assert (backup.exit_code, done.exit_code) == (0, 0), backup.output + done.output
    assert run("check", url=url).exit_code == 0
    assert {each.name for each in tmp_path.iterdir()} <= {
        *(name + end for end in ("", "-wal", "-shm", ".turn")),
        *(copy, "survey.ledger", "survey.ledger.lock"),
    }


def test_nobody_else_may_read_a_copy_while_it_is_made(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("upgrade")
    modes: list[int] = []
    writes = sqlite.copy_out

    def looked_at(database: Database, file: Path) -> None:
        writes(database, file)
        modes.append(file.stat().st_mode & 0o777)

    monkeypatch.setattr(sqlite, "copy_out", looked_at)
    (tmp_path / "copy.db.unfinished").write_text("left by one that was killed, for all to read")

    assert run("backup", "copy.db").exit_code == 0
    assert modes == [0o600]


def test_the_programs_find_the_database_as_we_do_and_no_argument_holds_the_password() -> None:
    url = make_url("postgresql+psycopg://ada:geheim@db.example:6543/survey?sslmode=verify-full")

    option, environment = postgresql._connection_to(url)

    assert conninfo_to_dict(option.removeprefix("--dbname=")) == {
        "host": "db.example",
        "port": "6543",
        "user": "ada",
        "dbname": "survey",
        "sslmode": "verify-full",
    }
    assert environment["PGPASSWORD"] == "geheim"


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


@pytest.mark.parametrize("migration", ["0002", "0011", "0017"])
def test_a_copy_from_before_later_tables_is_brought_up_to_date(
    run: Run, database_url: str, migration: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also over a database that has those tables, which point to the ones that are replaced."""
    needs.programs_that_copy(database_url)
    server = "" if database_url.startswith("sqlite") else database_url
    with databases.fresh_database(server) as url:
        database = Database(url)
        schema.downgrade(database, databases.MIGRATIONS, to=migration)
        assert run("backup", "copy.db", url=url).exit_code == 0
        assert run("upgrade", url=url).exit_code == 0
        with database.writing() as session:
            make_suppression(session, address="since@buyer.example")

        with monkeypatch.context() as broken:
            broken.setattr(schema, "upgrade", breaks)
            assert run("restore", "copy.db", "--overwrite", url=url).exit_code == 1
        done = run("restore", "copy.db", "--overwrite", url=url)

        assert done.exit_code == 0, done.output
        assert "did not know yet: 1." in done.output
        with database.reading() as session:
            assert queue_stop(session) is not None
        database.close()


def test_large_objects_of_others_stay_as_they_are(
    run: Run, database_url: str, tmp_path: Path
) -> None:
    """They would be told with a COMMIT of their own, before the outbox is stopped."""
    if database_url.startswith("sqlite"):
        pytest.skip("a file of SQLite is ours alone")
    needs.programs_that_copy(database_url)
    copy = tmp_path / "copy.db"
    with databases.fresh_database(database_url) as url:
        database = Database(url)
        with database.writing() as session:
            session.execute(text("CREATE TABLE theirs AS SELECT lo_create(0) AS picture"))
        option, environment = postgresql._connection_to(database.url)
        whole = ["pg_dump", "--format=custom", f"--file={copy}", option]
        subprocess.run(whole, env=environment, check=True)
        listed = subprocess.run(["pg_restore", "--list", copy], check=True, capture_output=True)

        done = run("restore", str(copy), "--overwrite", url=url)

        assert b" BLOB" in listed.stdout
        assert done.exit_code == 0, done.output
        with database.reading() as session:
            assert session.scalar(text("SELECT count(*) FROM pg_largeobject_metadata")) == 1
            assert queue_stop(session) is not None
        database.close()


def test_a_copy_leaves_out_what_a_broken_restore_kept(
    copied: Copied, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It would come back with the copy, as the no of people who may long have agreed again."""
    if copied.url.startswith("sqlite"):
        pytest.skip("on SQLite nothing is kept in the database")
    database = Database(copied.url)
    with database.writing() as session:
        make_suppression(session, address="since@buyer.example")
    with monkeypatch.context() as broken:
        broken.setattr(schema, "upgrade", breaks)
        run("restore", str(copied.copy), "--overwrite", url=copied.url)
    again = tmp_path / "again.db"

    done = run("backup", str(again), url=copied.url)

    assert done.exit_code == 0, done.output
    assert b"suppression" in again.read_bytes()
    assert replaced.KEPT.encode() not in again.read_bytes()
    with database.writing() as session:
        assert inspect(session.connection()).has_table(replaced.KEPT)
        replaced.forget(session)
    database.close()


def test_backup_to_nowhere_leaves_nothing(run: Run, tmp_path: Path) -> None:
    run("upgrade")

    result = run("backup", "no/such/folder/copy.db")

    assert result.exit_code == 1
    assert "The copy could not be written" in result.output
