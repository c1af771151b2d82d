"""What the outbox pages show beside the mails: how the queue stands, what happened to one mail, and
what a person may decide about it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from survey.mail import histories, queries, rules
from survey.mail.folding import LEFT
from survey.mail.models import Attempt, Message, QueuePause, QueueStop, Receipt
from survey.mail.types import MessageState, SettlementKind, UncertainHour
from survey.web.shared.door import now, session

HOUR_IN_ADDRESS = "%Y-%m-%dT%H"
"""How an hour (UTC) stands in an address."""
_SETTLED = {
    SettlementKind.SEND_AGAIN: "To be sent again",
    SettlementKind.COUNT_AS_SENT: "Counted as sent",
    SettlementKind.DROP: "Dropped",
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """The uncertain mails of one hour, and whether its receipts prove that they never left."""

    hour: UncertainHour
    is_proven: bool

    @property
    def in_address(self) -> str:
        return self.hour.hour.strftime(HOUR_IN_ADDRESS)


@dataclass(frozen=True, slots=True)
class QueueDesk:
    """How the whole queue stands."""

    counts: dict[MessageState, int]
    came_back: int
    stop: QueueStop | None
    pause: QueuePause | None
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to a mail."""

    at: datetime
    what: str
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a person may decide about a mail as it stands."""

    send_again: bool
    count_as_sent: bool
    drop: bool
    note_bounce: bool


def read_desk() -> QueueDesk:
    """How the queue stands at this moment."""
    pause = queries.queue_pause(session())
    hours = queries.uncertain_hours(session())
    return QueueDesk(
        counts=queries.count_by_state(session()),
        came_back=queries.count_came_back(session()),
        stop=queries.queue_stop(session()),
        pause=pause if pause and pause.until_at > now() else None,
        doubts=tuple(Doubt(hour, rules.feed_proves(hour, now=now())) for hour in hours),
    )


def past_of(message: Message) -> list[Happening]:
    """What happened to a mail, the oldest first."""
    happened = [Happening(message.queued_at, "Decided on", "us")]
    for attempt in queries.attempts_of(session(), message):
        happened += _of_attempt(attempt)
    for settled in histories.settlements_of(session(), message):
        what = _SETTLED[settled.kind]
        happened.append(Happening(settled.settled_at, what, "a person", settled.reason))
    for receipt in histories.receipts_of(session(), message):
        happened.append(_of_receipt(receipt))
    return sorted(happened, key=lambda each: each.at)


def decisions_for(message: Message) -> Decisions:
    """What a person may decide about this mail as it stands."""
    return Decisions(
        send_again=rules.may_settle(message.state, SettlementKind.SEND_AGAIN),
        count_as_sent=rules.may_settle(message.state, SettlementKind.COUNT_AS_SENT),
        drop=rules.may_settle(message.state, SettlementKind.DROP),
        note_bounce=message.state in {*LEFT, MessageState.UNCERTAIN} and not message.bounced_at,
    )


def _of_attempt(attempt: Attempt) -> Iterator[Happening]:
    yield Happening(attempt.claimed_at, "Taken up", attempt.provider)
    if attempt.finished_at is not None and attempt.outcome is not None:
        what = _in_words(attempt.outcome)
        yield Happening(attempt.finished_at, what, attempt.provider, attempt.detail)


def _of_receipt(receipt: Receipt) -> Happening:
    told = receipt.raw.get("reason") or receipt.raw.get("response") or ""
    note = rules.told(str(told))
    return Happening(receipt.happened_at, _in_words(receipt.kind), receipt.provider, note)


def _in_words(state: str) -> str:
    return state.replace("_", " ").capitalize()
