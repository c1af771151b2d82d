"""What every factory stands on: a moment, a running number, and a row put into the session."""

import itertools
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.kit.db import Base

MOMENT = datetime(2026, 10, 15, 10, 30, tzinfo=UTC)
"""When things happened unless a test says otherwise: a Thursday."""

Row = TypeVar("Row", bound=Base)

_numbers = itertools.count(1)


def next_number() -> int:
    """A number not given before in this process, to keep names and addresses apart."""
    return next(_numbers)


def added(session: Session, row: Row) -> Row:
    """Put the row in and give it its number."""
    session.add(row)
    session.flush()
    return row


def the_only(session: Session, model: type[Row]) -> Row | None:
    """The first row there is: parents that all rows of a test may share."""
    return session.scalars(select(model).limit(1)).first()
