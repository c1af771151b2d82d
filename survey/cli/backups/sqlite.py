"""Copies of SQLite's file, made and brought back by its own backup."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import DatabaseError

from survey.cli.backups.errors import BackupFailed, NotABackup
from survey.kit.db import Database

T = TypeVar("T")

_NOT_REPLACED = (
    "The database could not be replaced: {error}. If its file is too damaged for that, move {file} "
    "away with all that is named like it, and restore again."
)


def copy_out(database: Database, file: Path) -> None:
    """Write a consistent copy, although others write meanwhile. Raises `BackupFailed`."""
    try:
        _copy(_file_of(database), file)
    except sqlite3.Error as error:
        raise BackupFailed(f"The copy could not be written: {error}.") from None


def restore(database: Database, file: Path, *, ready: Callable[[Database], T]) -> T:
    """Make a copy ready beside the database, then replace that in one transaction; what `ready`
    returned.
    """
    _refuse_damaged(file)
    target = _file_of(database)
    with _aside(target) as aside:
        try:
            _copy(file, aside)
            copy = Database(f"sqlite:///{aside}")
            done = ready(copy)
            copy.close()
            database.close()
            _copy(aside, target)
        except sqlite3.Error as error:
            raise BackupFailed(_NOT_REPLACED.format(error=error, file=target)) from None
    return done


def faults(database: Database) -> list[str]:
    try:
        with database.engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    except DatabaseError as error:
        return [str(error.orig)]
    found = [str(page) for page in pages if page != "ok"]
    return [*found, *(f"a row of {row[0]} points nowhere" for row in broken)]


@contextmanager
def _aside(target: Path) -> Iterator[Path]:
    """A new file beside it that nobody else may read. It goes with all that stands beside itself,
    and so does what an earlier restore left that was broken off.
    """
    aside = target.with_name(target.name + ".restoring")
    beside = [aside.with_name(aside.name + end) for end in ("", "-wal", "-shm", ".turn")]
    _remove(beside)
    try:
        aside.touch(mode=0o600)
        yield aside
    finally:
        _remove(beside)


def _remove(files: list[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def _file_of(database: Database) -> Path:
    return Path(str(database.url.database))


def _copy(source: Path, target: Path) -> None:
    # All of it in one transaction of the target's.
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
