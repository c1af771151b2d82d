"""Forgetting whom mails went to: how they fared stays, to whom and in which words does not."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey.audit.actions import redact
from survey.audit.types import Subject
from survey.mail import queries
from survey.mail.actions.outbox import release_claims
from survey.mail.actions.settling import drop
from survey.mail.actions.standing import project
from survey.mail.actions.suppressions import forget_address
from survey.mail.models import Attempt, Message, Receipt, Settlement
from survey.mail.rules import NOBODY
from survey.mail.types import MessageState

_ERASED = "The person was erased."
_WAITING = (MessageState.QUEUED, MessageState.UNCERTAIN)


def forget_mailbox(session: Session, address: str, *, now: datetime) -> int:
    """Mail an address never again and forget it: whatever waits is dropped, what left is counted
    without its reader. Says how many mails those are.
    """
    messages = _messages_to(session, address)
    ids = [message.id for message in messages]
    _take_back(session, ids, now=now)
    for message in messages:
        message.to_address = NOBODY
    attempt, settled = Attempt.message_id.in_(ids), Settlement.message_id.in_(ids)
    session.execute(update(Attempt).where(attempt, Attempt.detail != "").values(detail=_ERASED))
    session.execute(
        update(Settlement).where(settled, Settlement.reason != "").values(reason=_ERASED)
    )
    session.execute(update(Receipt).where(Receipt.message_id.in_(ids)).values(raw={}))
    project(session, messages, now=now)
    for message in messages:
        if message.state in _WAITING:
            drop(session, message, reason=_ERASED, now=now)
    for each in (address, NOBODY):
        kept = forget_address(session, each, now=now)
        redact(session, Subject("suppression", kept.id), detail="why")
    return len(messages)


def _messages_to(session: Session, address: str) -> list[Message]:
    asked = (
        select(Message)
        .where(queries.reaches(Message.to_address, address))
        .order_by(Message.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(asked))


def _take_back(session: Session, ids: list[int], *, now: datetime) -> None:
    """What a worker has claimed and not begun goes back to the queue: it must not begin it."""
    asked = select(Attempt).where(
        Attempt.message_id.in_(ids), Attempt.finished_at.is_(None), Attempt.started_at.is_(None)
    )
    release_claims(session, session.scalars(asked).all(), now=now)
