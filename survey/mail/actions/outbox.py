"""The way of a mail: decided on, claimed, handed over, and how that ended."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from survey.kit.bulk import among, insert_rows
from survey.kit.errors import SurveyError
from survey.kit.ids import new_public_ids
from survey.mail import queries, rules
from survey.mail.actions.standing import project, write_down
from survey.mail.actions.stops import pause_queue, stop_queue
from survey.mail.folding import fold
from survey.mail.models import Attempt, Message
from survey.mail.types import AttemptOutcome, Decided, Ending, Left, MessageState, Tried

_ATTEMPT_BYTES = 15
_NEW_COLUMNS = (
    *("public_id", "key", "kind", "subject_id", "facts", "to_address", "queued_at"),
    *("send_after_at", "state", "state_reason", "state_changed_at"),
    *("attempts_made", "receipts_heard"),
)
_LAPSED = "The worker stopped while it was sending. The mail may have left, or not."


class NotAnAddress(SurveyError):
    """A mail was decided on for something that is not one plain address."""


def enqueue(
    session: Session,
    *,
    key: str,
    kind: str,
    to_address: str,
    subject_id: int | None = None,
    facts: dict[str, Any] | None = None,
    send_after_at: datetime | None = None,
    now: datetime,
) -> Message:
    """Put one mail in the outbox. Deciding twice under the same `key` makes one message.

    Raises `NotAnAddress`.
    """
    _refuse_several(to_address)
    known = queries.by_key(session, key)
    if known is not None:
        return known
    message = Message(
        key=key,
        kind=kind,
        subject_id=subject_id,
        facts=facts or {},
        to_address=to_address,
        queued_at=now,
        send_after_at=send_after_at or now,
        state=MessageState.QUEUED,
        state_changed_at=now,
    )
    try:
        with session.begin_nested():
            session.add(message)
    except IntegrityError:
        known = queries.by_key(session, key)
        if known is None:
            raise
        return known
    return message


def enqueue_new(session: Session, decided: Sequence[Decided], *, kind: str, now: datetime) -> None:
    """`enqueue` for many mails of one kind whose keys nobody can have used, because they name rows
    of this very transaction. Raises `NotAnAddress`.
    """
    for mail in decided:
        _refuse_several(mail.to_address)
    ids = new_public_ids(len(decided))
    queued = MessageState.QUEUED
    rows: list[tuple[Any, ...]] = [
        (
            *(public_id, mail.key, kind, mail.subject_id, {}, mail.to_address, now),
            *(mail.send_after_at, queued, "", now, 0, 0),
        )
        for public_id, mail in zip(ids, decided, strict=True)
    ]
    insert_rows(session, Message, _NEW_COLUMNS, rows)


def _refuse_several(address: str) -> None:
    if not rules.is_one_address(address):
        raise NotAnAddress("This is not one e-mail address. Correct it where the contact is kept.")


def claim_due(session: Session, *, provider: str, limit: int, now: datetime) -> list[Attempt]:
    """Take up to `limit` messages that are due, each with a fresh random attempt id.

    The caller commits before it calls the provider: whoever dies in between leaves a claim that is
    held, never a mail that goes out twice. Nothing is claimed while the queue is stopped or rests.
    """
    if limit <= 0 or not queries.may_leave(session, now=now):
        return []
    asked = queries.due(now).limit(limit).with_for_update(skip_locked=True)
    messages = session.scalars(asked).all()
    if not messages:
        return []
    session.execute(
        update(Message)
        .where(Message.id.in_([message.id for message in messages]))
        .values(
            state=MessageState.CLAIMED,
            state_reason="",
            state_changed_at=now,
            lease_until_at=now + rules.LEASE,
            attempts_made=Message.attempts_made + 1,
        )
        .execution_options(synchronize_session="evaluate")
    )
    claimed = insert(Attempt).returning(Attempt, sort_by_parameter_order=True)
    rows = [
        {
            "message_id": message.id,
            "attempt_id": secrets.token_hex(_ATTEMPT_BYTES),
            "provider": provider,
            "claimed_at": now,
        }
        for message in messages
    ]
    attempts = list(session.scalars(claimed, rows))
    for attempt, message in zip(attempts, messages, strict=True):
        set_committed_value(attempt, "message", message)
    return attempts


def record_outcome(session: Session, attempt: Attempt, ending: Ending, *, now: datetime) -> Message:
    """Write down how an attempt ended, and what follows for its message and for the queue."""
    return record_outcomes(session, [(attempt, ending)], now=now)[0]


def record_outcomes(
    session: Session, ended: Sequence[tuple[Attempt, Ending]], *, now: datetime
) -> list[Message]:
    """`record_outcome` for several attempts, written together."""
    to_fold = []
    for attempt, ending in ended:
        tells_all = _tells_all(attempt)
        _end(attempt, ending, now=now)
        if tells_all:
            tried = Tried(ending.outcome, attempt.detail)
            write_down(attempt.message, fold([tried]), now=now)
        else:
            to_fold.append(attempt.message)
        _heed(session, attempt, ending, now=now)
    session.flush()
    if to_fold:
        project(session, to_fold, now=now)
    return [attempt.message for attempt, _ in ended]


def record_accepted(
    session: Session, endings: Mapping[str, Ending], *, now: datetime
) -> dict[str, Left]:
    """Write down those endings, by attempt id, that say "accepted" where that is all there is to
    know of the mail; says which those are. The others are locked and left to `record_outcomes`.

    Nearly all end so, and rows cost a part of what objects do.
    """
    plain = [
        row
        for row in queries.first_attempts_open(session, endings)
        if endings[row.attempt_id].outcome is AttemptOutcome.ACCEPTED
    ]
    ended = [
        {
            "id": row.id,
            "outcome": AttemptOutcome.ACCEPTED,
            "finished_at": now,
            "status_code": endings[row.attempt_id].status_code,
            "provider_message_id": endings[row.attempt_id].provider_message_id,
            "detail": rules.told(endings[row.attempt_id].detail),
        }
        for row in plain
    ]
    if not ended:
        return {}
    session.execute(update(Attempt), ended)
    session.execute(
        update(Message)
        .where(among(session, Message.id, [row.message_id for row in plain]))
        .values(state=MessageState.ACCEPTED, state_changed_at=now, lease_until_at=None)
        .execution_options(synchronize_session=False)
    )
    return {row.attempt_id: Left(row.kind, row.subject_id) for row in plain}


def start_attempts(
    session: Session, attempt_ids: Sequence[str], *, now: datetime
) -> frozenset[str]:
    """Begin these attempts; says which may go on: one whose lease had lapsed may have been given
    back meanwhile. The caller commits before it calls the provider.
    """
    begun = (
        update(Attempt)
        .where(Attempt.attempt_id.in_(attempt_ids), Attempt.finished_at.is_(None))
        .values(started_at=now)
        .returning(Attempt.attempt_id)
        .execution_options(synchronize_session=False)
    )
    return frozenset(session.scalars(begun))


def release_claims(session: Session, attempt_ids: Sequence[str], *, now: datetime) -> int:
    """Give back what was claimed and certainly never handed over, as if nobody had taken it; says
    how many. The caller knows that: it held them, or they had not been begun.
    """
    attempts = queries.attempts_to_record(session, attempt_ids).values()
    open_yet = [attempt for attempt in attempts if attempt.finished_at is None]
    messages = [attempt.message for attempt in open_yet]
    for attempt in open_yet:
        attempt.message.attempts_made -= 1
        attempt.message.lease_until_at = None
        session.delete(attempt)
    project(session, messages, now=now)
    return len(open_yet)


def hold_lapsed_claims(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Mark what a dead worker had begun as uncertain; says how many. It is never sent again by
    guess: of rows left like this, 93 of 96 had in truth been delivered. What it had not begun goes
    back to the queue.
    """
    lapsed = queries.with_lapsed_lease(session, now=now, limit=limit)
    begun = [attempt for attempt in lapsed if attempt.started_at is not None]
    ending = Ending(AttemptOutcome.MAY_HAVE_BEEN_SENT, detail=_LAPSED)
    record_outcomes(session, [(attempt, ending) for attempt in begun], now=now)
    others = [attempt.attempt_id for attempt in lapsed if attempt.started_at is None]
    if others:
        release_claims(session, others, now=now)
    return len(begun)


