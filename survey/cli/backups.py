"""Copies of the whole database: SQLite by its own backup, PostgreSQL by pg_dump and pg_restore."""

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, text
from sqlalchemy.exc import DatabaseError

from survey.kit.db import Database
from survey.kit.errors import SurveyError


class BackupFailed(SurveyError):
    """The copy was not made; what stood in the file before still does."""


class NotABackup(SurveyError):
    """The file is no copy that `survey db backup` made."""


def backup(database: Database, file: Path) -> None:
    """Copy everything, as of one moment, while others write. The file appears only when whole."""
    unfinished = file.with_name(file.name + ".unfinished")
    try:
        if database.is_sqlite:
            _copy_sqlite(Path(str(database.url.database)), unfinished)
        else:
            _run(database.url, "pg_dump", "--format=custom", f"--file={unfinished}")
        unfinished.chmod(0o600)
        unfinished.replace(file)
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(f"The copy could not be written: {error}.") from None
    finally:
        unfinished.unlink(missing_ok=True)


def restore(database: Database, file: Path) -> None:
    """Replace everything by a copy. Raises `NotABackup`."""
    if database.is_sqlite:
        _refuse_damaged(file)
        database.close()
        _copy_sqlite(file, Path(str(database.url.database)))
    else:
        with file.open("rb") as opened:
            if opened.read(5) != b"PGDMP":
                raise NotABackup(f"{file} is not a copy of a PostgreSQL database.")
        database.close()
        name = str(database.url.database)
        options = ("--clean", "--if-exists", "--no-owner", "--single-transaction")
        _run(database.url, "pg_restore", *options, f"--dbname={name}", str(file))


def faults(database: Database) -> list[str]:
    """What the database itself finds wrong with its pages and references."""
    if not database.is_sqlite:
        with database.reading() as session:
            session.execute(text("SELECT 1"))
        return []
    try:
        with database.engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    except DatabaseError as error:
        return [str(error.orig)]
    found = [str(page) for page in pages if page != "ok"]
    return [*found, *(f"a row of {row[0]} points nowhere" for row in broken)]


def _copy_sqlite(source: Path, target: Path) -> None:
    # SQLite's own backup takes a consistent copy although others write meanwhile.
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)


def _refuse_damaged(file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
            answer = copy.execute("PRAGMA integrity_check").fetchone()
            copy.execute("SELECT version_num FROM alembic_version")
    except sqlite3.Error:
        raise NotABackup(f"{file} is not a copy of this product's database.") from None
    if answer != ("ok",):
        raise NotABackup(f"{file} is damaged; take an older copy.")


def _run(url: URL, program: str, *options: str) -> None:
    # The password goes by the environment: arguments can be read by everybody on the machine.
    environment = {
        **os.environ,
        "PGHOST": url.host or "",
        "PGPORT": str(url.port or 5432),
        "PGUSER": url.username or "",
        "PGPASSWORD": url.password or "",
        "PGDATABASE": url.database or "",
    }
    environment = {name: value for name, value in environment.items() if value}
    try:
        subprocess.run(  # noqa: S603 (a fixed program, options of our own)
            [program, *options], env=environment, check=True, capture_output=True, text=True
        )
    except FileNotFoundError:
        raise BackupFailed(f"{program} is not installed; it comes with PostgreSQL.") from None
    except subprocess.CalledProcessError as error:
        last = (error.stderr or "").strip().splitlines()[-1:] or ["no reason given"]
        raise BackupFailed(f"{program} refused: {last[0]}") from None
