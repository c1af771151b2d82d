"""Copies of a PostgreSQL database by its client programs: pg_dump, pg_restore and psql."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from subprocess import DEVNULL, PIPE
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import IO, Any, cast

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, text
from sqlalchemy.dialects.postgresql import dialect, insert

from survey.cli.backups import replaced
from survey.cli.backups.errors import BackupFailed, NotABackup
from survey.kit.db import Base, Database
from survey.mail.models import QueueStop

_MAGIC = b"PGDMP"
# Of what others keep in the same database, large objects would be told with a COMMIT of their own.
_LARGE_OBJECT = re.compile(rb"^\d+; \d+ \d+ BLOB")
_RESTORE_OPTIONS = ("--clean", "--if-exists", "--no-owner", "--file=-")
_PSQL_OPTIONS = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1")
# What begins with \ is psql's. Our tables go first, because a copy from before some of them does
# not know what points to the others.
_BEGIN = r"""
BEGIN;
SELECT to_regclass('suppression') IS NOT NULL AS has_list \gset
\if :has_list
CREATE TABLE IF NOT EXISTS {kept} AS SELECT {columns} FROM suppression WITH NO DATA;
INSERT INTO {kept} SELECT {columns} FROM suppression;
\endif
DROP TABLE IF EXISTS {tables} CASCADE;
"""
# A copy from before there was an outbox has none to stop.
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
    connection, environment = _connection_to(database.url)
    # What a restore that broke off kept is no part of a copy: it would come back as somebody's no.
    left_out = ("--no-blobs", f"--exclude-table={replaced.KEPT}")
    options = ("--format=custom", *left_out, f"--file={file}", connection)
    with (
        TemporaryFile() as complaints,
        _started("pg_dump", *options, env=environment, stderr=complaints) as dump,
    ):
        _refuse_failed(dump, complaints)


def restore(database: Database, file: Path, *, reason: str, now: datetime) -> None:
    """Replace everything by a copy, and stop its outbox for this reason, in one transaction.

    pg_restore tells what to do and psql does it. It commits only when it was told all. Raises
    `NotABackup`, and `BackupFailed`.
    """
    _refuse_other(file)
    connection, environment = _connection_to(database.url)
    database.close()
    with (
        _contents(file) as contents,
        TemporaryFile() as of_restore,
        TemporaryFile() as of_psql,
        _started(
            *("pg_restore", *_RESTORE_OPTIONS, f"--use-list={contents}", str(file.absolute())),
            stdout=PIPE,
            stderr=of_restore,
        ) as telling,
        _started(
            *("psql", *_PSQL_OPTIONS, connection),
            env=environment,
            stdin=PIPE,
            stdout=DEVNULL,
            stderr=of_psql,
        ) as doing,
    ):
        with suppress(BrokenPipeError):  # who gave up says why
            _pass_on(telling, doing, stop=_stop(reason, now))
        _refuse_failed(doing, of_psql)
        _refuse_failed(telling, of_restore)


def faults(database: Database) -> list[str]:
    """None: the server looks after its pages and references itself. Raises where it is away."""
    with database.reading() as session:
        session.execute(text("SELECT 1"))
    return []


def _refuse_other(file: Path) -> None:
    with file.open("rb") as opened:
        if opened.read(len(_MAGIC)) != _MAGIC:
            raise NotABackup(f"{file} is not a copy of a PostgreSQL database.")


@contextmanager
def _contents(file: Path) -> Iterator[str]:
    """The name of a list of what to take from the copy."""
    with (
        TemporaryFile() as complaints,
        _started(
            "pg_restore", "--list", str(file.absolute()), stdout=PIPE, stderr=complaints
        ) as listing,
        NamedTemporaryFile() as wanted,
    ):
        lines = cast("IO[bytes]", listing.stdout).readlines()
        _refuse_failed(listing, complaints)
        wanted.writelines(line for line in lines if not _LARGE_OBJECT.match(line))
        wanted.flush()
        yield wanted.name


def _pass_on(
    telling: "subprocess.Popen[bytes]", doing: "subprocess.Popen[bytes]", *, stop: str
) -> None:
    told, orders = cast("IO[bytes]", telling.stdout), cast("IO[bytes]", doing.stdin)
    with orders:
        orders.write(_begin().encode())
        shutil.copyfileobj(told, orders)
        if telling.wait() == 0:
            orders.write(_STOP_AND_COMMIT.format(stop=stop).encode())


def _begin() -> str:
    tables = ", ".join(f'"{name}"' for name in Base.metadata.tables)
    return _BEGIN.format(kept=replaced.KEPT, columns=", ".join(replaced.COLUMNS), tables=tables)


def _stop(reason: str, now: datetime) -> str:
    stop = insert(QueueStop).values(id=1, stopped_at=now, reason=reason).on_conflict_do_nothing()
    written_for_psql = dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    return str(stop.compile(dialect=written_for_psql, compile_kwargs={"literal_binds": True}))


def _connection_to(url: URL) -> tuple[str, dict[str, str]]:
    """How the programs find the database, as we do ourselves: an option, and their environment.

    The password goes by the latter: arguments can be read by everybody on the machine.
    """
    (_, found) = url.get_dialect()().create_connect_args(url)
    password = found.pop("password", None)
    environment = os.environ | ({"PGPASSWORD": password} if password else {})
    return f"--dbname={make_conninfo(**found)}", environment


def _started(program: str, *options: str, **given: Any) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen([program, *options], **given)  # noqa: S603 (a fixed program, options of our own)
    except FileNotFoundError:
        raise BackupFailed(f"{program} is not installed; it comes with PostgreSQL.") from None


def _refuse_failed(process: "subprocess.Popen[bytes]", complaints: IO[bytes]) -> None:
    """Raise `BackupFailed` with the line that names the error: others may hold rows."""
    if process.wait() == 0:
        return
    complaints.seek(0)
    lines = complaints.read().decode(errors="replace").splitlines()
    named = (line for line in lines if re.search(r"error:|ERROR:|FATAL:", line))
    program = str(cast("list[str]", process.args)[0])
    raise BackupFailed(f"{program} refused: {next(named, 'no reason given')}")