def _heed(session: Session, attempt: Attempt, ending: Ending, *, now: datetime) -> None:
    """What an ending asks of the whole queue."""
    if ending.outcome is AttemptOutcome.QUEUE_STOPPED:
        stop_queue(session, reason=attempt.detail, now=now)
    if ending.pause_until is not None and ending.pause_until > now:
        pause_queue(session, until=rules.believable(ending.pause_until, now=now))


def _end(attempt: Attempt, ending: Ending, *, now: datetime) -> None:
    """Write down an ending. A later word on an attempt that was given up corrects it."""
    message = attempt.message
    is_late = attempt.finished_at is not None
    attempt.outcome = ending.outcome
    attempt.finished_at = now
    attempt.status_code = ending.status_code
    attempt.provider_message_id = ending.provider_message_id
    attempt.detail = rules.told(ending.detail)
    if is_late:
        return
    message.lease_until_at = None
    if ending.outcome is AttemptOutcome.TRY_LATER:
        message.send_after_at = rules.next_try_at(
            message.attempts_made, now=now, not_before=ending.not_before
        )


def _tells_all(attempt: Attempt) -> bool:
    """Whether this first attempt, ending in its time, is all there is to know of its mail."""
    message = attempt.message
    return (
        attempt.finished_at is None and message.attempts_made == 1 and message.receipts_heard == 0
    )
