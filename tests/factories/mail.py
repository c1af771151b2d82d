"""Messages, attempts, suppressions."""

from typing import Any

from sqlalchemy.orm import Session

from survey.mail.models import (
    Attempt,
    Message,
    QueuePause,
    QueueStop,
    Receipt,
    Reprieve,
    Settlement,
    Suppression,
)
from survey.mail.rules import address_digest
from survey.mail.types import ReceiptKind, SettlementKind, SuppressionReason
from tests.factories.rows import MOMENT, added, next_number


def make_message(session: Session, **columns: Any) -> Message:
    number = next_number()
    values: dict[str, Any] = {
        "key": f"message:{number}",
        "kind": "invitation",
        "to_address": f"buyer{number}@buyer.example",
        "queued_at": MOMENT,
        "send_after_at": MOMENT,
        "state_changed_at": MOMENT,
    }
    return added(session, Message(**values | columns))


def make_attempt(session: Session, **columns: Any) -> Attempt:
    """An attempt under way: claimed and begun, not finished."""
    values: dict[str, Any] = {
        "message": columns.get("message") or make_message(session),
        "attempt_id": f"attempt{next_number()}",
        "provider": "file",
        "claimed_at": MOMENT,
        "started_at": MOMENT,
    }
    return added(session, Attempt(**values | columns))


def make_suppression(session: Session, **columns: Any) -> Suppression:
    address = columns.get("address", f"never{next_number()}@buyer.example")
    values: dict[str, Any] = {
        "address": address,
        "address_digest": address_digest(address or f"forgotten{next_number()}@buyer.example"),
        "reason": SuppressionReason.OPTED_OUT,
        "suppressed_at": MOMENT,
    }
    return added(session, Suppression(**values | columns))


def make_reprieve(session: Session, **columns: Any) -> Reprieve:
    values: dict[str, Any] = {
        "address_digest": address_digest(f"lifted{next_number()}@buyer.example"),
        "since_at": MOMENT,
    }
    return added(session, Reprieve(**values | columns))


def make_queue_stop(session: Session, **columns: Any) -> QueueStop:
    values: dict[str, Any] = {"stopped_at": MOMENT, "reason": "The provider refused our key."}
    return added(session, QueueStop(**values | columns))


def make_queue_pause(session: Session, **columns: Any) -> QueuePause:
    return added(session, QueuePause(**{"until_at": MOMENT} | columns))


def make_settlement(session: Session, **columns: Any) -> Settlement:
    values: dict[str, Any] = {
        "message": columns.get("message") or make_message(session),
        "kind": SettlementKind.SEND_AGAIN,
        "after_attempts": 1,
        "settled_at": MOMENT,
    }
    return added(session, Settlement(**values | columns))


def make_receipt(session: Session, **columns: Any) -> Receipt:
    values: dict[str, Any] = {
        "digest": f"receipt{next_number()}",
        "provider": "sendgrid",
        "kind": ReceiptKind.DELIVERED,
        "happened_at": MOMENT,
        "received_at": MOMENT,
        "raw": {"event": "delivered"},
    }
    return added(session, Receipt(**values | columns))
