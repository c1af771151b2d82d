"""Sessions read or write, on both databases."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text
from sqlalchemy.exc import DBAPIError, StatementError

from survey.kit.db import Database, Moment

_METADATA = MetaData()
_VISIT = Table(
    "visit_of_a_test", _METADATA, Column("id", Integer, primary_key=True), Column("at", Moment())
)


@pytest.fixture
def visits(database: Database) -> Iterator[Database]:
    _METADATA.create_all(database.engine)
    yield database
    _METADATA.drop_all(database.engine)


def test_writing_commits_when_the_block_ends(visits: Database) -> None:
    at = datetime(2026, 10, 25, 2, 30, tzinfo=UTC)

    with visits.writing() as session:
        session.execute(insert(_VISIT).values(id=1, at=at))

    with visits.reading() as session:
        assert session.scalars(select(_VISIT.c.at)).all() == [at]


def test_writing_rolls_back_when_the_block_raises(visits: Database) -> None:
    with pytest.raises(ZeroDivisionError), visits.writing() as session:
        session.execute(insert(_VISIT).values(id=1))
        1 / 0  # noqa: B018 (the error is the point)

    with visits.reading() as session:
        assert session.scalars(select(_VISIT.c.id)).all() == []


def test_reading_refuses_to_write(visits: Database) -> None:
    with visits.reading() as session, pytest.raises(DBAPIError):
        session.execute(insert(_VISIT).values(id=1))


def test_moment_refuses_one_without_a_zone(visits: Database) -> None:
    naive = datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001 (the naive moment is the point)

    with pytest.raises(StatementError, match="time zone"), visits.writing() as session:
        session.execute(insert(_VISIT).values(id=1, at=naive))


def test_reading_never_waits_for_a_writer(visits: Database) -> None:
    seen: list[int] = []

    def read() -> None:
        with visits.reading() as session:
            seen.extend(session.scalars(select(_VISIT.c.id)))
            seen.append(-1)

    with visits.writing() as session:
        session.execute(insert(_VISIT).values(id=1))
        reader = threading.Thread(target=read)
        reader.start()
        reader.join(timeout=2)
        read_before_commit = list(seen)

    assert read_before_commit == [-1]


def test_writers_take_turns(visits: Database) -> None:
    def write(first: int) -> None:
        for number in range(first, first + 20):
            with visits.writing() as session:
                session.execute(insert(_VISIT).values(id=number))

    threads = [threading.Thread(target=write, args=(first,)) for first in (0, 100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with visits.reading() as session:
        assert len(session.scalars(select(_VISIT.c.id)).all()) == 80


def test_errors_do_not_quote_what_was_written(visits: Database) -> None:
    with pytest.raises(DBAPIError) as refusal, visits.writing() as session:
        session.execute(insert(_VISIT), [{"id": 90210}, {"id": 90210}])

    assert "[SQL parameters hidden due to hide_parameters=True]" in str(refusal.value)


def test_sqlite_keeps_what_it_said_it_stored(database: Database) -> None:
    """The names and numbers are SQLite's own: synchronous 2 is FULL."""
    if not database.is_sqlite:
        pytest.skip("PRAGMAs are SQLite's")
    with database.reading() as session:
        found = {
            name: session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "query_only")
        }
    with database.writing() as session:
        may_write = session.scalar(text("PRAGMA query_only"))
        synchronous = session.scalar(text("PRAGMA synchronous"))

    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "query_only": 1}
    assert (may_write, synchronous) == (0, 2)
