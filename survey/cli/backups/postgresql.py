"""Copies of a PostgreSQL database by its client programs: pg_dump, pg_restore and psql."""

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE
from tempfile import TemporaryFile
from typing import IO, Any, cast

from sqlalchemy import URL, func, text
from sqlalchemy.dialects import postgresql

from survey.cli.backups.errors import BackupFailed, NotABackup
from survey.kit.db import Database
from survey.mail.models import QueueStop

_MAGIC = b"PGDMP"
_SCRIPT = ("--clean", "--if-exists", "--no-owner", "--file=-")
_OBEDIENT = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1")
# A copy from before there was an outbox has none to stop. What begins with \ is psql's.
_STOP_AND_COMMIT = r"""
RESET search_path;
SELECT to_regclass('queue_stop') IS NOT NULL AS has_outbox \gset
\if :has_outbox
{stop};
\endif
COMMIT;
"""


def copy_out(database: Database, file: Path) -> None:
    """Write a copy as of one moment. Raises `BackupFailed`."""
    with (
        TemporaryFile() as complaints,
        _started(
            database.url, "pg_dump", "--format=custom", f"--file={file}", stderr=complaints
        ) as dump,
    ):
        _refuse_failed(dump, complaints)


def restore(database: Database, file: Path, *, reason: str) -> None:
    """Replace everything by a copy, and stop its outbox for this reason, in one transaction.

    pg_restore tells what to do and psql does it. It commits only when it was told all.
    """
    _refuse_other(file)
    database.close()
    with (
        TemporaryFile() as of_telling,
        TemporaryFile() as of_doing,
        _started(
            database.url, "pg_restore", *_SCRIPT, str(file), stdout=PIPE, stderr=of_telling
        ) as telling,
        _started(
            database.url, "psql", *_OBEDIENT, stdin=PIPE, stdout=DEVNULL, stderr=of_doing
        ) as doing,
    ):
        with suppress(BrokenPipeError):  # who gave up says why
            _pass_on(telling, doing, at_last=_STOP_AND_COMMIT.format(stop=_stop(reason)))
        _refuse_failed(doing, of_doing)
        _refuse_failed(telling, of_telling)


def faults(database: Database) -> list[str]:
    with database.reading() as session:
        session.execute(text("SELECT 1"))
    return []


def _refuse_other(file: Path) -> None:
    with file.open("rb") as opened:
        if opened.read(len(_MAGIC)) != _MAGIC:
            raise NotABackup(f"{file} is not a copy of a PostgreSQL database.")


def _pass_on(
    telling: "subprocess.Popen[bytes]", doing: "subprocess.Popen[bytes]", *, at_last: str
) -> None:
    told, orders = cast("IO[bytes]", telling.stdout), cast("IO[bytes]", doing.stdin)
    with orders:
        orders.write(b"BEGIN;\n")
        shutil.copyfileobj(told, orders)
        if telling.wait() == 0:
            orders.write(at_last.encode())


def _stop(reason: str) -> str:
    stop = postgresql.insert(QueueStop).values(id=1, stopped_at=func.now(), reason=reason)
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    compiled = stop.on_conflict_do_nothing().compile(
        dialect=dialect, compile_kwargs={"literal_binds": True}
    )
    return str(compiled)


def _started(url: URL, program: str, *options: str, **streams: Any) -> "subprocess.Popen[bytes]":
    # The password goes by the environment: arguments can be read by everybody on the machine.
    told = {
        "PGHOST": url.host,
        "PGPORT": str(url.port or 5432),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    environment = os.environ | {name: value for name, value in told.items() if value}
    try:
        return subprocess.Popen([program, *options], env=environment, **streams)  # noqa: S603 (a fixed program, options of our own)
    except FileNotFoundError:
        raise BackupFailed(f"{program} is not installed; it comes with PostgreSQL.") from None


def _refuse_failed(process: "subprocess.Popen[bytes]", complaints: IO[bytes]) -> None:
    if process.wait() == 0:
        return
    complaints.seek(0)
    last = complaints.read().decode(errors="replace").strip().splitlines()[-1:]
    program = str(cast("list[str]", process.args)[0])
    raise BackupFailed(f"{program} refused: {last[0] if last else 'no reason given'}")
