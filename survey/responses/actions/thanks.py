"""Thanking for answers by mail."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from survey.mail.actions.outbox import enqueue
from survey.responses import queries

THANKS = "thanks"
"""The kind of message that thanks for an answer; its subject is the response."""
_THANKS_WITHIN = timedelta(days=1)
_THANKED_AT_ONCE = 200


def thank_for_answers(session: Session, *, now: datetime) -> int:
    """Put a mail of thanks in the outbox for each answer of the last day that counts and whose
    campaign wants it; says how many of at most 200. Nobody is thanked twice, whatever they change.
    """
    since = now - _THANKS_WITHIN
    answers = queries.without_thanks(session, kind=THANKS, since=since, limit=_THANKED_AT_ONCE)
    for response in answers:
        enqueue(
            session,
            key=f"{THANKS}:{response.invitation.public_id}",
            kind=THANKS,
            subject_id=response.id,
            to_address=response.invitation.contact.email,
            now=now,
        )
    return len(answers)
