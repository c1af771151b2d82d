"""What delivering knows of whoever hands mails over, and what the log hears of it."""

from collections.abc import Mapping
from typing import Protocol

import structlog

from survey.mail.posting.handing import Handed, broken_by
from survey.mail.types import AttemptOutcome, Compose, Draft, Ending

GATHERED_S = 0.02
"""Endings within this time are told together, while there is more to do than one mail a thread."""
_UNREADABLE = "The mail could not be written. The log says why; it is tried again."

log = structlog.get_logger(__name__)


class Poster(Protocol):
    """Renders mails and hands them over, several at once. One thread gives it mails, and hears from
    it how they ended.
    """

    most_begun: int
    """How many mails it has under way at most, so that none of its threads waits for the books."""
    has_died: bool
    """Whether it can hand nothing over any more."""

    def take(self, attempt_id: str, compose: Compose) -> None:
        """Render this mail and hand it over; does not wait for the provider."""
        ...

    def ended(self) -> Mapping[str, Ending]:
        """Wait until one at least has ended: attempt id → how. Empty where none is under way."""
        ...

    def take_back(self) -> list[str]:
        """Take out those that nobody has begun to hand over: they certainly never leave. No more
        are given to it after this.
        """
        ...

    def close(self) -> None:
        """End. What is under way, because nobody could write down how it ends, may be cut off."""
        ...


def rendered(compose: Compose, *, attempt_id: str) -> Draft | Ending:
    """The mail, or how its attempt ends because it cannot be written."""
    try:
        return compose()
    except Exception as error:
        return unwritten(error, attempt_id=attempt_id)


def unwritten(error: Exception, *, attempt_id: str) -> Ending:
    """How an attempt ends whose mail cannot be written."""
    log.error("mail.not_written", attempt=attempt_id, **broken_by(error)._asdict())
    return Ending(AttemptOutcome.TRY_LATER, detail=_UNREADABLE)


def heard(handed: Handed, *, attempt_id: str) -> Ending:
    """How it ended; what broke goes to the log."""
    if handed.broke is not None:
        log.error("mail.provider_failed", attempt=attempt_id, **handed.broke._asdict())
    return handed.ending
