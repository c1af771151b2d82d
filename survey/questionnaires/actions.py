"""What people do with questionnaires: publish, freeze, follow a new taxonomy."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.audit.actions import record
from survey.audit.types import Actor, Subject
from survey.kit.errors import SurveyError
from survey.questionnaires.documents import (
    SHIPPED,
    codes_in,
    read_document,
    shipped_document,
    with_codes,
)
from survey.questionnaires.models import Questionnaire, Version
from survey.questionnaires.queries import current_version, current_versions, questionnaire_by_key
from survey.taxonomy.models import Reason, Release
from survey.taxonomy.queries import changes_of, current_release


class ReasonsNotInRelease(SurveyError):
    """Choices name reasons that the taxonomy does not have."""


def ship_questionnaires(session: Session, *, actor: Actor, now: datetime) -> list[Version]:
    """Publish what comes with the product, where the version in use says otherwise.

    Does nothing where all is as shipped, and where a changed taxonomy no longer has the reasons
    that the shipped words name: the company's own then stay in use.
    """
    release = current_release(session)
    return [
        _publish_if_other(session, shipped_document(key), release=release, actor=actor, now=now)
        for key in SHIPPED
    ]


def publish_version(
    session: Session,
    questionnaire: Questionnaire,
    document: Mapping[str, Any],
    *,
    release: Release,
    actor: Actor,
    now: datetime,
) -> Version:
    """Put a questionnaire's new words in use for the invitations to come.

    A version that no invitation has used is replaced; a frozen one stays as it is and the next
    number follows. Raises `ReasonsNotInRelease`.
    """
    for outcome in document["outcomes"]:
        read_document(document, outcome)
    _refuse_unknown_codes(session, document, release)
    version = current_version(session, questionnaire)
    if version is None or version.frozen_at is not None:
        number = version.number + 1 if version else 1
        version = Version(questionnaire=questionnaire, number=number, release=release)
        session.add(version)
    version.document = dict(document)
    version.release = release
    version.published_at = now
    session.flush()
    record(
        session,
        actor,
        "questionnaire_published",
        Subject("questionnaire_version", version.id),
        now=now,
        questionnaire=questionnaire.key,
        number=version.number,
        release=release.number,
    )
    return version


def freeze_version(session: Session, version: Version, *, now: datetime) -> Version:
    """Keep a version for good, because an invitation is about to use it. Safe to say twice."""
    if version.frozen_at is None:
        version.frozen_at = now
        session.flush()
    return version


def follow_release(
    session: Session, release: Release, *, actor: Actor, now: datetime
) -> list[Version]:
    """Publish every questionnaire anew so that its choices name the reasons of a new release.

    Raises `ReasonsNotInRelease` where a choice's reason has no single successor.
    """
    renamed = {before.code: after.code for before, after in changes_of(session, release)}
    return [
        publish_version(
            session,
            version.questionnaire,
            with_codes(version.document, renamed, keep=_codes_of(session, release)),
            release=release,
            actor=actor,
            now=now,
        )
        for version in current_versions(session)
        if version.release_id != release.id
    ]


def _publish_if_other(
    session: Session, document: dict[str, Any], *, release: Release, actor: Actor, now: datetime
) -> Version:
    questionnaire = questionnaire_by_key(session, document["key"])
    if questionnaire is None:
        questionnaire = Questionnaire(key=document["key"], name=document["name"])
        session.add(questionnaire)
        session.flush()
    version = current_version(session, questionnaire)
    is_own = version is not None and not codes_in(document) <= _codes_of(session, release)
    if version is not None and (is_own or version.document == document):
        return version
    return publish_version(session, questionnaire, document, release=release, actor=actor, now=now)


def _codes_of(session: Session, release: Release) -> frozenset[str]:
    return frozenset(session.scalars(select(Reason.code).where(Reason.release_id == release.id)))


def _refuse_unknown_codes(session: Session, document: Mapping[str, Any], release: Release) -> None:
    unknown = sorted(codes_in(document) - _codes_of(session, release))
    if unknown:
        raise ReasonsNotInRelease(
            f"“{document['name']}” names {', '.join(unknown)}, which release {release.number} of"
            " the taxonomy does not have. Keep those codes, or say in “was” what became of them."
        )
