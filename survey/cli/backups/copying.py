"""Copies of the whole database, whichever server it stands on."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from survey.cli.backups import postgresql, sqlite
from survey.cli.backups.errors import BackupFailed
from survey.kit.db import Database

T = TypeVar("T")


def backup(database: Database, file: Path) -> None:
    """Copy everything, as of one moment, while others write. The file appears only when whole, and
    nobody else may read it, at no time. Raises `BackupFailed`.
    """
    unfinished = file.with_name(file.name + ".unfinished")
    copy_out = sqlite.copy_out if database.is_sqlite else postgresql.copy_out
    try:
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600)
        copy_out(database, unfinished)
        unfinished.replace(file)
    except OSError as error:
        raise BackupFailed(f"The copy could not be written: {error}.") from None
    finally:
        unfinished.unlink(missing_ok=True)


def restore(
    database: Database, file: Path, *, reason: str, ready: Callable[[Database], T], now: datetime
) -> T:
    """Replace everything by a copy whose outbox is stopped for this reason; what `ready` returned.

    `ready` brings the copy up to date and stops it: before it takes the place of what stands
    (SQLite), or once it has, stopped already (PostgreSQL). Wherever this breaks off, either nothing
    was replaced or nothing leaves. Raises `NotABackup`, and `BackupFailed`.
    """
    try:
        if database.is_sqlite:
            return sqlite.restore(database, file, ready=ready)
        postgresql.restore(database, file, reason=reason, now=now)
    except OSError as error:
        raise BackupFailed(f"The copy could not be brought back: {error}.") from None
    return ready(database)


def faults(database: Database) -> list[str]:
    """What the database itself finds wrong with its pages and references, a sentence each."""
    return sqlite.faults(database) if database.is_sqlite else postgresql.faults(database)
