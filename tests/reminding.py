"""Reminding as the job does, in the session of a test."""

from datetime import datetime

from sqlalchemy.orm import Session

from survey.invitations.actions.reminding import remind
from survey.invitations.queries.reminders import reminders_due
from survey.responses.queries import answered


def remind_due(session: Session, *, now: datetime) -> int:
    """Remind whose time has come; how many were."""
    due = reminders_due(session, now, answered=answered())
    ready = [each.invitation_id for each in due if each.ready_at <= now]
    return remind(session, ready, answered=answered(), now=now)
