"""What follows from what: outcomes, decisions, waiting times, and what may stand in a header."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from survey.kit.tokens import digest
from survey.mail.types import (
    Heard,
    KeyRefused,
    MayHaveBeenSent,
    MessageState,
    NeverSend,
    ProviderAway,
    ReceiptKind,
    Refused,
    SettlementKind,
    SuppressionReason,
    TryLater,
    UncertainHour,
)

LEASE: Final = timedelta(minutes=5)
"""How long a claim is believed: far longer than any provider's timeout."""

SETTLED_FROM: Final[Mapping[SettlementKind, frozenset[MessageState]]] = {
    SettlementKind.SEND_AGAIN: frozenset({MessageState.FAILED, MessageState.UNCERTAIN}),
    SettlementKind.COUNT_AS_SENT: frozenset({MessageState.UNCERTAIN}),
    SettlementKind.DROP: frozenset(
        {MessageState.QUEUED, MessageState.FAILED, MessageState.UNCERTAIN}
    ),
}
"""In which states a person may decide what; everything else follows from attempts and receipts."""

_SUPPRESSED_BY: Final[Mapping[ReceiptKind, SuppressionReason]] = {
    ReceiptKind.BOUNCED: SuppressionReason.BOUNCED,
    ReceiptKind.COMPLAINED: SuppressionReason.COMPLAINED,
    ReceiptKind.OPTED_OUT: SuppressionReason.OPTED_OUT,
}
_DROPPED_FOR: Final[tuple[tuple[str, SuppressionReason | None], ...]] = (
    ("unsubscribed", SuppressionReason.OPTED_OUT),
    ("spam report", SuppressionReason.COMPLAINED),
    # What is wrong with our account or with this one mail says nothing about the address.
    ("quota", None),
    ("smtpapi", None),
    ("spam content", None),
    ("maximum credits", None),
)
_OWN_WORDS: Final = frozenset(
    {SuppressionReason.OPTED_OUT, SuppressionReason.COMPLAINED, SuppressionReason.ERASED}
)
_WEIGHT: Final[Mapping[SuppressionReason, int]] = {
    SuppressionReason.REFUSED: 0,
    SuppressionReason.BOUNCED: 1,
    SuppressionReason.ADDED_BY_PERSON: 1,
    SuppressionReason.OPTED_OUT: 2,
    SuppressionReason.COMPLAINED: 3,
    SuppressionReason.ERASED: 4,
}
"""What the person said outranks what machines and our own people did, and a refusal for good one
for the time being.
"""
PROOFS_OF_ARRIVAL: Final = frozenset({ReceiptKind.DELIVERED, ReceiptKind.SEEN})
SOFT_BOUNCES_IN_A_ROW: Final = 5
"""After so many an address is not written to any more."""
NOBODY: Final = "erased@erased.invalid"
"""Where an erased person's mails went: an address that no mail reaches (RFC 2606). It stands on the
list of addresses never to mail, and so does each of `nobody`, which is the same mailbox.
"""
FEWEST_TO_PROVE_A_FEED: Final = 5
FEED_RESTS: Final = timedelta(hours=1)
"""How long after an hour its receipts may still be on their way."""

_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)
_LONGEST_SILENCE = timedelta(days=1)
_DOUBLINGS = 6
_IS_ID = re.compile(r"[!-~]{1,200}")
_LONGEST_DETAIL = 280
_LONGEST_HEADER = 300
_LONGEST_NAME = 60
_MEANS_SOMETHING = str.maketrans(dict.fromkeys('<>@()[]:;"\\', " "))
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


def may_settle(state: MessageState, kind: SettlementKind) -> bool:
    """Whether a person may decide this about a mail that stands so."""
    return state in SETTLED_FROM[kind]


def suppression_for(kind: ReceiptKind, reason: str) -> SuppressionReason | None:
    """Why one such event alone forbids to write to its address again; None where it does not.

    A drop does, except where its reason is our account or the one mail.
    """
    if kind is not ReceiptKind.DROPPED:
        return _SUPPRESSED_BY.get(kind)
    told_of = reason.lower()
    return next((why for words, why in _DROPPED_FOR if words in told_of), SuppressionReason.BOUNCED)


def is_persons_own_word(reason: SuppressionReason) -> bool:
    """Whether the person said so themselves, so that nobody else may take it back."""
    return reason in _OWN_WORDS


def outranks(reason: SuppressionReason, known: SuppressionReason) -> bool:
    """Whether the one is to stand on the list instead of the other, whichever came first."""
    return _WEIGHT[reason] > _WEIGHT[known]


