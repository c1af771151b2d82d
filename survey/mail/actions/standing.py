"""Writing down where a mail stands, anew whenever something more is known of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from survey.mail.folding import LEFT, fold
from survey.mail.histories import histories_of
from survey.mail.models import Message
from survey.mail.types import Standing


def project(session: Session, messages: Sequence[Message], *, now: datetime) -> list[Message]:
    """Fold all that is known of each of these mails; says which of them are known, as of now, to
    have left.
    """
    session.flush()
    histories = histories_of(session, [message.id for message in messages])
    newly_left = []
    for message in messages:
        had_left = message.state in LEFT
        history = histories[message.id]
        write_down(message, fold(history.tried, history.settled, history.heard), now=now)
        if message.state in LEFT and not had_left:
            newly_left.append(message)
    session.flush()
    return newly_left


def write_down(message: Message, standing: Standing, *, now: datetime) -> None:
    """Give a mail the state that was folded for it."""
    if message.state is not standing.state:
        message.state_changed_at = now
    message.state = standing.state
    message.state_reason = standing.reason
    message.bounced_at = standing.bounced_at
    message.dropped_at = standing.dropped_at
    message.complained_at = standing.complained_at
    message.opted_out_at = standing.opted_out_at
