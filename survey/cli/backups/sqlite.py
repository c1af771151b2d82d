"""Copies of SQLite's file, made and brought back by its own backup."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from sqlalchemy.exc import DatabaseError

from survey.cli.backups.errors import BackupFailed, NotABackup
from survey.kit.db import Database

T = TypeVar("T")

_NOT_MADE_READY = (
    "The copy could not be made ready beside the database, which stands as it was: {error}."
)
_NOT_REPLACED = (
    "The database could not be replaced: {error}. Is there room for two more copies of it? If its "
    "file is too damaged, move {file} away with all that is named like it, and restore again."
)


def copy_out(database: Database, file: Path) -> None:
    """Write a consistent copy, although others write meanwhile. Raises `BackupFailed`."""
    try:
        _copy(_file_of(database), file)
        with closing(sqlite3.connect(file)) as copy:
            # Who opens it to read then needs nothing beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise BackupFailed(f"The copy could not be written: {error}.") from None


def restore(database: Database, file: Path, *, ready: Callable[[Database], T]) -> T:
    """Make a copy ready beside the database, then replace that in one transaction; what `ready`
    returned. Raises `NotABackup`, and `BackupFailed`.
    """
    _refuse_damaged(file)
    target = _file_of(database)
    with _aside(target) as aside:
        try:
            _copy(file, aside)
            beside = database.url.set(database=str(aside))
            with closing(Database(beside.render_as_string(hide_password=False))) as copy:
                done = ready(copy)
        except (sqlite3.Error, DatabaseError) as error:
            told = error.orig if isinstance(error, DatabaseError) else error
            raise BackupFailed(_NOT_MADE_READY.format(error=told)) from None
        database.close()
        try:
            _copy(aside, target)
        except sqlite3.Error as error:
            raise BackupFailed(_NOT_REPLACED.format(error=error, file=target)) from None
    return done


def faults(database: Database) -> list[str]:
    """What its own checks find, a sentence each."""
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
    """A place for a new file beside it, in a folder that nobody else may look into. It goes with
    all that SQLite puts there, and so does what an earlier restore left that was killed.
    """
    named = target.name + ".restoring-"
    for left in target.parent.iterdir():
        if left.name.startswith(named):
            shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=named, dir=target.parent) as folder:
        yield Path(folder) / target.name


def _file_of(database: Database) -> Path:
    return Path(str(database.url.database))


def _copy(source: Path, target: Path) -> None:
    # All of it in one transaction of the target's.
    with closing(_reading(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def _refuse_damaged(file: Path) -> None:
    try:
        with closing(_reading(file)) as copy:
            answer = copy.execute("PRAGMA integrity_check").fetchone()
            copy.execute("SELECT version_num FROM alembic_version")
    except sqlite3.Error:
        raise NotABackup(f"{file} is not a copy of this product's database.") from None
    if answer != ("ok",):
        raise NotABackup(f"{file} is damaged; take an older copy.")


def _reading(file: Path) -> sqlite3.Connection:
    # As an address, in which `#`, `?` and `%` of a file's name mean something else.
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
