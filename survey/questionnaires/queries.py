"""What is asked of questionnaires."""

import json
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from survey.questionnaires.documents import read_document
from survey.questionnaires.models import Questionnaire, Version
from survey.questionnaires.types import Document


def questionnaires(session: Session) -> list[Questionnaire]:
    return list(
        session.scalars(select(Questionnaire).order_by(Questionnaire.name, Questionnaire.id))
    )


def questionnaire_by_key(session: Session, key: str) -> Questionnaire | None:
    return session.scalar(select(Questionnaire).where(Questionnaire.key == key))


def versions_of(session: Session, questionnaire: Questionnaire) -> list[Version]:
    """All versions with their taxonomy releases, the newest first."""
    return list(
        session.scalars(
            select(Version)
            .where(Version.questionnaire_id == questionnaire.id)
            .options(joinedload(Version.release))
            .order_by(Version.number.desc())
        )
    )


def current_version(session: Session, questionnaire: Questionnaire) -> Version | None:
    """The version that the next invitation uses."""
    return session.scalar(
        select(Version)
        .where(Version.questionnaire_id == questionnaire.id)
        .options(joinedload(Version.questionnaire), joinedload(Version.release))
        .order_by(Version.number.desc())
        .limit(1)
    )


def current_versions(session: Session) -> list[Version]:
    """Each questionnaire's version in use, by the questionnaires' names."""
    newest: dict[int, Version] = {}
    for version in session.scalars(
        select(Version)
        .join(Version.questionnaire)
        .options(joinedload(Version.questionnaire), joinedload(Version.release))
        .order_by(Questionnaire.name, Version.questionnaire_id, Version.number)
    ):
        newest[version.questionnaire_id] = version
    return list(newest.values())


def document_of(version: Version, outcome: str) -> Document:
    """The version as buyers of that outcome see it. Raises `OutcomeNotAsked`.

    Reading one takes some 3 ms and a page asks for it each time, so the last few are kept; the
    words themselves are the key, so that a changed version is read again.
    """
    return _read(json.dumps(version.document), outcome)


@lru_cache(maxsize=32)
def _read(stored: str, outcome: str) -> Document:
    return read_document(json.loads(stored), outcome)