def soft_bounces_in_a_row(heard: Iterable[Heard]) -> int:
    """How often in a row at most an address refused mail for the time being.

    Not only up to the newest: five in a row close an address for good, whatever is told of it
    later, and whichever of them is told last.
    """
    longest = row = 0
    for each in sorted(heard, key=lambda each: (each.happened_at, each.kind)):
        if each.kind in PROOFS_OF_ARRIVAL:
            row = 0
        elif each.kind is ReceiptKind.BLOCKED:
            row += 1
            longest = max(longest, row)
    return longest


def refuses(heard: Iterable[Heard]) -> bool:
    """Whether an address is not to be written to any more for all that it refused."""
    return soft_bounces_in_a_row(heard) >= SOFT_BOUNCES_IN_A_ROW


def feed_proves(hour: UncertainHour, *, now: datetime) -> bool:
    """Whether silence about a mail of this hour means that it never left: every other mail of the
    hour, and enough of them, was heard of, and late receipts have had their time.
    """
    return (
        hour.others >= FEWEST_TO_PROVE_A_FEED
        and hour.heard_of == hour.others
        and now >= hour.ended_at + FEED_RESTS
    )


def next_try_at(attempts_made: int, *, now: datetime, not_before: datetime | None) -> datetime:
    """One minute, doubling up to an hour; later if the provider named a later moment, within a day:
    a provider's wrong clock must not silence us.
    """
    doublings = min(max(attempts_made - 1, 0), _DOUBLINGS)
    waited = now + min(_FIRST_WAIT * (1 << doublings), _LONGEST_WAIT)
    return waited if not_before is None else max(waited, believable(not_before, now=now))


def believable(moment: datetime, *, now: datetime) -> datetime:
    """A moment that a provider named, or a day from now if it lies further away."""
    return min(moment, now + _LONGEST_SILENCE)


def refusal_of(status: int, detail: str, *, not_before: datetime | None = None) -> Refused:
    """What an HTTP answer other than "accepted" asks us to do."""
    sentence, kind = _REFUSALS.get(status) or _REFUSALS_BY_CLASS.get(status // 100, _FAILED)
    known = f"{status}: {detail}" if detail else str(status)
    return kind(f"{sentence} ({known}).", status_code=status, not_before=not_before)


def told(detail: str) -> str:
    """A provider's words as they are kept: one line, no address, no more than a sentence or two."""
    without_addresses = _ADDRESS_IN_TEXT.sub("…", header_text(detail))
    return without_addresses[:_LONGEST_DETAIL]


def kept_id(their_id: str | None) -> str | None:
    """A provider's id of a mail as it is kept. What is none, too long or with characters that no id
    has, is left out: the mail was accepted all the same, and its receipts name our own id.
    """
    is_id = their_id is not None and _IS_ID.fullmatch(their_id) is not None
    return their_id if is_id else None


def header_text(text: str) -> str:
    """Text that is safe in a mail header: one line, no control or direction characters.

    Unicode's line and paragraph separators count as line ends, as some mail servers read them so.
    """
    if not (text.isascii() and text.isprintable()):  # most is, and has none of these
        text = "".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in text)
    return " ".join(text.split())[:_LONGEST_HEADER]


def display_name(text: str) -> str:
    """A name that may stand before an address: without what has a meaning in an address header.

    Short enough to stand on one line: the standard library folds longer quoted names without
    their quotes, so that a comma in a name made two recipients.
    """
    kept = header_text(text).translate(_MEANS_SOMETHING)
    return " ".join(kept.split())[:_LONGEST_NAME]


def is_one_address(address: str) -> bool:
    """Whether the text is exactly one plain mailbox address of printable characters."""
    if _ONE_ADDRESS.fullmatch(address) is None or header_text(address) != address:
        return False
    return address.isascii() or unicodedata.normalize("NFKC", address) == address


def mailbox(address: str) -> str:
    """One writing for all that reach the same person: lower case, the domain in ASCII, and without
    what stands behind a plus (`jane+deals@x.example` is Jane's, so her no counts for it too).
    """
    local, _, domain = address.strip().lower().rpartition("@")
    if not domain.isascii():
        with suppress(UnicodeError):
            domain = domain.encode("idna").decode()
    return f"{local.partition('+')[0] or local}@{domain}"


def address_digest(address: str) -> str:
    """The only form in which a suppressed address must be kept: SHA-256 of its mailbox."""
    return digest(mailbox(address))


def nobody(number: int) -> str:
    """The address of an erased person, of whom a number is left."""
    return NOBODY.replace("@", f"+{number}@")


def is_nobody(address: str) -> bool:
    """Whether the address is what stands in the place of an erased person's."""
    return mailbox(address) == NOBODY
