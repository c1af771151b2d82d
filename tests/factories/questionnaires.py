"""Questionnaires and versions."""

from typing import Any

from sqlalchemy.orm import Session

from survey.questionnaires.models import Questionnaire, Version
from survey.taxonomy.models import Release
from tests.factories.rows import MOMENT, added, next_number, the_only
from tests.factories.taxonomy import make_release


def make_questionnaire(session: Session, **columns: Any) -> Questionnaire:
    number = next_number()
    values: dict[str, Any] = {"key": f"questionnaire_{number}", "name": f"Questionnaire {number}"}
    return added(session, Questionnaire(**values | columns))


def make_version(session: Session, **columns: Any) -> Version:
    """A published version with an empty document; say `document=` where its questions matter."""
    values: dict[str, Any] = {
        "questionnaire": columns.get("questionnaire") or make_questionnaire(session),
        "number": 1,
        "release": columns.get("release") or the_only(session, Release) or make_release(session),
        "document": {},
        "published_at": MOMENT,
    }
    return added(session, Version(**values | columns))
