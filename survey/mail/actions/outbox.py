"""The way of a mail: decided on, claimed, handed over, and how that ended."""

import secrets
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import bindparam, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.kit.bulk import among_given, insert_rows, new_row_ids
from survey.kit.db import Base
from survey.kit.errors import SurveyError
from survey.kit.ids import new_public_ids
from survey.mail import outgoing, queries, rules
from survey.mail.actions.standing import project
from survey.mail.actions.stops import pause_queue, stop_queue
from survey.mail.folding import fold
from survey.mail.models import Attempt, Claimed, Message, Try
from survey.mail.types import AttemptOutcome, Decided, Ending, Left, MessageState, Tried

_ATTEMPT_BYTES = 15
_NEW_COLUMNS = (
    *("public_id", "key", "kind", "subject_id", "facts", "to_address", "queued_at"),
    *("send_after_at", "state", "state_reason", "state_changed_at"),
    *("attempts_made", "receipts_heard"),
)
_CLAIM_COLUMNS = ("id", "message_id", "attempt_id", "provider", "claimed_at", "detail")
_TABLES = Base.metadata.tables
# Written as rows, and built once: to build a statement takes longer than to run it.
_CLAIM = (
    update(_TABLES["message"])
    .where(among_given(Message.id, "numbers"))
    .values(
        state=MessageState.CLAIMED,
        state_reason="",
        state_changed_at=bindparam("now"),
        lease_until_at=bindparam("lease_until_at"),
        attempts_made=Message.attempts_made + 1,
    )
)
_SAY = update(_TABLES["attempt"]).where(Attempt.id == bindparam("number"))
_FOLLOW = update(_TABLES["message"]).where(among_given(Message.id, "numbers"))
_BEGIN = (
    update(_TABLES["attempt"])
    .where(
        among_given(Attempt.id, "numbers"),
        among_given(Attempt.attempt_id, "attempt_ids"),
        Attempt.finished_at.is_(None),
    )
    .values(started_at=bindparam("now"))
    .returning(Attempt.id)
)
AnyTry = TypeVar("AnyTry", Attempt, Claimed)
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
    """`enqueue` for many mails of one kind whose keys the caller knows to be new: they name rows of
    this very transaction, or rows that it has locked. Raises `NotAnAddress`.
    """
    for mail in decided:
        _refuse_several(mail.to_address)
    ids = new_public_ids(len(decided))
    queued, no_facts = MessageState.QUEUED, dict[str, Any]()
    rows: list[tuple[Any, ...]] = [
        (
            *(public_id, mail.key, kind, mail.subject_id, no_facts, mail.to_address, now),
            *(mail.send_after_at, queued, "", now, 0, 0),
        )
        for public_id, mail in zip(ids, decided, strict=True)
    ]
    insert_rows(session, Message, _NEW_COLUMNS, rows)


def _refuse_several(address: str) -> None:
    if not rules.is_one_address(address):
        raise NotAnAddress("This is not one e-mail address. Correct it where the contact is kept.")


def claim_due(session: Session, *, provider: str, limit: int, now: datetime) -> list[Claimed]:
    """Take up to `limit` messages that are due, each with a fresh random attempt id.

    The caller commits before it calls the provider: whoever dies in between leaves a claim that is
    held, never a mail that goes out twice. Nothing is claimed while the queue is stopped or rests.
    """
    if limit <= 0 or not outgoing.may_leave(session, now=now):
        return []
    numbers = outgoing.due(session, now=now, limit=limit)
    if not numbers:
        return []
    session.execute(_CLAIM, {"numbers": numbers, "now": now, "lease_until_at": now + rules.LEASE})
    messages = outgoing.messages_numbered(session, numbers)
    ids, keys = new_row_ids(session, Attempt, len(messages)), _new_attempt_ids(len(messages))
    claimed = [
        Claimed(number, key, message.id, message)
        for number, key, message in zip(ids, keys, messages, strict=True)
    ]
    rows = [(each.id, each.message_id, each.attempt_id, provider, now, "") for each in claimed]
    insert_rows(session, Attempt, _CLAIM_COLUMNS, rows)
    return claimed


def _new_attempt_ids(count: int) -> list[str]:
    """Drawn at once: asking the system lets other threads go first each time."""
    letters, length = secrets.token_hex(count * _ATTEMPT_BYTES), 2 * _ATTEMPT_BYTES
    return [letters[start : start + length] for start in range(0, len(letters), length)]


