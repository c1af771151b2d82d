"""What people ask of the outbox."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, column, func, or_, select, values
from sqlalchemy.orm import InstrumentedAttribute, Session

from survey.kit.bulk import among, among_given
from survey.kit.paging import Key, Page, read_page
from survey.mail.models import (
    Attempt,
    Message,
    QueuePause,
    QueueStop,
    Receipt,
    Reprieve,
    Suppression,
)
from survey.mail.rules import address_digest, mailbox
from survey.mail.types import (
    AttemptOutcome,
    MessageState,
    ReceiptKind,
    SuppressionReason,
    UncertainHour,
)

_HOUR = timedelta(hours=1)
_CAME_BACK = or_(
    Message.bounced_at.is_not(None),
    Message.dropped_at.is_not(None),
    Message.complained_at.is_not(None),
    Message.opted_out_at.is_not(None),
)


_ON_THE_LIST = select(Suppression.address_digest, Suppression.reason).where(
    among_given(Suppression.address_digest, "digests")
)


def queue_stop(session: Session) -> QueueStop | None:
    """Why nothing leaves at present, or None while mails flow."""
    return session.get(QueueStop, 1)


def queue_pause(session: Session) -> QueuePause | None:
    """Until when the provider last asked for rest; it may have passed."""
    return session.get(QueuePause, 1)


def find(session: Session, public_id: str) -> Message | None:
    return session.scalars(select(Message).where(Message.public_id == public_id)).one_or_none()


def by_key(session: Session, key: str) -> Message | None:
    return session.scalars(select(Message).where(Message.key == key)).one_or_none()


def of_subject(session: Session, *, kind: str, subject_id: int) -> list[Message]:
    """All mails of one kind about one row, the oldest first."""
    asked = (
        select(Message)
        .where(Message.kind == kind, Message.subject_id == subject_id)
        .order_by(Message.queued_at, Message.id)
    )
    return list(session.scalars(asked))


def count_about(session: Session, *, kind: str, subjects: Collection[int]) -> dict[int, int]:
    """How many mails of a kind there were about each of these rows; only those with any."""
    asked = (
        select(Message.subject_id, func.count())
        .where(Message.kind == kind, Message.subject_id.in_(subjects))
        .group_by(Message.subject_id)
    )
    return {number: count for number, count in session.execute(asked) if number is not None}


def count_queued(session: Session, *, kind: str, to_address: str, since: datetime) -> int:
    """How many mails of a kind to an address were decided on since then."""
    asked = select(func.count()).where(
        Message.kind == kind, Message.to_address == to_address, Message.queued_at > since
    )
    return session.scalar(asked) or 0


def attempts_of(session: Session, message: Message) -> list[Attempt]:
    asked = select(Attempt).where(Attempt.message_id == message.id).order_by(Attempt.id)
    return list(session.scalars(asked))


def handed_over_at(session: Session, attempt_id: str) -> datetime | None:
    """When an attempt's mail was delivered; until that is known, when the provider took it, and
    until that is, when it was claimed.
    """
    delivered_at = (
        select(func.max(Receipt.happened_at))
        .where(
            Receipt.message_id == Attempt.message_id,
            Receipt.attempt_id == Attempt.attempt_id,
            Receipt.kind == ReceiptKind.DELIVERED,
        )
        .correlate(Attempt)
        .scalar_subquery()
    )
    moment = func.coalesce(delivered_at, Attempt.finished_at, Attempt.claimed_at)
    return session.scalar(select(moment).where(Attempt.attempt_id == attempt_id))


def count_by_state(session: Session) -> dict[MessageState, int]:
    """How many messages stand in each state; every state is named."""
    asked = select(Message.state, func.count()).group_by(Message.state)
    counted = {row[0]: row[1] for row in session.execute(asked)}
    return {state: counted.get(state, 0) for state in MessageState}


def uncertain_hours(session: Session) -> list[UncertainHour]:
    """The hours in which mails became uncertain, the newest first, and what receipts tell of the
    other mails that left in each.
    """
    claimed_at = func.max(Attempt.claimed_at)
    asked = (
        select(claimed_at)
        .join(Attempt.message)
        .where(Message.state == MessageState.UNCERTAIN)
        .group_by(Message.id)
    )
    uncertain = Counter(_hour(moment) for moment in session.scalars(asked))
    told = _told_of_others(session, uncertain)
    return [
        UncertainHour(hour, uncertain[hour], *told[hour])
        for hour in sorted(uncertain, reverse=True)
    ]


def _told_of_others(
    session: Session, hours: Iterable[datetime]
) -> defaultdict[datetime, tuple[int, int]]:
    """Hour → how many mails the provider took in it, and of how many of these it then told."""
    told: defaultdict[datetime, tuple[int, int]] = defaultdict(lambda: (0, 0))
    rows = [(hour, hour + _HOUR) for hour in hours]
    if not rows:
        return told
    moment = Attempt.claimed_at.type
    within = values(column("begins", moment), column("ends", moment)).data(rows).cte("within")
    asked = (
        select(within.c.begins, func.count(), func.count(case((Message.receipts_heard > 0, 1))))
        .select_from(within)
        .join(
            Attempt,
            and_(Attempt.claimed_at >= within.c.begins, Attempt.claimed_at < within.c.ends),
        )
        .join(Attempt.message)
        .where(Attempt.outcome == AttemptOutcome.ACCEPTED)
        .group_by(within.c.begins)
    )
    told.update((hour, (others, heard_of)) for hour, others, heard_of in session.execute(asked))
    return told


def uncertain_of(session: Session, hour: datetime) -> list[Message]:
    """The uncertain mails that were last claimed within an hour, locked, the oldest first."""
    last = (
        select(Attempt.message_id)
        .group_by(Attempt.message_id)
        .having(func.max(Attempt.claimed_at) >= hour, func.max(Attempt.claimed_at) < hour + _HOUR)
    )
    asked = (
        select(Message)
        .where(Message.state == MessageState.UNCERTAIN, Message.id.in_(last))
        .order_by(Message.id)
        .with_for_update()
    )
    return list(session.scalars(asked))


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def count_overdue(session: Session, *, since: datetime) -> int:
    """How many messages could have left at that moment and have not even been tried."""
    asked = select(func.count()).where(
        Message.state == MessageState.QUEUED,
        Message.send_after_at <= since,
        Message.attempts_made == 0,
    )
    return session.scalar(asked) or 0


def outbox(
    session: Session,
    *,
    state: MessageState | None = None,
    find: str = "",
    came_back: bool = False,
    cursor: str | None = None,
) -> Page[Message]:
    """One page of messages, the newest first: of one state, to one address or with one Message-ID,
    only those with trouble behind the provider. Raises `CursorNotUsable`.
    """
    asked = select(Message)
    if state is not None:
        asked = asked.where(Message.state == state)
    if find:
        mail_id = find.lstrip("<").partition("@")[0]
        named = or_(Message.to_address == find.lower(), Message.public_id == mail_id)
        asked = asked.where(named)
    if came_back:
        asked = asked.where(_CAME_BACK)
    return read_page(session, asked, [Key(Message.id, is_descending=True)], cursor=cursor)


def count_came_back(session: Session) -> int:
    """How many mails bounced, were dropped, or brought a complaint or an opt-out."""
    return session.scalar(select(func.count()).select_from(Message).where(_CAME_BACK)) or 0


def suppression_of(session: Session, address: str) -> Suppression | None:
    return suppression_by_digest(session, address_digest(address))


def suppression_by_digest(session: Session, digest: str) -> Suppression | None:
    asked = select(Suppression).where(Suppression.address_digest == digest)
    return session.scalars(asked).one_or_none()


def suppressions_among(session: Session, addresses: Iterable[str]) -> dict[str, SuppressionReason]:
    """Why those of the addresses that must never be mailed must not, by address as given."""
    hashed = {address: address_digest(address) for address in addresses}
    rows = session.execute(_ON_THE_LIST, {"digests": sorted(set(hashed.values()))})
    reasons = {row.address_digest: row.reason for row in rows}
    return {address: reasons[known] for address, known in hashed.items() if known in reasons}


def digests_known(session: Session, digests: Iterable[str]) -> frozenset[str]:
    """Which of these digests stand on the list of addresses never to mail."""
    asked = select(Suppression.address_digest).where(
        among(Suppression.address_digest, sorted(digests))
    )
    return frozenset(session.scalars(asked))


def refused_among(session: Session, addresses: Iterable[str]) -> set[str]:
    """Which of these addresses stand on the list for refusals in a row."""
    reasons = suppressions_among(session, addresses)
    return {each for each, reason in reasons.items() if reason is SuppressionReason.REFUSED}


def erased_among(session: Session, digests: Iterable[str]) -> frozenset[str]:
    """Which of these digests are of people who asked to be forgotten."""
    asked = select(Suppression.address_digest).where(
        among(Suppression.address_digest, sorted(set(digests))),
        Suppression.reason == SuppressionReason.ERASED,
    )
    return frozenset(session.scalars(asked))


def erased_digests(session: Session) -> frozenset[str]:
    """The digests of all who asked to be forgotten."""
    asked = select(Suppression.address_digest).where(Suppression.reason == SuppressionReason.ERASED)
    return frozenset(session.scalars(asked))


def reaches(written: InstrumentedAttribute[str], address: str) -> ColumnElement[bool]:
    """The condition that a column's address reaches the same mailbox as this one."""
    box = mailbox(address)
    local, _, domain = box.rpartition("@")
    tagged = and_(
        written.startswith(f"{local}+", autoescape=True),
        written.endswith(f"@{domain}", autoescape=True),
    )
    return or_(written == box, tagged)


