"""What follows from what: outcomes, moves, waiting times, and what may stand in a header. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from survey.kit.tokens import digest
from survey.mail.types import (
    AttemptOutcome,
    KeyRefused,
    MayHaveBeenSent,
    MessageState,
    NeverSend,
    ProviderAway,
    Refused,
    TryLater,
)

LEASE: Final = timedelta(minutes=5)
"""How long a claim is believed: far longer than any provider's timeout."""

MOVES: Final[Mapping[MessageState, frozenset[MessageState]]] = {
    MessageState.QUEUED: frozenset(
        {MessageState.CLAIMED, MessageState.CANCELLED, MessageState.ACCEPTED}
    ),
    MessageState.CLAIMED: frozenset(
        {
            MessageState.ACCEPTED,
            MessageState.QUEUED,
            MessageState.FAILED,
            MessageState.UNCERTAIN,
            MessageState.CANCELLED,
        }
    ),
    MessageState.UNCERTAIN: frozenset(
        {MessageState.ACCEPTED, MessageState.QUEUED, MessageState.FAILED, MessageState.DELIVERED}
    ),
    MessageState.ACCEPTED: frozenset({MessageState.DEFERRED, MessageState.DELIVERED}),
    MessageState.DEFERRED: frozenset({MessageState.DELIVERED}),
    MessageState.DELIVERED: frozenset(),
    MessageState.FAILED: frozenset({MessageState.QUEUED, MessageState.ACCEPTED}),
    MessageState.CANCELLED: frozenset(),
}

STATE_AFTER: Final[Mapping[AttemptOutcome, MessageState]] = {
    AttemptOutcome.ACCEPTED: MessageState.ACCEPTED,
    AttemptOutcome.TRY_LATER: MessageState.QUEUED,
    AttemptOutcome.NEVER_SEND: MessageState.FAILED,
    AttemptOutcome.MAY_HAVE_BEEN_SENT: MessageState.UNCERTAIN,
    AttemptOutcome.QUEUE_STOPPED: MessageState.QUEUED,
    AttemptOutcome.NOT_WANTED: MessageState.CANCELLED,
}

_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)
_LONGEST_SILENCE = timedelta(days=1)
_DOUBLINGS = 6
_LONGEST_DETAIL = 280
_LONGEST_HEADER = 300
_LONGEST_NAME = 60
_MEANS_SOMETHING = frozenset('<>@()[]:;"\\')
_ADDRESS_IN_TEXT = re.compile(r"[^\s<>@]+@[^\s<>@]+")
# One address and nothing else: no second recipient, no comment, no quoting, no line end.
_ONE_ADDRESS = re.compile(r"[^\s@<>(),:;\"\\\[\]]+@[^\s@<>(),:;\"\\\[\]]+")

_FAILED: Final = ("The provider failed over the mail", MayHaveBeenSent)
_MOVED: Final = ("The provider's address is wrong", KeyRefused)
_REFUSALS: Final[Mapping[int, tuple[str, type[Refused]]]] = {
    401: ("The provider refused our key", KeyRefused),
    403: ("The provider refused our key", KeyRefused),
    404: _MOVED,
    405: _MOVED,
    408: ("The request did not arrive whole", TryLater),
    429: ("Too many mails at once", ProviderAway),
}
_REFUSALS_BY_CLASS: Final[Mapping[int, tuple[str, type[Refused]]]] = {
    3: _MOVED,
    4: ("The provider refused the mail", NeverSend),
}


def may_move(state: MessageState, to: MessageState) -> bool:
    return to in MOVES[state]


def next_try_at(attempts_made: int, *, now: datetime, not_before: datetime | None) -> datetime:
    """One minute, doubling up to an hour; later if the provider named a later moment (within a day,
    so that a provider's wrong clock cannot silence us).
    """
    doublings = min(max(attempts_made - 1, 0), _DOUBLINGS)
    waited = now + min(_FIRST_WAIT * (1 << doublings), _LONGEST_WAIT)
    if not_before is None:
        return waited
    return max(waited, min(not_before, now + _LONGEST_SILENCE))


def refusal_of(status: int, detail: str, *, not_before: datetime | None = None) -> Refused:
    """What an HTTP answer other than "accepted" asks us to do."""
    sentence, kind = _REFUSALS.get(status) or _REFUSALS_BY_CLASS.get(status // 100, _FAILED)
    known = f"{status}: {detail}" if detail else str(status)
    return kind(f"{sentence} ({known}).", status_code=status, not_before=not_before)


def told(detail: str) -> str:
    """A provider's words as they are kept: one line, no address, no more than a sentence or two."""
    without_addresses = _ADDRESS_IN_TEXT.sub("…", header_text(detail))
    return without_addresses[:_LONGEST_DETAIL]


def header_text(text: str) -> str:
    """Text that is safe in a mail header: one line, no control or direction characters.

    Unicode's line and paragraph separators count as line ends, as some mail servers read them so.
    """
    kept = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in text)
    return " ".join(kept.split())[:_LONGEST_HEADER]


def display_name(text: str) -> str:
    """A name that may stand before an address: without what has a meaning in an address header.

    Short enough to stand on one line: the standard library folds longer quoted names without
    their quotes, so that a comma in a name made two recipients.
    """
    kept = "".join(" " if letter in _MEANS_SOMETHING else letter for letter in header_text(text))
    return " ".join(kept.split())[:_LONGEST_NAME]


def is_one_address(address: str) -> bool:
    """Whether the text is exactly one plain mailbox address of printable characters."""
    return (
        _ONE_ADDRESS.fullmatch(address) is not None
        and header_text(address) == address
        and unicodedata.normalize("NFKC", address) == address
    )


def address_digest(address: str) -> str:
    """The only form in which a suppressed address must be kept: SHA-256 of it in lower case."""
    return digest(address.strip().lower())
