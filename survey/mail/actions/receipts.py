"""Taking in what a provider tells of our mails: kept as it came, then folded in."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from survey.kit.bulk import insert_new_rows
from survey.mail import histories, queries, rules
from survey.mail.actions.standing import project
from survey.mail.actions.suppressions import Cause, suppress_all
from survey.mail.models import Message, Receipt
from survey.mail.types import ProviderEvent, ReceiptKind, SuppressionReason

_SOFT = "Five soft bounces in a row."
_LONGEST_NOTE = 280
_LONGEST_ATTEMPT_ID = 32


def record_receipts(
    session: Session, events: Sequence[ProviderEvent], *, provider: str, now: datetime
) -> list[Message]:
    """Keep what is new among these events, and what follows from it for mails and addresses.

    Any order, repetition and omission of events leads to the same states. Returns the mails that
    are known, only now, to have left.
    """
    new = _not_yet_known(session, events)
    if not new:
        return []
    messages = histories.messages_told_of(session, new)
    _keep(session, new, messages, provider=provider, now=now)
    told_of = _counted(new, messages)
    newly_left = project(session, told_of, now=now)
    suppress_all(session, _causes(session, new, messages), now=now)
    return newly_left


def _not_yet_known(session: Session, events: Sequence[ProviderEvent]) -> list[ProviderEvent]:
    by_digest = {event.digest: event for event in events}
    known = histories.receipts_known(session, by_digest)
    return [event for digest, event in by_digest.items() if digest not in known]


def _keep(
    session: Session,
    events: Sequence[ProviderEvent],
    messages: Mapping[str, Message],
    *,
    provider: str,
    now: datetime,
) -> None:
    digests = {e.digest: rules.address_digest(e.address) for e in events if e.address}
    forgotten = queries.erased_among(session, digests.values())
    rows = [
        {
            "digest": event.digest,
            "provider": provider,
            "kind": event.kind,
            "message_id": messages[event.digest].id if event.digest in messages else None,
            "attempt_id": event.attempt_id[:_LONGEST_ATTEMPT_ID] if event.attempt_id else None,
            "address_digest": digests.get(event.digest),
            "happened_at": event.happened_at or now,
            "received_at": now,
            "raw": {} if digests.get(event.digest) in forgotten else event.raw,
        }
        for event in events
    ]
    insert_new_rows(session, Receipt, rows)


def _counted(events: Iterable[ProviderEvent], messages: Mapping[str, Message]) -> list[Message]:
    told_of = {}
    for event in events:
        if (message := messages.get(event.digest)) is not None:
            message.receipts_heard += 1
            told_of[message.id] = message
    return list(told_of.values())


def _causes(
    session: Session, events: Iterable[ProviderEvent], messages: Mapping[str, Message]
) -> dict[str, Cause]:
    """Which addresses are never to be mailed again after these events, and why."""
    causes: dict[str, Cause] = {}
    blocked = set()
    for event in events:
        message = messages.get(event.digest)
        address = event.address or (message.to_address if message else None)
        if address is None:
            continue
        reason = rules.suppression_for(event.kind, event.reason)
        if reason is not None:
            causes.setdefault(address, Cause(reason, rules.told(event.reason)[:_LONGEST_NOTE]))
        elif event.kind is ReceiptKind.BLOCKED:
            blocked.add(address)
    return causes | _refusing(session, blocked - causes.keys())


def _refusing(session: Session, addresses: Iterable[str]) -> dict[str, Cause]:
    """Those that refused mail for the time being too often in a row."""
    return {
        address: Cause(SuppressionReason.BOUNCED, _SOFT)
        for address, heard in histories.heard_of_addresses(session, addresses).items()
        if rules.soft_bounces_in_a_row(heard) >= rules.SOFT_BOUNCES_IN_A_ROW
    }
