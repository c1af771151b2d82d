"""The mail with which one of our own people sets a password."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from survey.letters.letter import MASK, Paper, subject_of
from survey.mail.models import Attempt, Message
from survey.mail.types import AttemptOutcome, Compose, Draft, Ending
from survey.team import emails
from survey.team.models import User
from survey.team.rules import LINK_LIVES, LinkPurpose, sign_link

_WAITS = timedelta(hours=6)
_NO_USER = "The user is gone, is disabled, or has another address."
_TOO_LATE = "It was asked for too long ago."


class PasswordLetter:
    """Carries the link with which a user sets a password."""

    name = "Password link"

    def __init__(self, paper: Paper) -> None:
        self._paper = paper

    def ready(
        self, session: Session, attempts: Sequence[Attempt], *, now: datetime
    ) -> Mapping[str, Compose | Ending]:
        return {attempt.attempt_id: self._ready(session, attempt, now=now) for attempt in attempts}

    def accepted(self, session: Session, messages: Sequence[Message], *, now: datetime) -> None:
        """Nothing hangs on it."""

    def shown(self, session: Session, message: Message) -> Draft | None:
        user = session.get(User, subject_of(message))
        return self._composed(session, user, token=MASK)() if user else None

    def _ready(self, session: Session, attempt: Attempt, *, now: datetime) -> Compose | Ending:
        message = attempt.message
        user = session.get(User, subject_of(message))
        if user is None or not user.is_active or user.email != message.to_address:
            return Ending(AttemptOutcome.NOT_WANTED, _NO_USER)
        if message.queued_at + _WAITS < now:
            return Ending(AttemptOutcome.NOT_WANTED, _TOO_LATE)
        token = sign_link(
            LinkPurpose.SET_PASSWORD,
            public_id=user.public_id,
            session_key=user.session_key,
            secret=self._paper.settings.secret,
            now=now,
        )
        return self._composed(session, user, token=token)

    def _composed(self, session: Session, user: User, *, token: str) -> Compose:
        return partial(
            emails.password_reset,
            self._paper.stationery,
            self._paper.letterhead(session),
            to_address=user.email,
            name=user.name,
            reset_url=f"{self._paper.settings.base_url}/reset/{token}",
            hours=int(LINK_LIVES[LinkPurpose.SET_PASSWORD].total_seconds() // 3600),
        )
