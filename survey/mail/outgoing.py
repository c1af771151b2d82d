"""What delivering asks of the outbox, some dozens of mails at a time.

Each statement is built once: to build it took longer than to run it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, select
from sqlalchemy.orm import Session, contains_eager

from survey.kit.bulk import among_given
from survey.mail.models import Attempt, Claimed, Message, QueuePause, QueueStop, Try
from survey.mail.queries import suppressions_among
from survey.mail.types import MessageState

_WHAT_HALTS = select(
    select(QueueStop.id).exists().label("is_stopped"),
    select(QueuePause.until_at).scalar_subquery().label("rests_until_at"),
)
_DUE = (
    select(Message.id)
    .where(Message.state == MessageState.QUEUED, Message.send_after_at <= bindparam("now"))
    .order_by(Message.send_after_at, Message.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_NTH_DUE = (
    select(Message.id)
    .where(Message.state == MessageState.QUEUED, Message.send_after_at <= bindparam("now"))
    .offset(bindparam("others"))
    .limit(1)
)
_LOCKED = (
    select(Attempt)
    .join(Message, Message.id == Attempt.message_id)
    .options(contains_eager(Attempt.message))
    # In the order in which receipts lock them too: nobody waits for one who waits for him.
    .order_by(Message.id, Attempt.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)
_LAPSED = _LOCKED.where(
    Message.lease_until_at <= bindparam("now"), Attempt.finished_at.is_(None)
).limit(bindparam("most"))
_NAMED = and_(
    among_given(Attempt.id, "numbers"),
    among_given(Attempt.attempt_id, "attempt_ids"),
    among_given(Message.id, "mails"),
)
_TO_RELEASE = _LOCKED.where(_NAMED)
_TO_RECORD = (
    select(
        *(Attempt.id, Attempt.attempt_id, Attempt.finished_at, Attempt.message_id),
        *(Message.kind, Message.subject_id, Message.attempts_made, Message.receipts_heard),
    )
    .join(Message, Message.id == Attempt.message_id)
    .where(_NAMED)
    .order_by(Message.id, Attempt.id)
    .with_for_update()
)
_NUMBERED = (
    select(Message)
    .where(among_given(Message.id, "numbers"))
    .execution_options(populate_existing=True)
)


def may_leave(session: Session, *, now: datetime) -> bool:
    """Whether mails flow: nobody stopped them, and the provider asked for no rest."""
    halts = session.execute(_WHAT_HALTS).one()
    rests = halts.rests_until_at is not None and halts.rests_until_at > now
    return not halts.is_stopped and not rests


def are_due(session: Session, *, now: datetime, count: int) -> bool:
    """Whether so many mails, or more, may leave now."""
    nth = {"now": now, "others": count - 1}
    return may_leave(session, now=now) and session.scalar(_NTH_DUE, nth) is not None


def due(session: Session, *, now: datetime, limit: int) -> Sequence[int]:
    """The numbers of mails that may leave now, the longest waiting first, locked; none that others
    look at.
    """
    return session.scalars(_DUE, {"now": now, "most": limit}).all()


def with_lapsed_lease(session: Session, *, now: datetime, limit: int) -> Sequence[Attempt]:
    """Attempts whose worker must be believed dead, in the order of their mails, locked."""
    return session.scalars(_LAPSED, {"now": now, "most": limit}).all()


def attempts_to_release(session: Session, tries: Collection[Try]) -> Sequence[Attempt]:
    """These attempts, locked, so that a lapse and a late answer take turns."""
    return session.scalars(_TO_RELEASE, named(tries)).all()


def attempts_to_record(session: Session, tries: Collection[Try]) -> Sequence[Row[*tuple[Any, ...]]]:
    """What recording how attempts ended has to know of them and of their mails, locked: their id,
    attempt_id and finished_at, and their mail's message_id, kind, subject_id, attempts_made and
    receipts_heard.
    """
    return session.execute(_TO_RECORD, named(tries)).all()


def messages_numbered(session: Session, numbers: Sequence[int]) -> Sequence[Message]:
    """These mails as they stand now, in the order of the numbers."""
    found = {each.id: each for each in session.scalars(_NUMBERED, {"numbers": numbers})}
    return [found[number] for number in numbers]


def named(tries: Collection[Try]) -> dict[str, Any]:
    """What a statement about these attempts is given. By their number they are found, and by their
    random id they are known: the number of one that was given back may be another's by now.
    """
    return {
        "numbers": [each.id for each in tries],
        "attempt_ids": [each.attempt_id for each in tries],
        "mails": [each.message_id for each in tries],
    }


def never_to_mail(session: Session, claimed: Sequence[Claimed]) -> list[Claimed]:
    """Those whose address must not be mailed by now."""
    if not claimed:
        return []
    suppressed = suppressions_among(session, {each.message.to_address for each in claimed})
    return [each for each in claimed if each.message.to_address in suppressed]
