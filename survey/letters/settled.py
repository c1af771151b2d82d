"""Which mails that ask a buyer have nothing to ask any more, though they were claimed."""

from collections.abc import Sequence

from sqlalchemy import and_, case, or_, select
from sqlalchemy.orm import Session

from survey.invitations.actions.inviting import INVITATION
from survey.invitations.actions.reminding import REMINDER
from survey.invitations.models import Invitation, Reminder
from survey.kit.bulk import among_given
from survey.mail.models import Attempt, Message
from survey.responses.models import Response

_ABOUT = case((Message.kind == INVITATION, Message.subject_id), else_=Reminder.invitation_id)
_HAS_ANSWERED = (
    select(Response.id).where(Response.invitation_id == Invitation.id).correlate(Invitation)
)
_SETTLED = (
    select(Attempt.attempt_id)
    .join(Message, Message.id == Attempt.message_id)
    .outerjoin(Reminder, and_(Message.kind == REMINDER, Reminder.id == Message.subject_id))
    .join(Invitation, Invitation.id == _ABOUT)
    .where(
        among_given(Attempt.attempt_id, "attempt_ids"),
        Attempt.finished_at.is_(None),
        or_(
            Invitation.declined_at.is_not(None),
            Invitation.cancelled_at.is_not(None),
            Reminder.cancelled_at.is_not(None),
            _HAS_ANSWERED.exists(),
        ),
    )
)


def settled_since_claimed(session: Session, attempt_ids: Sequence[str]) -> list[str]:
    """Those of the open attempts whose buyer has answered or declined by now, or whose invitation
    or reminder was taken back, in their order. One question to the database for all of them.
    """
    if not attempt_ids:
        return []
    settled = set(session.scalars(_SETTLED, {"attempt_ids": attempt_ids}))
    return [key for key in attempt_ids if key in settled]
