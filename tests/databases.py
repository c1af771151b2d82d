"""Databases to test on: one SQLite file per test, and one PostgreSQL database per test process."""

import importlib
import os
import pkgutil
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, literal, select, text, union_all
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

import survey
from survey.kit import schema
from survey.kit.db import Base, Database

MIGRATIONS = Path(__file__).parents[1] / "migrations"
POSTGRES_URL = os.environ.get("TEST_DATABASE_URL")


def import_all_models() -> None:
    """Make `Base.metadata` whole: every package's `models.py` is imported."""
    for package in pkgutil.iter_modules(survey.__path__, "survey."):
        if package.ispkg and (Path(survey.__path__[0]) / package.name[7:] / "models.py").exists():
            importlib.import_module(f"{package.name}.models")


def create_tables(url: str) -> None:
    """Bring the database at this address to the newest migration."""
    import_all_models()
    database = Database(url)
    schema.upgrade(database, MIGRATIONS)
    database.close()


def copy_of(template: Path, folder: Path) -> str:
    """The address of a fresh SQLite copy of a migrated, closed database."""
    copied = folder / "survey.db"
    shutil.copyfile(template, copied)
    return f"sqlite:///{copied}"


@contextmanager
def fresh_database(server_url: str = "") -> Iterator[str]:
    """The address of a database with all tables, for a benchmark: on that PostgreSQL server, or a
    SQLite file where none is named. It is gone afterwards.
    """
    if not server_url:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/survey.db"
            create_tables(url)
            yield url
        return
    with postgres_database(f"survey_bench_{os.getpid()}", server_url) as url:
        create_tables(url)
        yield url


def know_sizes(session: Session) -> None:
    """Count PostgreSQL's tables after they were filled, as it does by itself within a minute:
    until then it looks things up in them as if they were empty.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE"))


@contextmanager
def postgres_database(name: str, server_url: str | None = POSTGRES_URL) -> Iterator[str]:
    """Create a PostgreSQL database beside the server's own; drop it afterwards."""
    assert server_url is not None
    url = make_url(server_url).set(drivername="postgresql+psycopg")
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield url.set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    server.dispose()


def empty(engine: Engine) -> None:
    """Remove all rows, touching only the tables that hold some: all would take long."""
    tables = Base.metadata.sorted_tables
    if not tables:
        return
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        filled = tables_with_rows(connection)
        if filled:
            names = ", ".join(f'"{name}"' for name in filled)
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))


def tables_with_rows(connection: Connection) -> list[str]:
    """The names of the tables that hold at least one row."""
    asked = [
        select(literal(table.name)).where(select(literal(1)).select_from(table).exists())
        for table in Base.metadata.sorted_tables
    ]
    return list(connection.scalars(union_all(*asked)))


@contextmanager
def queries_counted(database: Database) -> Iterator[list[str]]:
    """Collect the statements that run inside the block (PRAGMA and BEGIN left out).

    with queries_counted(database) as statements:
        client.get("/deals")
    assert len(statements) <= 6
    """
    statements: list[str] = []

    def remember(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", remember)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", remember)
