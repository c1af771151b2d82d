"""The words of mail: what a message is, where it stands, what a provider answered."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, Protocol
from urllib.parse import urlsplit

from survey.kit.errors import SurveyError


class MessageState(StrEnum):
    """Where a message stands: a fold of its attempts, its receipts and what people decided."""

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


class ReceiptKind(StrEnum):
    """What a provider's event tells, in our words."""

    PROCESSED = "processed"
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    SEEN = "seen"
    """Opened or clicked: it arrived. Never proof of a human."""
    BOUNCED = "bounced"
    """Refused for good."""
    BLOCKED = "blocked"
    """Refused for now: a soft bounce."""
    DROPPED = "dropped"
    """The provider did not even try."""
    COMPLAINED = "complained"
    OPTED_OUT = "opted_out"
    OTHER = "other"
    """A kind of event that this version does not know; it is kept."""
    UNREADABLE = "unreadable"
    """Not an event at all; it is kept, and means nothing."""


class SettlementKind(StrEnum):
    """What was decided about one mail, apart from handing it over."""

    SEND_AGAIN = "send_again"
    COUNT_AS_SENT = "count_as_sent"
    DROP = "drop"


class SuppressionReason(StrEnum):
    OPTED_OUT = "opted_out"
    BOUNCED = "bounced"
    REFUSED = "refused"
    """Refused for the time being, too often in a row."""
    COMPLAINED = "complained"
    ADDED_BY_PERSON = "added_by_person"
    ERASED = "erased"
    """The person asked to be forgotten: only the digest is kept."""


class Left(NamedTuple):
    """A mail that left: of which kind, and about which row."""

    kind: str
    subject_id: int | None


@dataclass(frozen=True, slots=True)
class Decided:
    """A mail that was decided on, before it stands in the outbox."""

    key: str
    """Opaque and unique: deciding the same thing twice makes one message."""
    subject_id: int
    to_address: str
    send_after_at: datetime


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
    mail_id: str = ""
    """The outbox's id of the mail: the same at every attempt, so that mail servers that see it
    twice may know it, and a mail that came back can be found.
    """


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
class ProviderEvent:
    """One event as a provider told it, read but not yet matched to a mail of ours."""

    kind: ReceiptKind
    digest: str
    """The same for every copy of one event, whatever the provider changes on a retry."""
    raw: dict[str, Any]
    happened_at: datetime | None = None
    attempt_id: str | None = None
    provider_message_ids: tuple[str, ...] = ()
    """What may be the provider's own id of the mail: it comes with a tail of unknown length."""
    address: str | None = None
    reason: str = ""
    """The provider's words, where it gives any."""
    message_id: int | None = None
    """Our own number of the mail, where it is known without asking."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt as the fold sees it: null while it is under way."""

    outcome: AttemptOutcome | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """One decision as the fold sees it."""

    kind: SettlementKind
    reason: str
    after_attempts: int
    """How many attempts had been made by then: what comes later speaks louder."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One receipt as the fold sees it."""

    kind: ReceiptKind
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a message stands, and what ever went wrong with it (which nothing takes back)."""

    state: MessageState
    reason: str = ""
    bounced_at: datetime | None = None
    dropped_at: datetime | None = None
    complained_at: datetime | None = None
    opted_out_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class History:
    """All that is known of a mail, as the fold takes it."""

    tried: tuple[Tried, ...] = ()
    settled: tuple[Settled, ...] = ()
    heard: tuple[Heard, ...] = ()


@dataclass(frozen=True, slots=True)
class UncertainHour:
    """How many mails of an hour are uncertain, and what was heard of the others of that hour."""

    hour: datetime
    """When it began."""
    uncertain: int
    others: int
    """Mails that the provider accepted within it."""
    heard_of: int
    """Of these, how many any receipt spoke of."""

    @property
    def ended_at(self) -> datetime:
        return self.hour + timedelta(hours=1)


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
    pause_until: datetime | None = None
    """The provider takes no mail of ours before this moment, by its own words."""


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
        """The moment before which the provider asks not to be tried again."""

    @property
    def ending(self) -> Ending:
        return Ending(
            self.outcome,
            detail=str(self),
            status_code=self.status_code,
            not_before=self.not_before,
            is_provider_away=isinstance(self, ProviderAway),
            pause_until=self.not_before if isinstance(self, ProviderAway) else None,
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
