"""Pages of a long list by key, not by number: as quick on the last page as on the first.

A row that arrives or goes while someone reads neither repeats nor hides another.
"""

import base64
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, or_
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import NullType, TypeDecorator

from survey.kit.errors import SurveyError

T = TypeVar("T")
_Value = str | int | float | date | datetime

DEFAULT_SIZE = 50
_LARGEST_INTEGER = 2**63


class CursorNotUsable(SurveyError):
    """The place in a list that an address names cannot be read, or belongs to another order."""

    def __init__(self) -> None:
        super().__init__("This page of the list cannot be found again. Start from its first page.")


@dataclass(frozen=True, slots=True)
class Key:
    """One part of an order. The expression is never null (`coalesce` what may be)."""

    column: ColumnElement[Any] | InstrumentedAttribute[Any]
    is_descending: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.column.type, NullType):
            raise TypeError(f"say which type {self.column} has: func.lower(…, type_=String)")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, and the cursors of the pages beside it (None: there is none)."""

    rows: Sequence[T]
    previous: str | None
    following: str | None


def read_page(
    session: Session,
    query: Select[T],
    keys: Sequence[Key],
    *,
    cursor: str | None = None,
    size: int = DEFAULT_SIZE,
) -> Page[T]:
    """The page of `query` at `cursor`, ordered by `keys`; the last key is unique.

    The query names one entity or column and has no order of its own. Raises `CursorNotUsable`.
    """
    place = _decode(cursor, keys) if cursor else None
    is_backward = place is not None and place.is_backward
    if place:
        query = query.where(_beyond(keys, place.values, is_backward=is_backward))
    ordered = query.order_by(
        *(k.column.desc() if k.is_descending != is_backward else k.column.asc() for k in keys)
    )
    found = session.execute(
        ordered.add_columns(*(key.column for key in keys)).limit(size + 1)
    ).all()
    has_more = len(found) > size
    rows = list(found[:size])
    if is_backward:
        rows.reverse()
    if not rows:
        return Page((), None, None)
    has_previous = has_more if is_backward else place is not None
    has_following = True if is_backward else has_more
    return Page(
        [row[0] for row in rows],
        _encode(rows[0][1:], is_backward=True) if has_previous else None,
        _encode(rows[-1][1:], is_backward=False) if has_following else None,
    )


@dataclass(frozen=True, slots=True)
class _Place:
    values: list[_Value]
    is_backward: bool


def _beyond(
    keys: Sequence[Key], values: Sequence[_Value], *, is_backward: bool
) -> ColumnElement[bool]:
    # (a, b) > (x, y) spelt out, because the keys may run in different directions.
    beyond: ColumnElement[bool] = false()
    for key, value in reversed(list(zip(keys, values, strict=True))):
        is_less = key.is_descending != is_backward
        step = key.column < value if is_less else key.column > value
        beyond = or_(step, and_(key.column == value, beyond))
    return beyond


def _encode(values: Sequence[Any], *, is_backward: bool) -> str:
    written = [_written(value) for value in values]
    text = json.dumps(["b" if is_backward else "f", *written], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _written(value: _Value) -> Any:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return value


def _decode(cursor: str, keys: Sequence[Key]) -> _Place:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        written = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        direction, *values = written
        if direction not in {"b", "f"}:
            raise CursorNotUsable
        read = [_read(value, key) for value, key in zip(values, keys, strict=True)]
    except (ValueError, TypeError, RecursionError):
        raise CursorNotUsable from None
    return _Place(read, direction == "b")


def _read(written: Any, key: Key) -> _Value:
    match written:
        case {"t": str(text)}:
            value: _Value = datetime.fromisoformat(text)
        case {"d": str(text)}:
            value = date.fromisoformat(text)
        case str() | int() | float():
            value = written
        case _:
            raise CursorNotUsable
    if type(value) is not _type_of(key) or not _is_storable(value):
        raise CursorNotUsable
    return value


def _type_of(key: Key) -> type:
    kind = key.column.type
    return kind.impl_instance.python_type if isinstance(kind, TypeDecorator) else kind.python_type


def _is_storable(value: _Value) -> bool:
    # What an address can say and a database cannot take.
    match value:
        case str():
            return "\0" not in value and value.isprintable()
        case int():
            return abs(value) < _LARGEST_INTEGER
        case datetime():
            return value.tzinfo is not None
        case float():
            return math.isfinite(value)
    return True
