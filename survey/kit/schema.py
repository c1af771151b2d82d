"""The schema: brought to the newest migration, checked against it, and compared with the models."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from survey.kit.db import Base, Database
from survey.kit.errors import SurveyError
from survey.kit.queue import TABLE_PREFIX

OLDEST_POSTGRESQL = 15
"""The oldest that every test runs on, and therefore what is promised."""
_OUT_OF_REACH = "The database does not answer. Check SURVEY_DATABASE_URL and that its server runs."


class DatabaseOutOfReach(SurveyError):
    """The database does not answer."""


class ServerTooOld(SurveyError):
    """The database's server is older than any that Debrief is tested on."""


def upgrade(database: Database, migrations: Path, *, to: str = "head") -> None:
    """Bring the database to a migration. On SQLite and PostgreSQL all of it or nothing.

    Raises `ServerTooOld`, and `DatabaseOutOfReach`.
    """
    with _migrating(database, migrations) as config:
        command.upgrade(config, to)


def downgrade(database: Database, migrations: Path, *, to: str) -> None:
    """Take the database back to a migration, or to `base`."""
    with _migrating(database, migrations) as config:
        command.downgrade(config, to)


def newest(migrations: Path) -> str:
    """The newest migration's number. Raises alembic's `CommandError` when there are two heads."""
    head = ScriptDirectory(str(migrations)).get_current_head()
    return head or ""


def current(database: Database) -> str:
    """The number of the last migration the database has seen; empty when it has seen none.

    Raises `DatabaseOutOfReach`.
    """
    try:
        with database.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() or ""
    except SQLAlchemyError as error:
        raise DatabaseOutOfReach(_OUT_OF_REACH) from error


def refuse_old_server(database: Database) -> None:
    """Raises `ServerTooOld`, and `DatabaseOutOfReach`. SQLite comes with Python: never old."""
    try:
        with database.engine.connect() as connection:
            dialect = connection.dialect
    except SQLAlchemyError as error:
        raise DatabaseOutOfReach(_OUT_OF_REACH) from error
    version = dialect.server_version_info or (0,)
    if is_too_old(dialect.name, version):
        raise ServerTooOld(
            f"The server is PostgreSQL {'.'.join(map(str, version))}; "
            f"Debrief needs {OLDEST_POSTGRESQL} or newer. Move the database to a newer server."
        )


def is_too_old(server: str, version: Sequence[int | str]) -> bool:
    return server == "postgresql" and int(version[0]) < OLDEST_POSTGRESQL


def differences(database: Database) -> list[object]:
    """What the models say that the database does not, and the other way round; empty when equal.

    The caller has imported the models it wants compared.
    """
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "render_as_batch": True, "include_name": _is_ours},
        )
        return list(compare_metadata(context, Base.metadata))


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a table is a model's; the queue keeps tables of its own in a shared database."""
    return kind != "table" or not str(name).startswith(TABLE_PREFIX)


@contextmanager
def _migrating(database: Database, migrations: Path) -> Iterator[Config]:
    refuse_old_server(database)
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    with database.engine.connect() as connection:
        if database.is_sqlite:
            # A batch migration drops and remakes tables that others point to.
            _foreign_keys(connection, on=False)
        with connection.begin():
            config.attributes["connection"] = connection
            yield config
        if database.is_sqlite:
            _foreign_keys(connection, on=True)


def _foreign_keys(connection: Connection, *, on: bool) -> None:
    # Beneath SQLAlchemy, which would open a transaction, in which SQLite ignores this pragma.
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")
