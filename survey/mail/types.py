"""The words of mail: what a message is, where it stands, what a provider answered."""

from dataclasses import dataclass, field
from enum import StrEnum


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
