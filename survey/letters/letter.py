"""What is to be known of one kind of mail, and what all kinds are written on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from survey.company import queries
from survey.config import Settings
from survey.mail.models import Claimed, Message
from survey.mail.rendering import Stationery
from survey.mail.types import Compose, Draft, Ending, Letterhead

MASK = "masked"
"""Stands for a token in what our own people read, so that nobody inside can answer as the buyer."""


class Sendable(Protocol):
    """What delivering must know of one kind of mail. Asked of many at once, for speed."""

    def ready(
        self, session: Session, attempts: Sequence[Claimed], *, now: datetime
    ) -> Mapping[str, Compose | Ending]:
        """Attempt id → what renders its mail, or how it ends because it should not leave any more.

        Runs in the claiming transaction, and mints the tokens there.
        """
        ...

    def accepted(self, session: Session, subjects: Sequence[int], *, now: datetime) -> None:
        """Note on the letter's own rows, by number, that the provider took the mails about them."""
        ...


class Letter(Sendable, Protocol):
    """One kind of mail: how it leaves, and how our own people see it."""

    @property
    def name(self) -> str:
        """What our own people call it: Invitation."""
        ...

    def shown(self, session: Session, message: Message) -> Draft | None:
        """The mail as it would be written now, its tokens masked; None where what it speaks of is
        gone. Writes nothing.
        """
        ...


@dataclass(frozen=True, slots=True)
class Paper:
    """What every letter is written on: the templates, and what the company says of itself."""

    settings: Settings
    stationery: Stationery

    def letterhead(self, session: Session) -> Letterhead:
        return queries.letterhead(
            session,
            base_url=self.settings.base_url,
            postal_address=self.settings.postal_address,
        )


def subject_of(message: Message) -> int:
    """The number of the row that the message is about; 0, which no row has, where it names none."""
    return message.subject_id or 0