def reprieves(session: Session) -> dict[str, datetime]:
    """Since when the refusals of an address count anew, by digest: a person lifted it then."""
    asked = select(Reprieve.address_digest, Reprieve.since_at)
    return {row.address_digest: row.since_at for row in session.execute(asked)}


def suppressions(
    session: Session,
    *,
    find: str = "",
    reason: SuppressionReason | None = None,
    cursor: str | None = None,
) -> Page[Suppression]:
    """One page of the list, the newest first; a whole address also finds whom we know by digest
    alone. Raises `CursorNotUsable`.
    """
    asked = select(Suppression)
    if reason is not None:
        asked = asked.where(Suppression.reason == reason)
    if find:
        written = Suppression.address.icontains(find, autoescape=True)
        is_meant = Suppression.address_digest == address_digest(find)
        asked = asked.where(or_(written, is_meant) if "@" in find else written)
    return read_page(session, asked, [Key(Suppression.id, is_descending=True)], cursor=cursor)


def every_suppression(session: Session) -> Iterator[Suppression]:
    """The whole list, the oldest first, a few hundred at a time."""
    asked = select(Suppression).order_by(Suppression.id).execution_options(yield_per=500)
    yield from session.scalars(asked)


def why_suppressed(session: Session) -> dict[str, tuple[SuppressionReason, datetime]]:
    """Why and since when each address on the list is not mailed, by digest, the oldest first."""
    asked = select(Suppression.address_digest, Suppression.reason, Suppression.suppressed_at)
    rows = session.execute(asked.order_by(Suppression.id))
    return {digest: (reason, since_at) for digest, reason, since_at in rows}


def count_suppressions(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Suppression)) or 0
