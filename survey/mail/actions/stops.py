"""Letting nothing leave: until a person says so, or until the moment a provider named."""

from datetime import datetime

from sqlalchemy.orm import Session

from survey.mail import queries
from survey.mail.models import QueuePause, QueueStop


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


def pause_queue(session: Session, *, until: datetime) -> QueuePause:
    """Let nothing leave before this moment. Of two moments the later counts."""
    standing = queries.queue_pause(session)
    if standing is None:
        standing = QueuePause(id=1, until_at=until)
        session.add(standing)
    standing.until_at = max(standing.until_at, until)
    session.flush()
    return standing
