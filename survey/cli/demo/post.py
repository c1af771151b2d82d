"""How the demo's mail leaves: the last weeks' whole, and what is long past without its paper."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from survey.letters.letter import Sendable
from survey.mail.models import Claimed
from survey.mail.types import AttemptOutcome, Compose, Draft, Ending

_BLANK = Draft(to_address="", to_name="", subject="", text="", html="", from_name="")


class PastLetter:
    """A letter whose sending is remembered, but whose links and words nobody will ask for.

    Rendering a year of mails and checking each again took most of the demo's time.
    """

    def __init__(self, letter: Sendable) -> None:
        self.accepted = letter.accepted

    def ready(
        self, _session: Session, attempts: Sequence[Claimed], *, now: datetime
    ) -> dict[str, Compose | Ending]:
        del now
        return {attempt.attempt_id: lambda: _BLANK for attempt in attempts}


class PastProvider:
    """Takes every mail and keeps none."""

    name = "file"

    def hand_over(self, _draft: Draft, *, attempt_id: str) -> Ending:
        return Ending(AttemptOutcome.ACCEPTED, provider_message_id=f"{attempt_id}@past")


def remembered(letters: Mapping[str, Sendable]) -> dict[str, PastLetter]:
    return {kind: PastLetter(letter) for kind, letter in letters.items()}
