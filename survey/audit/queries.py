"""Reading the audit trail."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.audit.models import AuditEntry
from survey.audit.types import Subject


def entries_about(session: Session, subject: Subject) -> Sequence[AuditEntry]:
    """What was done to one thing, the earliest first."""
    return session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject_kind == subject.kind, AuditEntry.subject_id == subject.id)
        .order_by(AuditEntry.at, AuditEntry.id)
    ).all()
