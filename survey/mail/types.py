"""The words of mail: what a message is, where it stands, what a provider answered."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol
from urllib.parse import urlsplit

from survey.kit.errors import SurveyError


class MessageState(StrEnum):
    """Where a message stands: a projection of its attempts (and later its receipts)."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"


class AttemptOutcome(StrEnum):
    """How one try to hand a message over ended; null in the table while it is under way."""

    ACCEPTED = "accepted"
    TRY_LATER = "try_later"
    NEVER_SEND = "never_send"
    MAY_HAVE_BEEN_SENT = "may_have_been_sent"
    QUEUE_STOPPED = "queue_stopped"
    NOT_WANTED = "not_wanted"


class SuppressionReason(StrEnum):
    OPTED_OUT = "opted_out"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    ADDED_BY_PERSON = "added_by_person"


@dataclass(frozen=True, slots=True)
class Draft:
    """One e-mail, ready to hand over; lives in memory only."""

    to_address: str
    to_name: str
    subject: str
    text: str
    html: str
    from_name: str
    reply_to: str | None = None
    list_id: str | None = None
    """`List-Id` of the campaign, without angle brackets."""
    opt_out_url: str | None = None
    """Set on mail to buyers: becomes `List-Unsubscribe` and `List-Unsubscribe-Post` (RFC 8058)."""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What all our mails say of the company, and where its pages are."""

    company: str
    postal_address: str
    colour: str
    """As #1f5f5b."""
    base_url: str

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or "localhost"

    @property
    def facts(self) -> dict[str, Any]:
        """What every mail's template may name; the postal address on one line."""
        lines = (line.strip() for line in self.postal_address.splitlines())
        return {
            "company": self.company,
            "colour": self.colour,
            "postal_address": ", ".join(line for line in lines if line) or self.company,
            "privacy_url": f"{self.base_url}/privacy",
        }


Compose = Callable[[], Draft]
"""Renders one mail from facts that were read before; touches no database."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How one attempt ended, as it is recorded."""

    outcome: AttemptOutcome
    detail: str = ""
    status_code: int | None = None
    provider_message_id: str | None = None
    not_before: datetime | None = None
    """The moment before which the provider asks not to be tried again."""
    is_provider_away: bool = False
    """No other mail would fare better just now."""


class Refused(SurveyError):
    """A provider did not take a mail. The subclass says what to do with it."""

    outcome: ClassVar[AttemptOutcome]

    def __init__(
        self,
        detail: str,
        *,
        status_code: int | None = None,
        not_before: datetime | None = None,
    ) -> None:
        super().__init__(detail)
        self.status_code = status_code
        self.not_before = not_before

    @property
    def ending(self) -> Ending:
        return Ending(
            self.outcome,
            detail=str(self),
            status_code=self.status_code,
            not_before=self.not_before,
            is_provider_away=isinstance(self, ProviderAway),
        )


class TryLater(Refused):
    """The mail was certainly not taken, and a later try may succeed."""

    outcome = AttemptOutcome.TRY_LATER


class ProviderAway(TryLater):
    """No mail can be handed over just now: out of reach, or too many at once."""


class NeverSend(Refused):
    """The mail was refused for what it is; trying again would change nothing."""

    outcome = AttemptOutcome.NEVER_SEND


class MayHaveBeenSent(Refused):
    """The answer was lost after the mail had left: only an event or a person can tell."""

    outcome = AttemptOutcome.MAY_HAVE_BEEN_SENT


class KeyRefused(Refused):
    """The provider does not accept us at all: everything stops until a person has looked."""

    outcome = AttemptOutcome.QUEUE_STOPPED


class Provider(Protocol):
    """Hands over one mail to one person. Threads share it."""

    @property
    def name(self) -> str: ...

    def hand_over(self, draft: Draft, *, attempt_id: str) -> Ending:
        """Return how it was accepted, or raise `Refused`. `attempt_id` travels with the mail."""
        ...
