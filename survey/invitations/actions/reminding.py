"""Asking again those who did not answer, and taking back what has not left."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session, joinedload

from survey.invitations.models import Invitation, Reminder
from survey.invitations.queries.campaigns import lock_campaigns
from survey.invitations.queries.reminders import reminders_due
from survey.invitations.types import SkipReason
from survey.invitations.verdicts import ReminderDue
from survey.mail.actions.outbox import enqueue_new
from survey.mail.queries import count_about
from survey.mail.types import Decided

REMINDER = "reminder"
"""The kind of message that asks a buyer again; its subject is the reminder."""


def remind(
    session: Session, numbers: Sequence[int], *, answered: Select[int], now: datetime
) -> int:
    """Remind of these invitations, given by number, if it is time to; says of how many. `answered`
    are the numbers of the invitations that were answered.

    Each reminder and its mail stand in this one transaction. Schedulers take turns and look once
    more: two at once remind nobody twice.
    """
    lock_campaigns(session)
    due = reminders_due(session, now, answered=answered, of=numbers)
    ready = [each for each in due if each.ready_at <= now]
    asked = _invitations(session, ready)
    taken_back = _standing(session, ready)
    made = {
        each: _made(asked[each.invitation_id], taken_back.get(_key(each)), each, now=now)
        for each in ready
    }
    session.add_all(made.values())
    session.flush()
    earlier = count_about(
        session, kind=REMINDER, subjects=[each.id for each in taken_back.values()]
    )
    mails = [_decided(reminder, each, earlier) for each, reminder in made.items()]
    enqueue_new(session, mails, kind=REMINDER, now=now)
    return len(ready)


def cancel_reminder(
    session: Session, reminder: Reminder, *, reason: SkipReason, now: datetime
) -> Reminder:
    """Take back a reminder whose mail has not left, and say why."""
    reminder.cancelled_at = now
    reminder.cancel_reason = reason
    session.flush()
    return reminder


def note_reminded(session: Session, reminder_ids: Sequence[int], *, now: datetime) -> None:
    """Keep when the provider first took the mail of each of these reminders."""
    session.execute(
        update(Reminder)
        .where(Reminder.id.in_(reminder_ids), Reminder.sent_at.is_(None))
        .values(sent_at=now)
    )


def promise_no_more(invitation: Invitation, *, number: int) -> None:
    """Keep that a mail has called this reminder the last one."""
    invitation.reminders_at_most = min(invitation.reminders_at_most, number)


def _invitations(session: Session, ready: Sequence[ReminderDue]) -> dict[int, Invitation]:
    asked = (
        select(Invitation)
        .where(Invitation.id.in_([each.invitation_id for each in ready]))
        .options(joinedload(Invitation.contact))
        .order_by(Invitation.id)
    )
    return {invitation.id: invitation for invitation in session.scalars(asked)}


def _standing(session: Session, ready: Sequence[ReminderDue]) -> dict[tuple[int, int], Reminder]:
    """Reminders that were made before and taken back, by invitation and number."""
    asked = (
        select(Reminder)
        .where(Reminder.invitation_id.in_([each.invitation_id for each in ready]))
        .order_by(Reminder.id)
    )
    return {(each.invitation_id, each.number): each for each in session.scalars(asked)}


def _key(due: ReminderDue) -> tuple[int, int]:
    return due.invitation_id, due.number


def _made(
    invitation: Invitation, taken_back: Reminder | None, due: ReminderDue, *, now: datetime
) -> Reminder:
    reminder = taken_back or Reminder(invitation=invitation, number=due.number)
    reminder.reminded_at = now
    reminder.cancelled_at, reminder.cancel_reason = None, ""
    return reminder


def _decided(reminder: Reminder, due: ReminderDue, earlier: Mapping[int, int]) -> Decided:
    """Its mail; one that was taken back has had others. Nobody else makes one meanwhile: schedulers
    take turns.
    """
    number = earlier.get(reminder.id, 0) + 1
    return Decided(
        key=f"{REMINDER}:{reminder.invitation.public_id}:{due.number}:{number}",
        subject_id=reminder.id,
        to_address=reminder.invitation.contact.email,
        send_after_at=due.send_at,
    )
