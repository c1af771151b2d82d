"""What the provider tells of the mails it accepted, and a person who acts on its silence."""

from datetime import datetime, timedelta

from survey.kit.db import Database
from survey.kit.tokens import digest
from survey.mail import queries
from survey.mail.actions.receipts import record_receipts
from survey.mail.actions.settling import send_hour_again
from survey.mail.types import ProviderEvent, ReceiptKind
from tests.faults.provider import Request

_TOLD = (ReceiptKind.PROCESSED, ReceiptKind.DELIVERED)


def tell(url: str, accepted: list[Request], *, moment: datetime) -> None:
    """Complete receipts: each accepted mail was taken in, and arrived a second later."""
    database = Database(url)
    with database.writing() as session:
        events = [
            ProviderEvent(
                kind=kind,
                digest=digest(f"{request.attempt_id} {kind}"),
                raw={},
                happened_at=moment + timedelta(seconds=place),
                attempt_id=request.attempt_id,
                address=request.person,
            )
            for request in accepted
            for place, kind in enumerate(_TOLD)
        ]
        record_receipts(session, events, provider="sendgrid", now=moment)
    database.close()


def press_send_again(url: str, *, moment: datetime) -> int:
    """A person's one press for each hour whose receipts prove that the rest never left; says how
    many mails that queues.
    """
    database = Database(url)
    with database.writing() as session:
        queued = [
            message
            for each in queries.uncertain_hours(session)
            for message in send_hour_again(session, each.hour, now=moment)
        ]
    database.close()
    return len(queued)
