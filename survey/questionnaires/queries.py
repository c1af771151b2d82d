"""What is asked of questionnaires."""

from collections.abc import Iterable
from weakref import WeakKeyDictionary

from sqlalchemy import Pool, select
from sqlalchemy.orm import Session, joinedload

from survey.questionnaires.documents import read_document
from survey.questionnaires.models import Questionnaire, Version
from survey.questionnaires.types import Document

_READ: WeakKeyDictionary[Pool, dict[tuple[int, str], Document]] = WeakKeyDictionary()
"""Frozen documents by database (its pool stands for it), version and outcome."""


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


def document_of(session: Session, version_id: int, outcome: str) -> Document:
    """The version as buyers of that outcome see it. Raises `OutcomeNotAsked`.

    Reading one takes some 3 ms, fetching it another, and every page of a buyer asks for it. A
    frozen version never changes, so it is read once for each database a process has opened.
    """
    read = _read_from(session)
    key = (version_id, outcome)
    if key in read:
        return read[key]
    version = session.get_one(Version, version_id)
    document = read_document(version.document, outcome)
    if version.frozen_at is not None:
        read[key] = document
    return document


def documents_of(
    session: Session, wanted: Iterable[tuple[int, str]]
) -> dict[tuple[int, str], Document]:
    """Each version as buyers of its outcome see it: those not read before in one query."""
    keys = set(wanted)
    unread = {version_id for version_id, _ in keys - _read_from(session).keys()}
    fetched = select(Version).where(Version.id.in_(unread)).order_by(Version.id)
    held = session.scalars(fetched).all() if unread else []
    documents = {key: document_of(session, *key) for key in sorted(keys)}
    del held  # until here, so that the session finds them
    return documents


def _read_from(session: Session) -> dict[tuple[int, str], Document]:
    return _READ.setdefault(session.get_bind().engine.pool, {})
