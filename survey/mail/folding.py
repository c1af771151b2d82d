"""Where a mail stands, told from all that is known of it. Pure, and blind to the order of receipts:
events come up to 46 times, a day late, out of order, or never (seen in the field).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from survey.mail.types import (
    AttemptOutcome,
    Heard,
    MessageState,
    ReceiptKind,
    Settled,
    SettlementKind,
    Standing,
    Tried,
)

STATE_AFTER: Final[Mapping[AttemptOutcome | None, MessageState]] = {
    None: MessageState.CLAIMED,
    AttemptOutcome.ACCEPTED: MessageState.ACCEPTED,
    AttemptOutcome.TRY_LATER: MessageState.QUEUED,
    AttemptOutcome.NEVER_SEND: MessageState.FAILED,
    AttemptOutcome.MAY_HAVE_BEEN_SENT: MessageState.UNCERTAIN,
    AttemptOutcome.QUEUE_STOPPED: MessageState.QUEUED,
    AttemptOutcome.NOT_WANTED: MessageState.CANCELLED,
}
_STATE_SETTLED: Final[Mapping[SettlementKind, MessageState]] = {
    SettlementKind.SEND_AGAIN: MessageState.QUEUED,
    SettlementKind.COUNT_AS_SENT: MessageState.ACCEPTED,
    SettlementKind.DROP: MessageState.CANCELLED,
}
_PROVEN_BY: Final[Mapping[ReceiptKind, MessageState]] = {
    ReceiptKind.PROCESSED: MessageState.ACCEPTED,
    ReceiptKind.BOUNCED: MessageState.ACCEPTED,
    ReceiptKind.BLOCKED: MessageState.ACCEPTED,
    ReceiptKind.DROPPED: MessageState.ACCEPTED,
    ReceiptKind.OTHER: MessageState.ACCEPTED,
    ReceiptKind.DEFERRED: MessageState.DEFERRED,
    ReceiptKind.DELIVERED: MessageState.DELIVERED,
    ReceiptKind.SEEN: MessageState.DELIVERED,
    ReceiptKind.COMPLAINED: MessageState.DELIVERED,
    ReceiptKind.OPTED_OUT: MessageState.DELIVERED,
}
"""The least that an event proves: whoever complains has got the mail."""

LEFT: Final = (MessageState.ACCEPTED, MessageState.DEFERRED, MessageState.DELIVERED)
"""The states of mail that is out of our hands, from the weakest proof to the strongest."""


def fold(
    tried: Sequence[Tried], settled: Sequence[Settled] = (), heard: Iterable[Heard] = ()
) -> Standing:
    """Where a mail stands after these attempts and decisions (both in their order) and receipts
    (in any). What proves that it left weighs more than anything that was believed of it.
    """
    receipts = tuple(heard)
    first = {kind: _first(receipts, kind) for kind in ReceiptKind}
    state, reason = _proven(tried, settled, receipts) or _last(tried, settled)
    return Standing(
        state,
        reason,
        bounced_at=first[ReceiptKind.BOUNCED],
        dropped_at=first[ReceiptKind.DROPPED],
        complained_at=first[ReceiptKind.COMPLAINED],
        opted_out_at=first[ReceiptKind.OPTED_OUT],
    )


def _proven(
    tried: Sequence[Tried], settled: Sequence[Settled], receipts: Sequence[Heard]
) -> tuple[MessageState, str] | None:
    """The strongest proof that it left, if there is any."""
    proofs = [_PROVEN_BY[each.kind] for each in receipts if each.kind in _PROVEN_BY]
    if any(attempt.outcome is AttemptOutcome.ACCEPTED for attempt in tried):
        proofs.append(MessageState.ACCEPTED)
    if proofs:
        return max(proofs, key=LEFT.index), ""
    counted = [each for each in settled if each.kind is SettlementKind.COUNT_AS_SENT]
    return (MessageState.ACCEPTED, counted[-1].reason) if counted else None


def _last(tried: Sequence[Tried], settled: Sequence[Settled]) -> tuple[MessageState, str]:
    """What the newest of attempts and decisions left behind."""
    if settled and settled[-1].after_attempts >= len(tried):
        return _STATE_SETTLED[settled[-1].kind], settled[-1].reason
    if tried:
        return STATE_AFTER[tried[-1].outcome], tried[-1].detail
    return MessageState.QUEUED, ""


def _first(receipts: Iterable[Heard], kind: ReceiptKind) -> datetime | None:
    return min((each.happened_at for each in receipts if each.kind is kind), default=None)
