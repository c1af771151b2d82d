"""Events of the provider: kept as they came, matched to mails, folded in, heeded at once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.audit.types import Actor, ActorKind
from survey.kit.tokens import digest
from survey.mail import queries
from survey.mail.actions import outbox
from survey.mail.actions.receipts import record_receipts
from survey.mail.actions.suppressions import forget_address, lift
from survey.mail.models import Attempt, Message, Receipt
from survey.mail.types import (
    AttemptOutcome,
    Ending,
    MessageState,
    ProviderEvent,
    ReceiptKind,
    SuppressionReason,
)
from tests.factories import MOMENT, make_attempt, make_message

NOW = MOMENT + timedelta(hours=1)


def event(kind: ReceiptKind, at: datetime = NOW, **facts: Any) -> ProviderEvent:
    told = {"kind": kind.value, "at": at.isoformat()} | facts
    return ProviderEvent(kind, digest(repr(told)), raw=told | {}, happened_at=at, **facts)


def hear(session: Session, *events: ProviderEvent) -> list[Message]:
    return record_receipts(session, events, provider="sendgrid", now=NOW)


def uncertain(session: Session, **columns: Any) -> tuple[Message, Attempt]:
    message = make_message(session, state=MessageState.UNCERTAIN, attempts_made=1, **columns)
    attempt = make_attempt(
        session,
        message=message,
        claimed_at=NOW - timedelta(minutes=5),
        finished_at=NOW,
        outcome=AttemptOutcome.MAY_HAVE_BEEN_SENT,
    )
    return message, attempt


def test_an_event_with_the_attempts_id_settles_an_uncertain_mail(session: Session):
    message, attempt = uncertain(session)

    newly_left = hear(session, event(ReceiptKind.DELIVERED, attempt_id=attempt.attempt_id))

    assert newly_left == [message]
    assert message.state is MessageState.DELIVERED


def test_an_event_is_known_by_the_beginning_of_the_providers_id(session: Session):
    message, attempt = uncertain(session)
    attempt.provider_message_id = "14c5d75ce93.dfd.64b469"
    ids = ("14c5d75ce93", "14c5d75ce93.dfd", "14c5d75ce93.dfd.64b469")

    hear(session, event(ReceiptKind.PROCESSED, provider_message_ids=ids))

    assert message.state is MessageState.ACCEPTED


def test_an_event_without_ids_speaks_of_the_only_mail_to_its_address(session: Session):
    message, _attempt = uncertain(session, to_address="jane@buyer.example")

    hear(session, event(ReceiptKind.DELIVERED, address="jane@buyer.example"))

    assert message.state is MessageState.DELIVERED


def test_an_event_without_ids_settles_none_of_two_mails_to_its_address(session: Session):
    first, _ = uncertain(session, to_address="jane@buyer.example")
    second, _ = uncertain(session, to_address="jane@buyer.example")

    hear(session, event(ReceiptKind.DELIVERED, address="jane@buyer.example"))

    assert {first.state, second.state} == {MessageState.UNCERTAIN}


def test_an_event_before_our_own_record_is_not_undone_by_it(session: Session):
    message = make_message(session)
    (attempt,) = outbox.claim_due(session, provider="sendgrid", limit=1, now=NOW)
    hear(session, event(ReceiptKind.DELIVERED, attempt_id=attempt.attempt_id))

    ending = Ending(AttemptOutcome.TRY_LATER, "429")
    outbox.record_endings(session, {attempt: ending}, now=NOW)

    assert message.state is MessageState.DELIVERED
    assert session.scalars(select(Attempt.outcome)).one() is AttemptOutcome.TRY_LATER


def test_a_claim_that_an_event_settled_still_lapses_and_stays_settled(session: Session):
    message = make_message(session)
    (attempt,) = outbox.claim_due(session, provider="sendgrid", limit=1, now=NOW)
    outbox.start_attempts(session, [attempt], now=NOW)
    hear(session, event(ReceiptKind.PROCESSED, attempt_id=attempt.attempt_id))

    held = outbox.hold_lapsed_claims(session, now=NOW + timedelta(hours=1))

    assert held == 1
    assert message.state is MessageState.ACCEPTED


def test_copies_of_an_event_are_kept_once(session: Session):
    _message, attempt = uncertain(session)
    told = event(ReceiptKind.DELIVERED, attempt_id=attempt.attempt_id)

    hear(session, told, told)
    again = hear(session, told)

    assert again == []
    assert session.scalar(select(func.count()).select_from(Receipt)) == 1


def test_what_no_mail_of_ours_is_meant_by_is_kept_too(session: Session):
    assert hear(session, event(ReceiptKind.DELIVERED, attempt_id="of another system")) == []

    (kept,) = session.scalars(select(Receipt))
    assert (kept.message_id, kept.raw["attempt_id"]) == (None, "of another system")


def test_a_hard_bounce_suppresses_at_once_even_without_ids(session: Session):
    hear(
        session,
        event(
            ReceiptKind.BOUNCED, address="gone@buyer.example", reason="550 no gone@buyer.example"
        ),
    )

    suppression = queries.suppression_of(session, "GONE@buyer.example")
    assert suppression is not None
    assert (suppression.reason, suppression.note) == (SuppressionReason.BOUNCED, "550 no …")


def test_five_soft_bounces_in_a_row_suppress_and_four_do_not(session: Session):
    blocked = [
        event(ReceiptKind.BLOCKED, NOW + timedelta(days=day), address="full@buyer.example")
        for day in range(5)
    ]

    hear(session, *reversed(blocked[1:]))
    assert queries.suppression_of(session, "full@buyer.example") is None
    hear(session, blocked[0])

    assert queries.suppression_of(session, "full@buyer.example") is not None


FULL = "full@buyer.example"
FOUR = (ReceiptKind.BLOCKED,) * 4


def told_of_full(*kinds: ReceiptKind) -> list[ProviderEvent]:
    return [event(kind, NOW + timedelta(days=day), address=FULL) for day, kind in enumerate(kinds)]


def test_a_delivery_between_soft_bounces_starts_the_count_anew(session: Session):
    told = told_of_full(*FOUR, ReceiptKind.DELIVERED, *FOUR)

    for each in told:
        hear(session, each)

    assert queries.suppression_of(session, FULL) is None


def test_a_delivery_between_soft_bounces_is_heeded_too_when_it_is_told_last(session: Session):
    told = told_of_full(*FOUR, ReceiptKind.DELIVERED, *FOUR)
    hear(session, *told[:4], *told[5:])
    refused = queries.suppression_of(session, FULL)
    assert refused is not None
    assert refused.reason is SuppressionReason.REFUSED

    hear(session, told[4])

    assert queries.suppression_of(session, FULL) is None


def test_five_soft_bounces_hold_whatever_is_told_of_later_times(session: Session):
    told = told_of_full(*[ReceiptKind.BLOCKED] * 5, ReceiptKind.DELIVERED)

    hear(session, told[5])
    hear(session, *told[:5])

    assert queries.suppression_of(session, FULL) is not None


def test_a_late_delivery_withdraws_no_hard_bounce(session: Session):
    told = told_of_full(*[ReceiptKind.BLOCKED] * 5)
    hear(session, *told, event(ReceiptKind.BOUNCED, address=FULL))

    hear(session, event(ReceiptKind.DELIVERED, NOW + timedelta(days=2, hours=1), address=FULL))

    kept = queries.suppression_of(session, FULL)
    assert kept is not None
    assert kept.reason is SuppressionReason.BOUNCED


def test_refusals_count_anew_once_a_person_lifted_them(session: Session):
    day = timedelta(days=1)
    hear(session, *told_of_full(*[ReceiptKind.BLOCKED] * 5))
    refused = queries.suppression_of(session, FULL)
    assert refused is not None

    lift(
        session,
        refused,
        why="Their mailbox has room again.",
        is_asked_by_person=False,
        actor=Actor(ActorKind.USER),
        now=NOW + 5 * day,
    )
    later = [event(ReceiptKind.BLOCKED, NOW + (6 + n) * day, address=FULL) for n in range(5)]
    hear(session, *later[:4])
    assert queries.suppression_of(session, FULL) is None
    hear(session, later[4])

    assert queries.suppression_of(session, FULL) is not None


@pytest.mark.parametrize("turn", [1, -1])
def test_the_weightiest_reason_stands_whichever_is_told_first(session: Session, turn: int):
    told = [
        event(kind, address=FULL)
        for kind in (ReceiptKind.BOUNCED, ReceiptKind.OPTED_OUT, ReceiptKind.COMPLAINED)
    ]

    for each in told[::turn]:
        hear(session, each)

    kept = queries.suppression_of(session, FULL)
    assert kept is not None
    assert kept.reason is SuppressionReason.COMPLAINED


def test_what_is_told_of_a_forgotten_person_is_kept_without_words(session: Session):
    forget_address(session, "jane@buyer.example", now=NOW)

    hear(session, event(ReceiptKind.DEFERRED, address="Jane@buyer.example"))

    (kept,) = session.scalars(select(Receipt))
    assert (kept.kind, kept.raw) == (ReceiptKind.DEFERRED, {})
