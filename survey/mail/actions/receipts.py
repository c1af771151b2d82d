"""Taking in what a provider tells of our mails: kept as it came, then folded in."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from survey.kit.bulk import insert_new_rows
from survey.mail import histories, queries, rules
from survey.mail.actions.standing import project
from survey.mail.actions.suppressions import Cause, suppress_all, withdraw_refused
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
    suppress_all(session, _causes(new, messages), now=now)
    _weigh_refusals(session, new, messages, now=now)
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
    addresses = {event.digest: _address(event, messages) for event in events}
    digests = {key: rules.address_digest(each) for key, each in addresses.items() if each}
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


def _address(event: ProviderEvent, messages: Mapping[str, Message]) -> str | None:
    """Whose mailbox an event speaks of: its own word, else the address of its mail."""
    if event.address is not None or event.digest not in messages:
        return event.address
    return messages[event.digest].to_address


def _causes(events: Iterable[ProviderEvent], messages: Mapping[str, Message]) -> dict[str, Cause]:
    """Which addresses are never to be mailed again after these events, and the weightiest why."""
    causes: dict[str, Cause] = {}
    for event in events:
        address = _address(event, messages)
        reason = rules.suppression_for(event.kind, event.reason)
        if address is None or reason is None:
            continue
        known = causes.get(address)
        if known is None or rules.outranks(reason, known.reason):
            causes[address] = Cause(reason, rules.told(event.reason)[:_LONGEST_NOTE])
    return causes


def _weigh_refusals(
    session: Session,
    events: Iterable[ProviderEvent],
    messages: Mapping[str, Message],
    *,
    now: datetime,
) -> None:
    """Never mail those again who refused mail too often in a row, and mail those again of whom a
    late event says that they did not.
    """
    told_of: dict[bool, set[str]] = {True: set(), False: set()}
    for event in events:
        if (address := _address(event, messages)) is not None:
            told_of[event.kind is ReceiptKind.BLOCKED].add(address)
    standing = queries.refused_among(session, told_of[False])
    heard = histories.heard_of_addresses(session, told_of[True] | standing)
    refusing = {address for address, each in heard.items() if rules.refuses(each)}
    cause = Cause(SuppressionReason.REFUSED, _SOFT)
    suppress_all(session, dict.fromkeys(refusing, cause), now=now)
    withdraw_refused(session, map(rules.address_digest, standing - refusing))
