"""Copies of the whole database, whichever server it stands on."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from survey.cli.backups import postgresql, sqlite
from survey.cli.backups.errors import BackupFailed
from survey.kit.db import Database

T = TypeVar("T")


def backup(database: Database, file: Path) -> None:
    """Copy everything, as of one moment, while others write. The file appears only when whole.

    Raises `BackupFailed`.
    """
    unfinished = file.with_name(file.name + ".unfinished")
    copy_out = sqlite.copy_out if database.is_sqlite else postgresql.copy_out
    try:
        copy_out(database, unfinished)
        unfinished.chmod(0o600)
        unfinished.replace(file)
    except OSError as error:
        raise BackupFailed(f"The copy could not be written: {error}.") from None
    finally:
        unfinished.unlink(missing_ok=True)


def restore(database: Database, file: Path, *, reason: str, ready: Callable[[Database], T]) -> T:
    """Replace everything by a copy whose outbox is stopped for this reason; what `ready` returned.

    `ready` brings the copy up to date and stops it: before it takes the place of what stands
    (SQLite), or once it has, stopped already (PostgreSQL). Wherever this breaks off, either nothing
    was replaced or nothing leaves. Raises `NotABackup`, and `BackupFailed`.
    """
    if database.is_sqlite:
        return sqlite.restore(database, file, ready=ready)
    postgresql.restore(database, file, reason=reason)
    return ready(database)


def faults(database: Database) -> list[str]:
    """What the database itself finds wrong with its pages and references."""
    return sqlite.faults(database) if database.is_sqlite else postgresql.faults(database)
