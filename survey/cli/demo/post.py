"""How the demo's mail leaves: the last weeks' whole, and what is long past without its paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey.jobs.deliver import Letter
from survey.mail.models import Attempt, Message
from survey.mail.types import AttemptOutcome, Compose, Draft, Ending


@dataclass(frozen=True, slots=True)
class PastLetter:
    """A letter whose sending is remembered, but whose links and words nobody will ask for.

    Rendering a year of mails and checking each again took most of the demo's time.
    """

    letter: Letter

    def unwanted(self, session: Session, message: Message, *, now: datetime) -> str | None:
        return None

    def prepare(self, session: Session, attempt: Attempt, *, now: datetime) -> Compose:
        return lambda: _BLANK

    def accepted(self, session: Session, message: Message, *, now: datetime) -> None:
        self.letter.accepted(session, message, now=now)


class PastProvider:
    """Takes every mail and keeps none."""

    name = "file"

    def hand_over(self, draft: Draft, *, attempt_id: str) -> Ending:
        return Ending(AttemptOutcome.ACCEPTED, provider_message_id=f"{attempt_id}@past")


_BLANK = Draft(to_address="", to_name="", subject="", text="", html="", from_name="")


def remembered(letters: Mapping[str, Letter]) -> dict[str, Letter]:
    return {kind: PastLetter(letter) for kind, letter in letters.items()}
