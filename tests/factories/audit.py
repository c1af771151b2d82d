"""Audit entries."""

from typing import Any

from sqlalchemy.orm import Session

from survey.audit.models import AuditEntry
from survey.audit.types import ActorKind
from tests.factories.rows import MOMENT, added


def make_audit_entry(session: Session, **columns: Any) -> AuditEntry:
    values: dict[str, Any] = {
        "at": MOMENT,
        "actor_kind": ActorKind.COMMAND,
        "action": "deals_imported",
        "subject_kind": "deal",
    }
    return added(session, AuditEntry(**values | columns))
