"""Whom the replaced database never mailed, until the one in its place knows it too."""

from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from survey.kit.db import Database
from survey.mail.listing import Listed
from survey.mail.models import Suppression
from survey.mail.rules import outranks

KEPT = "replaced_suppression"
"""A table that stands on PostgreSQL while a restore is under way, and after one that broke off."""
_LIST = Suppression.__tablename__
COLUMNS = ("address_digest", "address", "reason", "note", "suppressed_at")
"""What it holds, in the order of a `Listed`; the list has had these from the beginning."""


def never_mailed(database: Database) -> list[Listed] | None:
    """The list as it stands now, with what was kept of it by an earlier restore that broke off; the
    weightiest of each address. None where it cannot be read.
    """
    try:
        with database.reading() as session:
            has_table = inspect(session.connection()).has_table
            tables = [table for table in (_LIST, KEPT) if has_table(table)]
            listed = [each for table in tables for each in _listed(session, table)]
    except SQLAlchemyError:
        return None
    if not tables:
        return None
    found: dict[str, Listed] = {}
    for each in listed:
        known = found.get(each.digest)
        if known is None or outranks(each.reason, known.reason):
            found[each.digest] = each
    return list(found.values())


def forget(session: Session) -> None:
    """What was kept is on the list now."""
    session.execute(text(f"DROP TABLE IF EXISTS {KEPT}"))


def _listed(session: Session, table: str) -> list[Listed]:
    """By these columns alone: what stands may be older than we are."""
    named = [Suppression.__table__.c[name] for name in COLUMNS]
    rows = text(f"SELECT {', '.join(COLUMNS)} FROM {table}").columns(*named)  # noqa: S608 (our own names)
    return [Listed(*row) for row in session.execute(rows)]
