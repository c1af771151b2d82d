"""Asking again those who did not answer, and taking back what has not left."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session, joinedload

from survey.invitations.models import Invitation, Reminder
from survey.invitations.queries.campaigns import lock_campaigns
from survey.invitations.queries.reminders import reminders_due
from survey.invitations.types import SkipReason
from survey.invitations.verdicts import Reminded, ReminderDue
from survey.mail.actions.outbox import enqueue
from survey.mail.queries import of_subject

REMINDER = "reminder"
"""The kind of message that asks a buyer again; its subject is the reminder."""


def remind_due(
    session: Session, *, answered: Select[int], now: datetime, limit: int = 200
) -> Reminded:
    """Remind those whose time has come, at most `limit` of them. `answered` are the numbers of the
    invitations that were answered.

    Each reminder and its mail stand in this one transaction, and schedulers take turns: two at
    once remind nobody twice.
    """
    lock_campaigns(session)
    due = reminders_due(session, now, answered=answered)
    ready = [each for each in due if each.ready_at <= now][:limit]
    asked = _invitations(session, ready)
    standing = _standing(session, ready)
    for each in ready:
        known = standing.get((each.invitation_id, each.number))
        _remind(session, asked[each.invitation_id], each, known, now=now)
    return Reminded(len(ready), is_all=len(ready) < limit)


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


def _remind(
    session: Session,
    invitation: Invitation,
    due: ReminderDue,
    taken_back: Reminder | None,
    *,
    now: datetime,
) -> None:
    reminder = taken_back or Reminder(invitation=invitation, number=due.number)
    reminder.reminded_at = now
    reminder.cancelled_at, reminder.cancel_reason = None, ""
    session.add(reminder)
    session.flush()
    earlier = of_subject(session, kind=REMINDER, subject_id=reminder.id) if taken_back else []
    enqueue(
        session,
        key=f"{REMINDER}:{invitation.public_id}:{due.number}:{len(earlier) + 1}",
        kind=REMINDER,
        subject_id=reminder.id,
        to_address=invitation.contact.email,
        send_after_at=due.send_at,
        now=now,
    )
