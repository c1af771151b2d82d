"""Migrations are numbered, told, reversible with rows in the tables, and equal to the models."""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from survey.kit import schema
from survey.kit.db import Base, Database
from tests import databases, factories
from tests.house import sources

SCRIPTS = ScriptDirectory(str(databases.MIGRATIONS))
VERSIONS = sources.python("migrations/versions")


@pytest.fixture
def own_database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    """A migrated database that a test may take down; no other test sees it."""
    if database_url.startswith("sqlite"):
        database = Database(database_url)
        yield database
        database.close()
        return
    name = f"survey_migrations_{os.getpid()}_{tmp_path.name.lower()}"[:60]
    with databases.postgres_database(name) as url:
        databases.create_tables(url)
        database = Database(url)
        yield database
        database.close()


def _number(source: sources.Source) -> str:
    return Path(source.path).name[:4]


def test_migrations_are_numbered_without_gaps() -> None:
    names = [Path(source.path).name for source in VERSIONS]

    assert [name[:4] for name in names] == [f"{n:04d}" for n in range(1, len(names) + 1)]
    assert [name for name in names if not re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", name)] == []


def test_migrations_follow_each_other() -> None:
    follows = {script.revision: script.down_revision for script in SCRIPTS.walk_revisions()}
    numbers = [_number(source) for source in VERSIONS]

    assert follows == dict(zip(numbers, [None, *numbers[:-1]], strict=True))


def test_migrations_tell_what_they_do() -> None:
    untold = [s.path for s in VERSIONS if not (ast.get_docstring(s.tree) or "").endswith(".")]

    assert untold == []


def test_migrations_import_no_models() -> None:
    importing = [s.path for s in VERSIONS if re.search(r"(from|import) survey", s.text)]

    assert importing == []


def test_models_equal_migrations(own_database: Database) -> None:
    databases.import_all_models()

    assert schema.differences(own_database) == []


def test_migrations_go_down_and_up_again_with_rows(own_database: Database) -> None:
    with own_database.writing() as session:
        _fill_every_table(session)

    for number in reversed(["base", *(_number(source) for source in VERSIONS)][:-1]):
        schema.downgrade(own_database, databases.MIGRATIONS, to=number)
    left = set(inspect(own_database.engine).get_table_names())
    schema.upgrade(own_database, databases.MIGRATIONS)

    assert left - {"alembic_version"} == set()
    assert schema.current(own_database) == schema.newest(databases.MIGRATIONS)
    assert schema.differences(own_database) == []


def _fill_every_table(session: Session) -> None:
    for name, make in vars(factories).items():
        if name.startswith("make_"):
            make(session)
    filled = databases.tables_with_rows(session.connection())
    assert set(filled) == {table.name for table in Base.metadata.sorted_tables}
