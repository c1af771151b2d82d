"""Writing down who did what."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from survey.audit import queries
from survey.audit.models import AuditEntry
from survey.audit.types import Actor, Subject
from survey.kit.bulk import insert_rows


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


def record_many(
    session: Session,
    actor: Actor,
    action: str,
    told: Sequence[tuple[Subject, dict[str, Any]]],
    *,
    now: datetime,
) -> None:
    """Write many lines of one kind at once, each with its subject and details."""
    rows = [
        (now, actor.kind, actor.id, actor.label, action, subject.kind, subject.id, details)
        for subject, details in told
    ]
    columns = (
        "at", "actor_kind", "actor_id", "actor_label", "action", "subject_kind", "subject_id",
        "details",
    )  # fmt: skip
    insert_rows(session, AuditEntry, columns, rows)


def redact(session: Session, subject: Subject, *, detail: str) -> None:
    """Take a detail out of all that the trail tells of something: a person was erased."""
    for entry in queries.entries_about(session, subject):
        entry.details = {name: told for name, told in entry.details.items() if name != detail}
    session.flush()
