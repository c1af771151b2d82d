"""A mail written anew for our own people: with the links masked, so that nobody inside can answer
as the buyer.
"""

from functools import cache

from survey.company.queries import letterhead
from survey.config import shipped_folder
from survey.invitations import emails as invitation_emails
from survey.invitations.actions.inviting import INVITATION
from survey.invitations.queries import to_send
from survey.invitations.types import Links
from survey.mail.models import Message
from survey.mail.rendering import Stationery
from survey.mail.types import Draft, Letterhead
from survey.questionnaires.documents import read_document
from survey.team import emails as team_emails
from survey.team.actions import PASSWORD_MAIL
from survey.team.models import User
from survey.team.rules import LINK_LIVES, LinkPurpose
from survey.web.shared.door import session, settings

_MASK = "masked"


def draft_of(message: Message) -> Draft | None:
    """The mail as it would be written today; None where what it speaks of is gone."""
    if message.kind == INVITATION:
        return _invitation(message)
    if message.kind == PASSWORD_MAIL:
        return _password_mail(message)
    return None


def _invitation(message: Message) -> Draft | None:
    invitation = to_send(session(), [message.subject_id or 0]).get(message.subject_id or 0)
    if invitation is None:
        return None
    head = _letterhead()
    asked = invitation_emails.asked_by(
        invitation,
        read_document(invitation.version.document, invitation.asked_as),
        to_address=message.to_address,
        company=head.company,
    )
    links = Links(answer=_MASK, opt_out=_MASK)
    return invitation_emails.invitation(_stationery(), head, asked, links)


def _password_mail(message: Message) -> Draft | None:
    user = session().get(User, message.subject_id or 0)
    if user is None:
        return None
    head = _letterhead()
    return team_emails.password_reset(
        _stationery(),
        head,
        to_address=message.to_address,
        name=user.name,
        reset_url=f"{settings().base_url}/reset/{_MASK}",
        hours=int(LINK_LIVES[LinkPurpose.SET_PASSWORD].total_seconds() // 3600),
    )


def _letterhead() -> Letterhead:
    given = settings()
    return letterhead(session(), base_url=given.base_url, postal_address=given.postal_address)


@cache
def _stationery() -> Stationery:
    return Stationery(shipped_folder("templates") / "mail")
