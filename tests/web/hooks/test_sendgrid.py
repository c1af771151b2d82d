"""What a signed batch changes: mails, what they are about, and whom we may still write to."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.config import Settings
from survey.jobs.deliver import deliver_due
from survey.jobs.desk import desk_of
from survey.kit.db import Database
from survey.mail import queries
from survey.mail.models import Attempt, Message, Receipt
from survey.mail.types import AttemptOutcome, MessageState, ReceiptKind, SuppressionReason
from tests.factories import MOMENT, make_attempt, make_invitation, make_message
from tests.pages import CheckingClient
from tests.web.hooks.signing import batch, headers_for, told


def post(client: CheckingClient, *events: object) -> int:
    body = batch(*events)
    answer = client.post("/hooks/sendgrid", data=body, headers=headers_for(body), csrf=False)
    return answer.status_code


def uncertain(session: Session, **columns: object) -> tuple[Message, Attempt]:
    message = make_message(session, state=MessageState.UNCERTAIN, attempts_made=1, **columns)
    attempt = make_attempt(
        session,
        message=message,
        provider="sendgrid",
        outcome=AttemptOutcome.MAY_HAVE_BEEN_SENT,
        finished_at=MOMENT,
        provider_message_id=f"r3qu3st{message.id}_X",
    )
    return message, attempt


def test_a_delivery_settles_an_uncertain_mail_and_its_invitation(
    client: CheckingClient, session: Session
) -> None:
    invitation = make_invitation(session, sent_at=None)
    message, attempt = uncertain(session, subject_id=invitation.id)

    assert post(client, told("delivered", survey_attempt=attempt.attempt_id)) == 204

    assert message.state is MessageState.DELIVERED
    assert invitation.sent_at is not None


def test_an_event_without_our_id_is_known_by_sendgrids(
    client: CheckingClient, session: Session
) -> None:
    message, attempt = uncertain(session)

    post(client, told("processed", sg_message_id=f"{attempt.provider_message_id}.filter01-5F.0"))

    assert message.state is MessageState.ACCEPTED


def test_a_retried_event_with_a_new_event_id_is_kept_once(
    client: CheckingClient, session: Session
) -> None:
    _message, attempt = uncertain(session)

    for event_id in ("first", "second", "third"):
        event = told("delivered", survey_attempt=attempt.attempt_id, sg_event_id=event_id)
        assert post(client, event) == 204

    assert [each.kind for each in session.scalars(select(Receipt))] == [ReceiptKind.DELIVERED]


def test_one_bad_event_does_not_lose_the_good_ones(
    client: CheckingClient, session: Session
) -> None:
    message, attempt = uncertain(session)

    answer = post(
        client,
        None,
        {"event": ["delivered"]},
        told("delivered", survey_attempt=attempt.attempt_id),
        {"event": "bounce", "email": "\0\ud800", "reason": "\0"},
    )

    assert answer == 204
    assert message.state is MessageState.DELIVERED
    assert sorted(each.kind for each in session.scalars(select(Receipt))) == [
        ReceiptKind.BOUNCED,
        ReceiptKind.DELIVERED,
        ReceiptKind.UNREADABLE,
        ReceiptKind.UNREADABLE,
    ]


@pytest.mark.parametrize("body", [b"hello", b"7", b"{" * 9_000], ids=["text", "number", "deep"])
def test_what_is_signed_but_no_event_is_kept(
    body: bytes, client: CheckingClient, session: Session
) -> None:
    answer = client.post("/hooks/sendgrid", data=body, headers=headers_for(body), csrf=False)

    assert answer.status_code == 204
    (kept,) = session.scalars(select(Receipt))
    assert (kept.kind, kept.raw) == (ReceiptKind.UNREADABLE, {"unreadable": body.decode()})


def test_a_type_that_is_new_to_us_is_kept_whole(client: CheckingClient, session: Session) -> None:
    event = told("account_status_change", type="compliance_suspend", category=["a", "b"])

    assert post(client, event) == 204

    (kept,) = session.scalars(select(Receipt))
    assert (kept.kind, kept.raw) == (ReceiptKind.OTHER, event)


def test_a_bounce_keeps_back_what_is_queued_for_that_person(
    client: CheckingClient, session: Session, settings: Settings, database: Database
) -> None:
    invitation = make_invitation(session, sent_at=None)
    contact = invitation.contact
    queued = make_message(session, subject_id=invitation.id, to_address=contact.email)
    name, _, domain = contact.email.partition("@")
    bounce = told("bounce", email=f"{name.upper()}+deals@{domain}", reason="550 unknown")

    assert post(client, bounce) == 204
    desk = replace(desk_of(settings, database), now=lambda: MOMENT + timedelta(hours=1))
    delivered = deliver_due(desk)

    session.refresh(queued)
    suppression = queries.suppression_of(session, contact.email)
    assert suppression is not None
    assert (suppression.reason, suppression.note) == (SuppressionReason.BOUNCED, "550 unknown")
    assert (delivered.accepted, delivered.cancelled) == (0, 1)
    assert queued.state is MessageState.CANCELLED


@pytest.mark.parametrize("event", ["bounce", "dropped", "spamreport", "unsubscribe"])
def test_what_says_that_no_more_mail_is_wanted_holds_for_what_is_queued(
    client: CheckingClient, session: Session, settings: Settings, database: Database, event: str
) -> None:
    invitation = make_invitation(session, sent_at=None)
    address = invitation.contact.email
    queued = make_message(session, subject_id=invitation.id, to_address=address)

    assert post(client, told(event, email=address)) == 204
    desk = replace(desk_of(settings, database), now=lambda: MOMENT + timedelta(hours=1))

    assert deliver_due(desk).cancelled == 1
    session.refresh(queued)
    assert queued.state is MessageState.CANCELLED


def test_a_thousand_events_are_one_batch(client: CheckingClient, session: Session) -> None:
    attempts = [uncertain(session)[1] for _ in range(250)]
    events = [
        told(kind, survey_attempt=attempt.attempt_id)
        for attempt in attempts
        for kind in ("processed", "deferred", "delivered", "open")
    ]

    assert post(client, *events) == 204

    counted = queries.count_by_state(session)
    assert counted[MessageState.DELIVERED] == 250
