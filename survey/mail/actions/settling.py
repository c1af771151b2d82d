"""What people decide about mail that did not simply leave."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from survey.kit.errors import SurveyError
from survey.kit.tokens import digest
from survey.mail import queries, rules
from survey.mail.actions.receipts import record_receipts
from survey.mail.actions.standing import project
from survey.mail.folding import LEFT
from survey.mail.models import Message, Settlement
from survey.mail.types import MessageState, ProviderEvent, ReceiptKind, SettlementKind

_MEANT = {
    SettlementKind.SEND_AGAIN: "sent again",
    SettlementKind.COUNT_AS_SENT: "counted as sent",
    SettlementKind.DROP: "dropped",
}
_SENT_SAYS_PERSON = "A person says that it was sent."
_DROPPED_BY_PERSON = "A person dropped it."
_CAME_BACK = "A person noted that it came back."
_BY_PERSON = "person"


class WrongMove(SurveyError):
    """Something was decided about a mail that its present state does not allow."""


class FeedNotProven(SurveyError):
    """The receipts of an hour do not tell yet what became of its uncertain mails."""


def send_again(session: Session, message: Message, *, now: datetime) -> Message:
    """A person decides that a failed or uncertain mail leaves once more. Raises `WrongMove`."""
    message.send_after_at = now
    return _settle(session, message, SettlementKind.SEND_AGAIN, now=now)


def count_as_sent(session: Session, message: Message, *, now: datetime) -> Message:
    """A person leaves an uncertain mail as it is: it counts as sent. Raises `WrongMove`."""
    kind = SettlementKind.COUNT_AS_SENT
    return _settle(session, message, kind, reason=_SENT_SAYS_PERSON, now=now)


def drop(
    session: Session, message: Message, *, now: datetime, reason: str = _DROPPED_BY_PERSON
) -> Message:
    """Take back a mail that has not left, saying why. Raises `WrongMove`."""
    return _settle(session, message, SettlementKind.DROP, reason=reason, now=now)


def send_hour_again(session: Session, hour: datetime, *, now: datetime) -> list[Message]:
    """Queue every uncertain mail of an hour whose receipts prove that they never left.

    Raises `FeedNotProven`.
    """
    found = next((each for each in queries.uncertain_hours(session) if each.hour == hour), None)
    if found is None or not rules.feed_proves(found, now=now):
        raise FeedNotProven(
            "The receipts of this hour do not prove that these mails never left. Look at each."
        )
    messages = queries.uncertain_of(session, hour)
    for message in messages:
        message.send_after_at = now
    _note(session, messages, SettlementKind.SEND_AGAIN, reason="", now=now)
    return messages


def leave_hour(session: Session, hour: datetime, *, now: datetime) -> list[Message]:
    """A person leaves every uncertain mail of an hour as it is: they count as sent. That needs no
    proof, because nothing leaves twice by it.
    """
    messages = queries.uncertain_of(session, hour)
    _note(session, messages, SettlementKind.COUNT_AS_SENT, reason=_SENT_SAYS_PERSON, now=now)
    return messages


def note_bounce(session: Session, message: Message, *, now: datetime) -> Message:
    """A person saw in the mailbox that a mail came back: what a provider's event would do.

    Raises `WrongMove`.
    """
    if message.state not in {*LEFT, MessageState.UNCERTAIN}:
        raise WrongMove("A mail that has not left cannot come back. Look at its state again.")
    event = ProviderEvent(
        kind=ReceiptKind.BOUNCED,
        digest=digest(f"noted by a person: {message.public_id}"),
        raw={},
        happened_at=now,
        message_id=message.id,
        address=message.to_address,
        reason=_CAME_BACK,
    )
    record_receipts(session, [event], provider=_BY_PERSON, now=now)
    return message


def _settle(
    session: Session, message: Message, kind: SettlementKind, *, now: datetime, reason: str = ""
) -> Message:
    if not rules.may_settle(message.state, kind):
        raise WrongMove(
            f"A mail that is {message.state} cannot be {_MEANT[kind]}. Look at its state again."
        )
    _note(session, [message], kind, reason=reason, now=now)
    return message


def _note(
    session: Session,
    messages: Sequence[Message],
    kind: SettlementKind,
    *,
    reason: str,
    now: datetime,
) -> None:
    session.add_all(
        Settlement(
            message=message,
            kind=kind,
            reason=reason,
            after_attempts=message.attempts_made,
            settled_at=now,
        )
        for message in messages
    )
    project(session, messages, now=now)
