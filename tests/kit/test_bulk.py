"""Many values as one parameter: found by the index, on both databases."""

from typing import Any

import pytest
from sqlalchemy import column, not_, or_, select, text
from sqlalchemy.orm import Session

from survey.deals.models import Deal
from survey.kit.bulk import (
    among,
    among_given,
    find_by_index,
    insert_rows,
    new_row_ids,
    pieces,
)
from survey.mail.models import Message
from survey.mail.types import MessageState
from tests.factories import MOMENT, make_deal


def _numbers(session: Session) -> list[int]:
    return [make_deal(session).id for _ in range(3)]


def test_rows_are_those_with_one_of_the_values(session: Session) -> None:
    first, second, third = _numbers(session)
    by_number = select(Deal.id).order_by(Deal.id)

    assert session.scalars(by_number.where(among(Deal.id, [third, first]))).all() == [first, third]
    assert session.scalars(by_number.where(among(Deal.id, []))).all() == []
    assert session.scalars(by_number.where(~among(Deal.id, [second]))).all() == [first, third]
    either = or_(among(Deal.id, iter([second])), Deal.id == third)
    assert session.scalars(by_number.where(either)).all() == [second, third]
    assert session.scalars(by_number.where(not_(either))).all() == [first]


def test_texts_are_taken_as_they_are(session: Session) -> None:
    names = ['a"b', "it's", "{x,y}", "\\", "Ünï", "NULL", ""]
    for name in names:
        make_deal(session, name=name)
    asked = select(Deal.name).where(among(Deal.name, names)).order_by(Deal.id)

    assert session.scalars(asked).all() == names


def test_large_numbers_are_found(session: Session) -> None:
    dear = make_deal(session, amount_minor=5_000_000_000, currency="EUR")
    asked = select(Deal.id).where(among(Deal.amount_minor, [5_000_000_000, 1]))

    assert session.scalars(asked).all() == [dear.id]


def test_statement_built_once_is_given_other_values_each_time(session: Session) -> None:
    first, second, third = _numbers(session)
    asked = select(Deal.id).where(among_given(Deal.id, "numbers")).order_by(Deal.id)

    assert session.scalars(asked, {"numbers": [second]}).all() == [second]
    assert session.scalars(asked, {"numbers": {first: 1, third: 2}.keys()}).all() == [first, third]


def test_index_is_used(session: Session) -> None:
    """SQLAlchemy puts `= 1` behind a condition of SQLite unless it is told not to: every query then
    read its whole table, and nothing but the clock told.
    """
    asked = select(Deal.id).where(among(Deal.id, [1, 2]), Deal.name != "")
    connection = session.connection()
    written = str(asked.compile(connection))

    if connection.dialect.name == "sqlite":
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {written}", ("[1, 2]", ""))
        assert any(row[3].startswith("SEARCH deal USING INTEGER PRIMARY KEY") for row in plan)
    else:
        assert "deal.id = ANY (" in written


def test_pieces_hold_everything_once_in_order():
    assert list(pieces([1, 2, 3, 4, 5], most=2)) == [[1, 2], [3, 4], [5]]
    assert list(pieces([1, 2], most=2)) == [[1, 2]]
    assert list(pieces([])) == []


def test_small_table_is_read_by_its_index_too(session: Session) -> None:
    """Where PostgreSQL read a nearly empty table as a whole, it went on so with thousands in it."""
    if session.get_bind().dialect.name == "sqlite":
        pytest.skip("SQLite does not weigh how many rows a table has")
    session.execute(text("TRUNCATE deal CASCADE"))
    session.execute(text("ANALYZE deal"))
    asked = select(Deal.id).where(among(Deal.account_id, [1, 2]))
    for _ in range(12):  # so often that it keeps the plan
        session.execute(asked)
    kept = select(column("name")).select_from(text("pg_prepared_statements"))
    name = session.scalar(kept.where(text("statement LIKE 'SELECT deal.id%account_id = ANY%'")))

    def plan() -> str:
        told = session.execute(text(f"EXPLAIN EXECUTE {name} ('{{1,2}}')"))
        return " ".join(row[0] for row in told)

    before = plan()
    find_by_index(session)

    assert "Seq Scan on deal" in before
    assert "Seq Scan" not in plan()


def test_new_numbers_follow_each_other_and_none_are_none(session: Session) -> None:
    numbers = [*new_row_ids(session, Deal, 3)]

    assert numbers == sorted(set(numbers))
    assert len(numbers) == 3
    assert [*new_row_ids(session, Deal, 0)] == []


def test_rows_hold_each_its_own_facts(session: Session) -> None:
    """Equal ones are written once, however often they come."""
    nothing: dict[str, Any] = {}
    facts = [nothing, {"a": "ü"}, nothing, {"a": ["ü", None, 1]}]
    columns = (
        *("public_id", "key", "kind", "facts", "to_address", "queued_at", "send_after_at", "state"),
        *("state_reason", "state_changed_at", "attempts_made", "receipts_heard"),
    )
    rows = [
        (
            *(f"id-{n}", f"key-{n}", "note", each, "a@b.example", MOMENT, MOMENT),
            *(MessageState.QUEUED, "", MOMENT, 0, 0),
        )
        for n, each in enumerate(facts)
    ]

    insert_rows(session, Message, columns, rows)

    assert session.scalars(select(Message.facts).order_by(Message.id)).all() == facts