def record_endings(
    session: Session, endings: Mapping[AnyTry, Ending], *, now: datetime
) -> list[Left]:
    """Write down how attempts ended, and what follows for their mails and for the whole queue; says
    which mails left by these endings.

    Nearly all there is to know of a mail is its first attempt, and most of them end alike: they
    are written as rows, those that end alike in one statement. Only the others are folded.
    """
    ended = outgoing.attempts_to_record(session, endings.keys()) if endings else ()
    if not ended:
        return []
    said = {each.id: ending for each, ending in endings.items()}
    session.execute(_SAY, [_said(row, said[row.id], now) for row in ended])
    for end, numbers in _alike(ended, said).items():
        session.execute(_FOLLOW, {"numbers": numbers, **_follows(end, now)})
    _read_anew(session, {row.message_id for row in ended})
    more_known = [row.message_id for row in ended if not _tells_all(row)]
    if more_known:
        project(session, outgoing.messages_numbered(session, more_known), now=now)
    for row in ended:
        _heed(session, said[row.id], now=now)
    return [
        Left(row.kind, row.subject_id)
        for row in ended
        if said[row.id].outcome is AttemptOutcome.ACCEPTED
    ]


def start_attempts(session: Session, tries: Sequence[AnyTry], *, now: datetime) -> list[AnyTry]:
    """Begin these attempts; says which may go on: one whose lease had lapsed may have been given
    back meanwhile. The caller commits before it calls the provider.
    """
    begun = set(session.scalars(_BEGIN, outgoing.named(tries) | {"now": now}))
    return [each for each in tries if each.id in begun]


def release_claims(session: Session, tries: Collection[Try], *, now: datetime) -> int:
    """Give back what was claimed and certainly never handed over, as if nobody had taken it; says
    how many. The caller knows that: it held them, or they had not been begun.
    """
    attempts = outgoing.attempts_to_release(session, tries)
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
    lapsed = outgoing.with_lapsed_lease(session, now=now, limit=limit)
    begun = [attempt for attempt in lapsed if attempt.started_at is not None]
    others = [attempt for attempt in lapsed if attempt.started_at is None]
    ending = Ending(AttemptOutcome.MAY_HAVE_BEEN_SENT, detail=_LAPSED)
    record_endings(session, dict.fromkeys(begun, ending), now=now)
    if others:
        release_claims(session, others, now=now)
    return len(begun)


def _heed(session: Session, ending: Ending, *, now: datetime) -> None:
    """What an ending asks of the whole queue."""
    if ending.outcome is AttemptOutcome.QUEUE_STOPPED:
        stop_queue(session, reason=rules.told(ending.detail), now=now)
    if ending.pause_until is not None and ending.pause_until > now:
        pause_queue(session, until=rules.believable(ending.pause_until, now=now))


def _said(row: Any, ending: Ending, now: datetime) -> dict[str, object]:
    """An attempt's columns. A later word on an attempt that was given up corrects it."""
    return {
        "number": row.id,
        "outcome": ending.outcome,
        "finished_at": now,
        "status_code": ending.status_code,
        "provider_message_id": rules.kept_id(ending.provider_message_id),
        "detail": rules.told(ending.detail),
    }


@dataclass(frozen=True, slots=True)
class _End:
    """All that decides what an attempt changes at its mail by ending in its time."""

    outcome: AttemptOutcome
    detail: str
    not_before: datetime | None
    attempts_made: int
    tells_all: bool


def _alike(ended: Sequence[Any], endings: Mapping[int, Ending]) -> dict[_End, list[int]]:
    """The numbers of the mails whose attempts ended in their time, by how they ended."""
    alike: dict[_End, list[int]] = defaultdict(list)
    for row in ended:
        if row.finished_at is None:
            said = endings[row.id]
            told = (said.outcome, said.detail, said.not_before)
            alike[_End(*told, row.attempts_made, _tells_all(row))].append(row.message_id)
    return alike


def _follows(end: _End, now: datetime) -> dict[str, object]:
    """The columns of its mail that an attempt changes by ending in its time."""
    columns: dict[str, object] = {"lease_until_at": None}
    if end.outcome is AttemptOutcome.TRY_LATER:
        columns["send_after_at"] = rules.next_try_at(
            end.attempts_made, now=now, not_before=end.not_before
        )
    if end.tells_all:
        standing = fold([Tried(end.outcome, rules.told(end.detail))])
        columns["state"], columns["state_reason"] = standing.state, standing.reason
        columns["state_changed_at"] = now
    return columns


def _tells_all(row: Any) -> bool:
    """Whether this first attempt, ending in its time, is all there is to know of its mail."""
    return row.finished_at is None and row.attempts_made == 1 and row.receipts_heard == 0


def _read_anew(session: Session, message_ids: Collection[int]) -> None:
    """Let what the session holds of these mails be read again: rows were written beneath it."""
    for each in list(session):
        number = each.id if isinstance(each, Message) else getattr(each, "message_id", None)
        if number in message_ids:
            session.expire(each)
