"""The mails with which one of our own people sets a password: the first one, or a new one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from survey.letters.letter import MASK, Letter, Paper, subject_of
from survey.mail.models import Claimed, Message
from survey.mail.types import AttemptOutcome, Compose, Draft, Ending, Letterhead
from survey.team import emails
from survey.team.models import User
from survey.team.rules import LINK_LIVES, LinkPurpose, sign_link

_WAITS = timedelta(hours=6)
_NO_USER = "The user is gone, is disabled, or has another address."
_TOO_LATE = "It was asked for too long ago."


@dataclass(frozen=True, slots=True)
class _Link:
    """A link to set a password, and for how many hours it works."""

    url: str
    hours: int


_Write = Callable[[Letterhead, User, _Link], Draft]


class _LinkLetter:
    """Carries the link with which a user sets a password, in the words of a kind."""

    def __init__(self, paper: Paper, name: str, write: _Write) -> None:
        self.name = name
        self._paper = paper
        self._write = write

    def ready(
        self, session: Session, attempts: Sequence[Claimed], *, now: datetime
    ) -> Mapping[str, Compose | Ending]:
        return {attempt.attempt_id: self._ready(session, attempt, now=now) for attempt in attempts}

    def accepted(self, session: Session, subjects: Sequence[int], *, now: datetime) -> None:
        """Nothing hangs on it."""

    def shown(self, session: Session, message: Message) -> Draft | None:
        user = session.get(User, subject_of(message))
        if user is None:
            return None
        return self._write(self._paper.letterhead(session), user, self._link(MASK))

    def _ready(self, session: Session, attempt: Claimed, *, now: datetime) -> Compose | Ending:
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
        return partial(self._write, self._paper.letterhead(session), user, self._link(token))

    def _link(self, token: str) -> _Link:
        lives = LINK_LIVES[LinkPurpose.SET_PASSWORD]
        url = f"{self._paper.settings.base_url}/reset/{token}"
        return _Link(url, int(lives.total_seconds() // 3600))


def password_letter(paper: Paper) -> Letter:
    """For a user who asked for a new password."""

    def write(head: Letterhead, user: User, link: _Link) -> Draft:
        return emails.password_reset(
            paper.stationery,
            head,
            to_address=user.email,
            name=user.name,
            reset_url=link.url,
            hours=link.hours,
        )

    return _LinkLetter(paper, "Password link", write)


def welcome_letter(paper: Paper) -> Letter:
    """For a user whom an admin let in."""

    def write(head: Letterhead, user: User, link: _Link) -> Draft:
        return emails.welcome(
            paper.stationery,
            head,
            to_address=user.email,
            name=user.name,
            role=user.role,
            reset_url=link.url,
            hours=link.hours,
        )

    return _LinkLetter(paper, "Welcome", write)
