"""The kinds of mail that leave by themselves: what each needs, and when it must not leave."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from survey.company.queries import letterhead
from survey.config import Settings, shipped_folder
from survey.deals.types import Outcome
from survey.invitations import actions as invitation_actions
from survey.invitations import emails as invitation_emails
from survey.invitations import queries as invitation_queries
from survey.invitations.models import Invitation
from survey.jobs.deliver import Letter
from survey.mail.models import Attempt, Message
from survey.mail.rendering import Stationery
from survey.mail.types import Compose, Letterhead
from survey.questionnaires.documents import read_document
from survey.questionnaires.types import Document
from survey.responses import queries as response_queries
from survey.team import emails as team_emails
from survey.team.actions import PASSWORD_MAIL
from survey.team.models import User
from survey.team.rules import LINK_LIVES, LinkPurpose, sign_link

_RESET_WAITS = timedelta(hours=6)
_GONE = "The invitation is gone."
_ANSWERED = "The buyer has answered already."
_CLOSED = "The time to answer has passed."


def letters_of(settings: Settings) -> Mapping[str, Letter]:
    """Every kind of mail this version can write."""
    stationery = Stationery(shipped_folder("templates") / "mail")
    return {
        invitation_actions.INVITATION: InvitationLetter(settings, stationery),
        PASSWORD_MAIL: PasswordLetter(settings, stationery),
    }


class InvitationLetter:
    """Asks one buyer about one deal."""

    def __init__(self, settings: Settings, stationery: Stationery) -> None:
        self._settings = settings
        self._stationery = stationery
        self._documents: dict[tuple[int, Outcome], Document] = {}

    def unwanted(self, session: Session, message: Message, *, now: datetime) -> str | None:
        invitation = _invitation_of(session, message)
        if invitation is None:
            return _GONE
        if response_queries.for_invitation(session, invitation) is not None:
            return _ANSWERED
        reason = invitation_queries.still_wanted(
            session, invitation, to_address=message.to_address, now=now
        )
        if reason is not None:
            invitation_actions.cancel_invitation(session, invitation, reason=reason, now=now)
            return reason.sentence
        return _CLOSED if invitation.closes_at <= now else None

    def prepare(self, session: Session, attempt: Attempt, *, now: datetime) -> Compose:
        invitation = _known_invitation(session, attempt.message)
        head = _letterhead(session, self._settings)
        asked = invitation_emails.asked_by(
            invitation,
            self._document_of(invitation),
            to_address=attempt.message.to_address,
            company=head.company,
        )
        links = invitation_actions.mint_links(
            session, invitation, attempt_id=attempt.attempt_id, now=now
        )
        return partial(invitation_emails.invitation, self._stationery, head, asked, links)

    def accepted(self, session: Session, message: Message, *, now: datetime) -> None:
        invitation_actions.note_sent(session, _known_invitation(session, message), now=now)

    def _document_of(self, invitation: Invitation) -> Document:
        """A version is never edited once it is used, so it is read once per process."""
        key = (invitation.version_id, invitation.asked_as)
        if key not in self._documents:
            self._documents[key] = read_document(invitation.version.document, invitation.asked_as)
        return self._documents[key]


class PasswordLetter:
    """Carries the link with which one of our own people sets a password."""

    def __init__(self, settings: Settings, stationery: Stationery) -> None:
        self._settings = settings
        self._stationery = stationery

    def unwanted(self, session: Session, message: Message, *, now: datetime) -> str | None:
        user = session.get(User, message.subject_id or 0)
        if user is None or not user.is_active or user.email != message.to_address:
            return "The user is gone, is disabled, or has another address."
        if message.queued_at + _RESET_WAITS < now:
            return "It was asked for too long ago."
        return None

    def prepare(self, session: Session, attempt: Attempt, *, now: datetime) -> Compose:
        user = session.get_one(User, attempt.message.subject_id or 0)
        token = sign_link(
            LinkPurpose.SET_PASSWORD,
            public_id=user.public_id,
            session_key=user.session_key,
            secret=self._settings.secret,
            now=now,
        )
        return partial(
            team_emails.password_reset,
            self._stationery,
            _letterhead(session, self._settings),
            to_address=attempt.message.to_address,
            name=user.name,
            reset_url=f"{self._settings.base_url}/reset/{token}",
            hours=int(LINK_LIVES[LinkPurpose.SET_PASSWORD].total_seconds() // 3600),
        )

    def accepted(self, session: Session, message: Message, *, now: datetime) -> None:
        """Nothing hangs on it."""


def _letterhead(session: Session, settings: Settings) -> Letterhead:
    return letterhead(session, base_url=settings.base_url, postal_address=settings.postal_address)


def _invitation_of(session: Session, message: Message) -> Invitation | None:
    return invitation_queries.to_send(session, message.subject_id or 0)


def _known_invitation(session: Session, message: Message) -> Invitation:
    return session.get_one(Invitation, message.subject_id or 0)
