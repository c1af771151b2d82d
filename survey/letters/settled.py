"""Which mails that ask a buyer have nothing to ask any more, though they were claimed."""

from collections.abc import Sequence

from sqlalchemy import and_, case, or_, select
from sqlalchemy.orm import Session

from survey.invitations.actions.inviting import INVITATION
from survey.invitations.actions.reminding import REMINDER
from survey.invitations.models import Invitation, Reminder
from survey.kit.bulk import among_given
from survey.mail.models import Claimed, Message
from survey.responses.models import Response

_ABOUT = case((Message.kind == INVITATION, Message.subject_id), else_=Reminder.invitation_id)
_HAS_ANSWERED = (
    select(Response.id).where(Response.invitation_id == Invitation.id).correlate(Invitation)
)
_SETTLED = (
    select(Message.id)
    .outerjoin(Reminder, and_(Message.kind == REMINDER, Reminder.id == Message.subject_id))
    .join(Invitation, Invitation.id == _ABOUT)
    .where(
        among_given(Message.id, "mails"),
        or_(
            Invitation.declined_at.is_not(None),
            Invitation.cancelled_at.is_not(None),
            Reminder.cancelled_at.is_not(None),
            _HAS_ANSWERED.exists(),
        ),
    )
)


def settled_since_claimed(session: Session, claimed: Sequence[Claimed]) -> list[Claimed]:
    """Those whose buyer has answered or declined by now, or whose invitation or reminder was taken
    back. One question to the database for all of them.
    """
    if not claimed:
        return []
    settled = set(session.scalars(_SETTLED, {"mails": [each.message_id for each in claimed]}))
    return [each for each in claimed if each.message_id in settled]
