"""What people ask of the outbox."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager

from survey.kit.paging import Key, Page, read_page
from survey.mail.models import Attempt, Message, QueueStop, Suppression
from survey.mail.rules import address_digest
from survey.mail.types import MessageState, SuppressionReason

# Both databases bound what one statement may carry: SQLite to 32,766 values, PostgreSQL to 65,535.
_MOST_IN_ONE_QUESTION = 10_000


def queue_stop(session: Session) -> QueueStop | None:
    """Why nothing leaves at present, or None while mails flow."""
    return session.get(QueueStop, 1)


def due(now: datetime) -> Select[Message]:
    """Messages that may leave now, the longest waiting first."""
    return (
        select(Message)
        .where(Message.state == MessageState.QUEUED, Message.send_after_at <= now)
        .order_by(Message.send_after_at, Message.id)
    )


def with_lapsed_lease(session: Session, *, now: datetime, limit: int) -> list[Attempt]:
    """Attempts whose worker must be believed dead, the oldest first."""
    asked = (
        _attempts_locked()
        .where(
            Message.state == MessageState.CLAIMED,
            Message.lease_until_at <= now,
            Attempt.finished_at.is_(None),
        )
        .limit(limit)
    )
    return list(session.scalars(asked))


def attempts_to_record(session: Session, attempt_ids: Collection[str]) -> dict[str, Attempt]:
    """Attempts by their random id, locked, so that a lapse and a late answer take turns."""
    asked = _attempts_locked().where(Attempt.attempt_id.in_(attempt_ids))
    return {attempt.attempt_id: attempt for attempt in session.scalars(asked)}


def find(session: Session, public_id: str) -> Message | None:
    return session.scalars(select(Message).where(Message.public_id == public_id)).one_or_none()


def by_key(session: Session, key: str) -> Message | None:
    return session.scalars(select(Message).where(Message.key == key)).one_or_none()


def of_subject(session: Session, *, kind: str, subject_id: int) -> list[Message]:
    """All mails of one kind about one row, the oldest first."""
    asked = (
        select(Message)
        .where(Message.kind == kind, Message.subject_id == subject_id)
        .order_by(Message.queued_at, Message.id)
    )
    return list(session.scalars(asked))


def attempts_of(session: Session, message: Message) -> list[Attempt]:
    asked = select(Attempt).where(Attempt.message_id == message.id).order_by(Attempt.id)
    return list(session.scalars(asked))


def count_by_state(session: Session) -> dict[MessageState, int]:
    """How many messages stand in each state; every state is named."""
    asked = select(Message.state, func.count()).group_by(Message.state)
    counted = {row[0]: row[1] for row in session.execute(asked)}
    return {state: counted.get(state, 0) for state in MessageState}


def count_overdue(session: Session, *, since: datetime) -> int:
    """How many messages could have left at that moment and have not even been tried."""
    asked = select(func.count()).where(
        Message.state == MessageState.QUEUED,
        Message.send_after_at <= since,
        Message.attempts_made == 0,
    )
    return session.scalar(asked) or 0


def outbox(
    session: Session, *, state: MessageState | None = None, cursor: str | None = None
) -> Page[Message]:
    """One page of messages, the newest first. Raises `CursorNotUsable`."""
    asked = select(Message)
    if state is not None:
        asked = asked.where(Message.state == state)
    return read_page(session, asked, [Key(Message.id, is_descending=True)], cursor=cursor)


def suppression_of(session: Session, address: str) -> Suppression | None:
    asked = select(Suppression).where(Suppression.address_digest == address_digest(address))
    return session.scalars(asked).one_or_none()


def suppressions_among(session: Session, addresses: Iterable[str]) -> dict[str, SuppressionReason]:
    """Why those of the addresses that must never be mailed must not, by address as given."""
    by_digest = {address_digest(address): address for address in addresses}
    digests = sorted(by_digest)
    found: dict[str, SuppressionReason] = {}
    for start in range(0, len(digests), _MOST_IN_ONE_QUESTION):
        some = digests[start : start + _MOST_IN_ONE_QUESTION]
        asked = select(Suppression.address_digest, Suppression.reason).where(
            Suppression.address_digest.in_(some)
        )
        found |= {by_digest[hashed]: reason for hashed, reason in session.execute(asked)}
    return found


def _attempts_locked() -> Select[Attempt]:
    return (
        select(Attempt)
        .join(Attempt.message)
        .options(contains_eager(Attempt.message))
        .order_by(Attempt.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
