"""Writing down who did what."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from survey.audit.models import AuditEntry
from survey.audit.types import Actor, Subject


def record(
    session: Session, actor: Actor, action: str, subject: Subject, *, now: datetime, **details: Any
) -> AuditEntry:
    """Write one line of the audit trail, in the transaction of what it tells.

    `details` are ids, counts and states; never addresses, tokens or a buyer's words.
    """
    entry = AuditEntry(
        at=now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
        action=action,
        subject_kind=subject.kind,
        subject_id=subject.id,
        details=details,
    )
    session.add(entry)
    session.flush()
    return entry
