"""Releases, categories, reasons."""

from typing import Any

from sqlalchemy.orm import Session

from survey.taxonomy.models import Category, Reason, ReasonMapping, Release
from survey.taxonomy.types import Control
from tests.factories.rows import MOMENT, added, next_number, the_only


def make_release(session: Session, **columns: Any) -> Release:
    values: dict[str, Any] = {"number": next_number(), "released_at": MOMENT}
    return added(session, Release(**values | columns))


def make_category(session: Session, **columns: Any) -> Category:
    number = next_number()
    release = columns.get("release") or the_only(session, Release) or make_release(session)
    values: dict[str, Any] = {
        "release": release,
        "code": f"C{number}",
        "label": f"Category {number}",
        "position": number,
    }
    return added(session, Category(**values | columns))


def make_reason(session: Session, **columns: Any) -> Reason:
    """A reason of the given category, else of one category that such reasons share."""
    number = next_number()
    category = columns.get("category") or the_only(session, Category) or make_category(session)
    values: dict[str, Any] = {
        "release": category.release,
        "category": category,
        "code": f"R-{number}",
        "label": f"Reason {number}",
        "definition": "What decided the deal.",
        "control": Control.OURS,
        "position": number,
    }
    return added(session, Reason(**values | columns))


def make_mapping(session: Session, **columns: Any) -> ReasonMapping:
    values = {"earlier": columns.get("earlier") or make_reason(session)}
    values["later"] = columns.get("later") or make_reason(session)
    return added(session, ReasonMapping(**values | columns))
