"""What people do with questionnaires."""

from datetime import datetime

from sqlalchemy.orm import Session

from survey.questionnaires.models import Version


def freeze_version(session: Session, version: Version, *, now: datetime) -> Version:
    """Let a version never be edited again, because an invitation uses it from now on."""
    version.frozen_at = version.frozen_at or now
    session.flush()
    return version
