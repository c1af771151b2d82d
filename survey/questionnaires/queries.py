"""What people ask of questionnaires."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.questionnaires.models import Questionnaire, Version


def questionnaires(session: Session) -> list[Questionnaire]:
    return list(session.scalars(select(Questionnaire).order_by(Questionnaire.name)))


def current_version(session: Session, questionnaire: Questionnaire) -> Version | None:
    """The version that new invitations use: the newest one."""
    return session.scalar(
        select(Version)
        .where(Version.questionnaire_id == questionnaire.id)
        .order_by(Version.number.desc())
        .limit(1)
    )
