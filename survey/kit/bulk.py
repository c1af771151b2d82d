"""Many rows at once: COPY on PostgreSQL, one prepared statement on SQLite.

The ORM writes 4.6 thousand rows a second where COPY writes 160 thousand (measured, two cores).
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar, cast

import psycopg
from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    ColumnElement,
    Connection,
    Dialect,
    Integer,
    bindparam,
    literal,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from survey.kit.db import Base

T = TypeVar("T")

# The sequence is looked up once, and its numbers come as one value.
_DRAWN = text(
    "SELECT array_agg(nextval(name)) FROM generate_series(1, :n),"
    " (SELECT pg_get_serial_sequence(:name, 'id')::regclass AS name OFFSET 0) AS sequence"
)


def new_row_ids(session: Session, model: type[Base], count: int) -> range | list[int]:
    """Numbers for rows that are about to be written, so that their children can name them.

    On SQLite only good inside a writing transaction: nobody else may take the same ones.
    """
    name = model.__tablename__
    if session.get_bind().dialect.name == "sqlite":
        last = session.execute(text(f"SELECT coalesce(max(id), 0) FROM {name}")).scalar_one()  # noqa: S608 (our own table)
        return range(last + 1, last + 1 + count)
    return session.execute(_DRAWN, {"name": name, "n": count}).scalar_one() or []


def insert_rows(
    session: Session, model: type[Base], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Write rows as they are: every column without a database default has to be named.

    Values are turned as the columns' own types say. Constraints hold as ever.
    """
    if not rows:
        return
    connection = session.connection()
    turned = _turned(connection, model, columns, rows)
    name = model.__tablename__
    names = ", ".join(columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {name} ({names}) VALUES ({marks})", turned)  # noqa: S608 (our own names)
        return
    cursor = cast("psycopg.Cursor[Any]", connection.connection.cursor())
    with cursor, cursor.copy(f"COPY {name} ({names}) FROM STDIN") as copy:
        for row in turned:
            copy.write_row(row)


def insert_new_rows(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Write those rows that stand in no unique constraint's way; whoever was first stays."""
    if not rows:
        return
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    session.execute(insert(model).on_conflict_do_nothing(), rows)


class _Among(FunctionElement[bool]):
    """That a column holds one of the values of a parameter, which is a list."""

    name = "among"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> "_Among":  # noqa: ARG002 (SQLAlchemy's signature)
        # Where a database knows no booleans SQLAlchemy would write `= 1` behind it, and no index
        # would be used.
        return self


class _Numbers(UserDefinedType[list[int]]):
    """PostgreSQL's array of integers, written at once; the driver writes a list value by value."""

    cache_ok = True
    render_bind_cast = True

    def get_col_spec(self, **_options: Any) -> str:
        return "INTEGER[]"

    def bind_processor(
        self,
        dialect: Dialect,  # noqa: ARG002 (SQLAlchemy's signature)
    ) -> Callable[[list[int] | None], str]:
        return lambda numbers: f"{{{','.join(map(str, numbers or ()))}}}"


class _Many(TypeDecorator[Iterable[Any]]):
    """Many values of a column's type as one parameter."""

    impl = JSON
    cache_ok = True

    def __init__(self, kind: TypeEngine[Any]) -> None:
        super().__init__()
        self.kind = kind

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(JSON())
        is_integer = type(self.kind) is Integer  # and no larger kind of it
        return dialect.type_descriptor(_Numbers() if is_integer else ARRAY(self.kind))

    def process_bind_param(
        self,
        value: Iterable[Any] | None,
        dialect: Dialect,  # noqa: ARG002 (SQLAlchemy's signature)
    ) -> list[Any]:
        return list(value or ())


@compiles(_Among)
def _equals_any(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(_Among, "sqlite")
def _in_json(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 (compiled parts)


def among(column: InstrumentedAttribute[T], values: Iterable[T]) -> ColumnElement[bool]:
    """The condition that a column holds one of many values, as one parameter however many they are.

    A thousand parameters cost more to write into the statement than the rows cost to find.
    """
    return _Among(column, literal(list(values), _Many(column.type)))


def among_given(column: InstrumentedAttribute[Any], name: str) -> ColumnElement[bool]:
    """`among` for a statement that is built once and given its values under that name when it is
    run. Building a statement takes longer than running it.
    """
    return _Among(column, bindparam(name, type_=_Many(column.type)))


def find_by_index(session: Session) -> None:
    """Have PostgreSQL find rows by their index in this transaction, however few it takes them for.

    It keeps the plan of what a connection asks often. Made while a table was nearly empty, that
    reads the whole table each time, long after thousands of rows were written. What was kept until
    now is forgotten.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL enable_seqscan = off"))
        session.execute(text("DISCARD PLANS"))


def pieces(many: Sequence[T], *, most: int = 10_000) -> Iterator[Sequence[T]]:
    """A long sequence in parts, few enough at a time for one statement."""
    for start in range(0, len(many), most):
        yield many[start : start + most]


def _turned(
    connection: Connection,
    model: type[Base],
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
) -> list[tuple[Any, ...]]:
    turned = [
        _turned_column(connection, model.__table__.c[name].type, values)
        for name, values in zip(columns, zip(*rows, strict=True), strict=True)
    ]
    return list(zip(*turned, strict=True))


def _turned_column(
    connection: Connection, kind: TypeEngine[Any], values: Sequence[Any]
) -> Sequence[Any]:
    if isinstance(kind, JSON):  # its values have no hash, and are often one and the same
        each = {id(value): value for value in values}
        written = {number: json.dumps(value) for number, value in each.items()}
        return [written[id(value)] for value in values]
    dialect = connection.dialect
    turn = kind.dialect_impl(dialect).bind_processor(dialect)
    if turn is None:
        return values
    # Days, moments and states repeat: each is turned once.
    known = {value: turn(value) for value in set(values)}
    return [known[value] for value in values]
