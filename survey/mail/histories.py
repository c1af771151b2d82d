"""What is known of mails from outside: their histories, and which mails events speak of."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from survey.kit.bulk import among
from survey.mail.models import Attempt, Message, Receipt, Reprieve, Settlement
from survey.mail.rules import PROOFS_OF_ARRIVAL, address_digest
from survey.mail.types import Heard, History, ProviderEvent, ReceiptKind, Settled, Tried

_LONGEST_WAY = timedelta(hours=72)
"""How long a provider tries: an event without ids speaks of a mail claimed no longer ago."""
_CLOCKS_DIFFER = timedelta(minutes=2)


def histories_of(session: Session, message_ids: Sequence[int]) -> dict[int, History]:
    """All attempts, decisions and receipts of each of these mails."""
    tried: dict[int, list[Tried]] = defaultdict(list)
    asked = select(Attempt.message_id, Attempt.outcome, Attempt.detail)
    rows = asked.where(among(Attempt.message_id, message_ids)).order_by(Attempt.id)
    for message_id, outcome, detail in session.execute(rows):
        tried[message_id].append(Tried(outcome, detail))
    settled: dict[int, list[Settled]] = defaultdict(list)
    for each in session.scalars(
        select(Settlement).where(among(Settlement.message_id, message_ids)).order_by(Settlement.id)
    ):
        settled[each.message_id].append(Settled(each.kind, each.reason, each.after_attempts))
    heard: dict[int, list[Heard]] = defaultdict(list)
    for receipt in session.execute(
        select(Receipt.message_id, Receipt.kind, Receipt.happened_at)
        .where(among(Receipt.message_id, message_ids))
        .order_by(Receipt.id)
    ):
        heard[receipt.message_id].append(Heard(receipt.kind, receipt.happened_at))
    return {
        each: History(tuple(tried[each]), tuple(settled[each]), tuple(heard[each]))
        for each in message_ids
    }


def settlements_of(session: Session, message: Message) -> list[Settlement]:
    """What was decided about a mail, in that order."""
    asked = select(Settlement).where(Settlement.message_id == message.id).order_by(Settlement.id)
    return list(session.scalars(asked))


def receipts_of(session: Session, message: Message) -> list[Receipt]:
    """What was heard of a mail, in the order in which it happened."""
    asked = (
        select(Receipt)
        .where(Receipt.message_id == message.id)
        .order_by(Receipt.happened_at, Receipt.id)
    )
    return list(session.scalars(asked))


def receipts_known(session: Session, digests: Collection[str]) -> frozenset[str]:
    """Which of these events are kept already."""
    asked = select(Receipt.digest).where(among(Receipt.digest, digests))
    return frozenset(session.scalars(asked))


def messages_told_of(session: Session, events: Sequence[ProviderEvent]) -> dict[str, Message]:
    """Event's digest → the mail it speaks of, locked; events that speak of none are left out.

    An attempt's id decides; else the provider's id of the mail; else, where an event carries
    neither, the only mail to its address that was under way then.
    """
    numbers = _by_attempt(session, events) | _by_provider_id(session, events)
    numbers |= _by_address(session, [e for e in events if not _has_ids(e)])
    numbers |= {e.digest: e.message_id for e in events if e.message_id is not None}
    asked = (
        select(Message)
        .where(among(Message.id, sorted(set(numbers.values()))))
        .order_by(Message.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    messages = {message.id: message for message in session.scalars(asked)}
    return {digest: messages[number] for digest, number in numbers.items() if number in messages}


def heard_of_addresses(session: Session, addresses: Iterable[str]) -> dict[str, list[Heard]]:
    """What each address refused and took in, whichever mail it was, since a person last let it
    be mailed again.
    """
    hashed = {address: address_digest(address) for address in sorted(addresses)}
    asked = (
        select(Receipt.address_digest, Receipt.kind, Receipt.happened_at)
        .outerjoin(Reprieve, Reprieve.address_digest == Receipt.address_digest)
        .where(
            among(Receipt.address_digest, sorted(set(hashed.values()))),
            Receipt.kind.in_({ReceiptKind.BLOCKED, *PROOFS_OF_ARRIVAL}),
            or_(Reprieve.since_at.is_(None), Receipt.happened_at > Reprieve.since_at),
        )
        .order_by(Receipt.id)
    )
    heard: dict[str | None, set[Heard]] = defaultdict(set)
    for digest, kind, happened_at in session.execute(asked):
        heard[digest].add(Heard(kind, happened_at))  # copies of one event are one
    return {address: list(heard[digest]) for address, digest in hashed.items()}


def _has_ids(event: ProviderEvent) -> bool:
    return event.attempt_id is not None or bool(event.provider_message_ids)


def _by_attempt(session: Session, events: Sequence[ProviderEvent]) -> dict[str, int]:
    wanted = {event.attempt_id for event in events if event.attempt_id}
    asked = select(Attempt.attempt_id, Attempt.message_id).where(among(Attempt.attempt_id, wanted))
    found = {row.attempt_id: row.message_id for row in session.execute(asked)}
    return {e.digest: found[e.attempt_id] for e in events if e.attempt_id in found}


def _by_provider_id(session: Session, events: Sequence[ProviderEvent]) -> dict[str, int]:
    unnamed = [event for event in events if event.attempt_id is None]
    wanted = {each for event in unnamed for each in event.provider_message_ids}
    if not wanted:
        return {}
    asked = select(Attempt.provider_message_id, Attempt.message_id).where(
        among(Attempt.provider_message_id, wanted)
    )
    found = {row.provider_message_id: row.message_id for row in session.execute(asked)}
    return {
        event.digest: found[each]
        for event in unnamed
        for each in event.provider_message_ids
        if each in found
    }


def _by_address(session: Session, events: Sequence[ProviderEvent]) -> dict[str, int]:
    """Only where there is one mail that can be meant, whatever else was sent later."""
    addresses = {event.address for event in events if event.address}
    if not addresses:
        return {}
    asked = (
        select(Message.to_address, Message.id, Attempt.claimed_at)
        .join(Attempt, Attempt.message_id == Message.id)
        .where(among(Message.to_address, addresses))
        .order_by(Message.id, Attempt.id)
    )
    claims: dict[str, list[tuple[int, datetime]]] = defaultdict(list)
    for address, number, claimed_at in session.execute(asked):
        claims[address].append((number, claimed_at))
    meant = ((event, _meant(event, claims)) for event in events)
    return {event.digest: number for event, number in meant if number is not None}


def _meant(
    event: ProviderEvent, claims: Mapping[str, Sequence[tuple[int, datetime]]]
) -> int | None:
    if event.address is None or event.happened_at is None:
        return None
    since, until = event.happened_at - _LONGEST_WAY, event.happened_at + _CLOCKS_DIFFER
    numbers = {number for number, at in claims.get(event.address, ()) if since <= at <= until}
    return numbers.pop() if len(numbers) == 1 else None
