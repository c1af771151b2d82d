"""The kinds of mail that leave by themselves: what each needs, and when it must not leave."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from survey.company.queries import letterhead
from survey.config import Settings, shipped_folder
from survey.deals.types import Outcome
from survey.invitations import emails, queries
from survey.invitations.actions import inviting
from survey.invitations.actions.links import mint_links_of_all
from survey.invitations.models import Invitation
from survey.jobs.deliver import Letter
from survey.mail.models import Attempt, Message
from survey.mail.rendering import Stationery
from survey.mail.types import AttemptOutcome, Compose, Ending, Letterhead
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
_NO_USER = "The user is gone, is disabled, or has another address."
_TOO_LATE = "It was asked for too long ago."


def letters_of(settings: Settings) -> Mapping[str, Letter]:
    """Every kind of mail this version can write."""
    stationery = Stationery(shipped_folder("templates") / "mail")
    return {
        inviting.INVITATION: InvitationLetter(settings, stationery),
        PASSWORD_MAIL: PasswordLetter(settings, stationery),
    }


class InvitationLetter:
    """Asks one buyer about one deal."""

    def __init__(self, settings: Settings, stationery: Stationery) -> None:
        self._settings = settings
        self._stationery = stationery
        self._documents: dict[tuple[int, Outcome], Document] = {}

    def ready(
        self, session: Session, attempts: Sequence[Attempt], *, now: datetime
    ) -> Mapping[str, Compose | Ending]:
        found = queries.to_send(session, [_subject(attempt.message) for attempt in attempts])
        reasons = _reasons_against(session, attempts, found, now=now)
        wanted = [attempt for attempt in attempts if attempt.attempt_id not in reasons]
        return {
            **{key: Ending(AttemptOutcome.NOT_WANTED, reason) for key, reason in reasons.items()},
            **self._composed(session, wanted, found, now=now),
        }

    def accepted(self, session: Session, messages: Sequence[Message], *, now: datetime) -> None:
        inviting.note_sent(session, [_subject(message) for message in messages], now=now)

    def _composed(
        self,
        session: Session,
        attempts: Sequence[Attempt],
        found: Mapping[int, Invitation],
        *,
        now: datetime,
    ) -> dict[str, Compose]:
        if not attempts:
            return {}
        head = _letterhead(session, self._settings)
        invitations = [found[_subject(attempt.message)] for attempt in attempts]
        asked = [
            emails.asked_by(
                invitation,
                self._document_of(invitation),
                to_address=attempt.message.to_address,
                company=head.company,
            )
            for invitation, attempt in zip(invitations, attempts, strict=True)
        ]
        keys = [attempt.attempt_id for attempt in attempts]
        links = mint_links_of_all(session, list(zip(invitations, keys, strict=True)), now=now)
        return {
            key: partial(emails.invitation, self._stationery, head, each, minted)
            for key, each, minted in zip(keys, asked, links, strict=True)
        }

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

    def ready(
        self, session: Session, attempts: Sequence[Attempt], *, now: datetime
    ) -> Mapping[str, Compose | Ending]:
        return {attempt.attempt_id: self._ready(session, attempt, now=now) for attempt in attempts}

    def accepted(self, session: Session, messages: Sequence[Message], *, now: datetime) -> None:
        """Nothing hangs on it."""

    def _ready(self, session: Session, attempt: Attempt, *, now: datetime) -> Compose | Ending:
        message = attempt.message
        user = session.get(User, _subject(message))
        if user is None or not user.is_active or user.email != message.to_address:
            return Ending(AttemptOutcome.NOT_WANTED, _NO_USER)
        if message.queued_at + _RESET_WAITS < now:
            return Ending(AttemptOutcome.NOT_WANTED, _TOO_LATE)
        return self._composed(session, user, now=now)

    def _composed(self, session: Session, user: User, *, now: datetime) -> Compose:
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
            to_address=user.email,
            name=user.name,
            reset_url=f"{self._settings.base_url}/reset/{token}",
            hours=int(LINK_LIVES[LinkPurpose.SET_PASSWORD].total_seconds() // 3600),
        )


def _letterhead(session: Session, settings: Settings) -> Letterhead:
    return letterhead(session, base_url=settings.base_url, postal_address=settings.postal_address)


def _reasons_against(
    session: Session,
    attempts: Sequence[Attempt],
    found: Mapping[int, Invitation],
    *,
    now: datetime,
) -> dict[str, str]:
    """Attempt id → why its mail should not leave any more; a skipped invitation is cancelled."""
    addressed = [
        (found[number], attempt.message.to_address)
        for attempt in attempts
        if (number := _subject(attempt.message)) in found
    ]
    skipped = queries.not_wanted_any_more(session, addressed, now=now)
    answered = response_queries.answered_among(session, list(found))
    reasons = {}
    for attempt in attempts:
        number = _subject(attempt.message)
        if number not in found:
            reasons[attempt.attempt_id] = _GONE
        elif number in answered:
            reasons[attempt.attempt_id] = _ANSWERED
        elif (reason := skipped.get(number)) is not None:
            inviting.cancel_invitation(session, found[number], reason=reason, now=now)
            reasons[attempt.attempt_id] = reason.sentence
        elif found[number].closes_at <= now:
            reasons[attempt.attempt_id] = _CLOSED
    return reasons


def _subject(message: Message) -> int:
    return message.subject_id or 0
