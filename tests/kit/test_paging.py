"""Pages of a long list by key."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import String, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from survey.kit.db import Database, Moment
from survey.kit.paging import CursorNotUsable, Key, read_page


class _Base(DeclarativeBase):
    pass


class Stone(_Base):
    __tablename__ = "stone"

    id: Mapped[int] = mapped_column(primary_key=True)
    colour: Mapped[str] = mapped_column(String(10))
    weight: Mapped[int | None]
    found_on: Mapped[date]
    found_at: Mapped[datetime] = mapped_column(Moment())


COLOURS = (Key(Stone.colour), Key(Stone.found_on, is_descending=True), Key(Stone.id))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'stones.db'}")
    _Base.metadata.create_all(database.engine)
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    with database.writing() as session:
        session.add_all(
            Stone(
                id=number,
                colour=["red", "blue", "red"][number % 3],
                weight=None if number % 4 == 0 else number % 5,
                found_on=date(2026, 5, 1 + number % 7),
                found_at=noon + timedelta(hours=number % 6),
            )
            for number in range(1, 24)
        )
    yield database
    database.close()


def ids_page_by_page(database: Database, keys: tuple[Key, ...], size: int) -> list[list[int]]:
    pages, cursor = [], None
    with database.reading() as session:
        while True:
            page = read_page(session, select(Stone), keys, cursor=cursor, size=size)
            pages.append([stone.id for stone in page.rows])
            cursor = page.following
            if cursor is None:
                return pages


@pytest.mark.parametrize("size", [1, 4, 22, 23, 50])
@pytest.mark.parametrize(
    "keys",
    [
        COLOURS,
        (Key(Stone.found_at, is_descending=True), Key(Stone.id, is_descending=True)),
        (Key(func.coalesce(Stone.weight, -1), is_descending=True), Key(Stone.id)),
    ],
)
def test_pages_hold_every_row_once_in_order(
    database: Database, keys: tuple[Key, ...], size: int
) -> None:
    with database.reading() as session:
        in_order = list(
            session.scalars(
                select(Stone.id).order_by(
                    *(k.column.desc() if k.is_descending else k.column for k in keys)
                )
            )
        )

    pages = ids_page_by_page(database, keys, size)

    assert [number for page in pages for number in page] == in_order


def test_previous_page_leads_back_the_same_way(database: Database) -> None:
    with database.reading() as session:
        first = read_page(session, select(Stone), COLOURS, size=5)
        second = read_page(session, select(Stone), COLOURS, size=5, cursor=first.following)
        third = read_page(session, select(Stone), COLOURS, size=5, cursor=second.following)
        back = read_page(session, select(Stone), COLOURS, size=5, cursor=third.previous)
        start = read_page(session, select(Stone), COLOURS, size=5, cursor=back.previous)

    assert [stone.id for stone in back.rows] == [stone.id for stone in second.rows]
    assert [stone.id for stone in start.rows] == [stone.id for stone in first.rows]
    assert start.previous is None
    assert start.following == first.following


def test_page_of_nothing_has_no_neighbours(database: Database) -> None:
    with database.reading() as session:
        page = read_page(session, select(Stone).where(Stone.id < 0), COLOURS)

    assert (list(page.rows), page.previous, page.following) == ([], None, None)


def test_key_without_a_type_is_refused() -> None:
    with pytest.raises(TypeError, match="type_=String"):
        Key(func.shade_of(Stone.colour))


def written(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "💥",
        written(),
        written("f", "red"),
        written("z", "red", {"d": "2026-05-01"}, 1),
        written("f", "red", "2026-05-01", 1),
        written("f", "red", {"d": "yesterday"}, 1),
        written("f", "red", {"t": "2026-05-01T00:00:00+00:00"}, 1),
        written("f", "red", {"d": "2026-05-01"}, 2**70),
        written("f", "red", {"d": "2026-05-01"}, True),
        written("f", "r\0d", {"d": "2026-05-01"}, 1),
        written("f", "r\ud800d", {"d": "2026-05-01"}, 1),
        written("f", ["red"], {"d": "2026-05-01"}, 1),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
    ],
)
def test_cursor_that_nobody_gave_out_is_refused(database: Database, cursor: str) -> None:
    with database.reading() as session, pytest.raises(CursorNotUsable):
        read_page(session, select(Stone), COLOURS, cursor=cursor)
