"""What people decide: once more, counted as sent, dropped, came back, a whole hour at once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from survey.mail import queries
from survey.mail.actions import outbox, settling
from survey.mail.models import Message
from survey.mail.types import AttemptOutcome, Ending, MessageState, SuppressionReason
from tests.factories import MOMENT, make_attempt, make_message

NOW = MOMENT + timedelta(hours=1)
HOUR = datetime(2026, 10, 14, 9, tzinfo=UTC)


def left_at(session: Session, at: datetime, outcome: AttemptOutcome, **columns: object) -> Message:
    """A mail claimed then, whose attempt ended so."""
    states = {
        AttemptOutcome.ACCEPTED: MessageState.ACCEPTED,
        AttemptOutcome.MAY_HAVE_BEEN_SENT: MessageState.UNCERTAIN,
    }
    message = make_message(session, state=states[outcome], attempts_made=1, **columns)
    make_attempt(session, message=message, claimed_at=at, finished_at=at, outcome=outcome)
    return message


def test_send_again_queues_a_failed_mail(session: Session):
    message = make_message(session, state=MessageState.FAILED, state_reason="The subject is empty.")

    settling.send_again(session, message, now=NOW)

    assert (message.state, message.send_after_at) == (MessageState.QUEUED, NOW)


def test_send_again_refuses_a_mail_that_left(session: Session):
    message = make_message(session, state=MessageState.ACCEPTED)

    with pytest.raises(settling.WrongMove):
        settling.send_again(session, message, now=NOW)


def test_count_as_sent_settles_only_what_is_uncertain(session: Session):
    uncertain = make_message(session, state=MessageState.UNCERTAIN)
    failed = make_message(session, state=MessageState.FAILED)

    assert settling.count_as_sent(session, uncertain, now=NOW).state is MessageState.ACCEPTED
    with pytest.raises(settling.WrongMove):
        settling.count_as_sent(session, failed, now=NOW)


def test_drop_takes_a_waiting_mail_back(session: Session):
    message = make_message(session)

    settling.drop(session, message, reason="Answered by reply.", now=NOW)

    assert (message.state, message.state_reason) == (MessageState.CANCELLED, "Answered by reply.")


def test_a_decision_older_than_the_newest_attempt_is_history(session: Session):
    message = make_message(session, state=MessageState.FAILED)
    settling.send_again(session, message, now=NOW)
    (attempt,) = outbox.claim_due(session, provider="file", limit=1, now=NOW)

    ending = Ending(AttemptOutcome.NEVER_SEND, "No.")
    outbox.record_endings(session, {attempt: ending}, now=NOW)

    assert (message.state, message.state_reason) == (MessageState.FAILED, "No.")


@pytest.mark.parametrize("state", [MessageState.CLAIMED, MessageState.ACCEPTED])
def test_drop_refuses_what_is_under_way_or_has_left(session: Session, state: MessageState):
    with pytest.raises(settling.WrongMove):
        settling.drop(session, make_message(session, state=state), now=NOW)


def test_note_bounce_marks_the_mail_and_suppresses_its_address(session: Session):
    message = left_at(session, NOW, AttemptOutcome.ACCEPTED)

    settling.note_bounce(session, message, now=NOW)
    settling.note_bounce(session, message, now=NOW + timedelta(minutes=1))

    suppression = queries.suppression_of(session, message.to_address)
    assert suppression is not None
    assert suppression.reason is SuppressionReason.BOUNCED
    assert (message.state, message.trouble, message.bounced_at) == (
        MessageState.ACCEPTED,
        "bounced",
        NOW,
    )


def test_note_bounce_refuses_a_mail_that_has_not_left(session: Session):
    with pytest.raises(settling.WrongMove):
        settling.note_bounce(session, make_message(session), now=NOW)


def test_an_hour_whose_feed_is_proven_is_sent_again_in_one_press(session: Session):
    silent = [
        left_at(session, HOUR + timedelta(minutes=m), AttemptOutcome.MAY_HAVE_BEEN_SENT)
        for m in (0, 59)
    ]
    another_hour = left_at(session, HOUR + timedelta(hours=1), AttemptOutcome.MAY_HAVE_BEEN_SENT)
    for minute in range(5):
        at = HOUR + timedelta(minutes=minute)
        left_at(session, at, AttemptOutcome.ACCEPTED, receipts_heard=1)

    sent = settling.send_hour_again(session, HOUR, now=HOUR + timedelta(hours=2))

    assert sent == silent
    assert [message.state for message in silent] == [MessageState.QUEUED] * 2
    assert another_hour.state is MessageState.UNCERTAIN


def test_an_hour_with_one_mail_unheard_of_is_not_settled_at_once(session: Session):
    silent = left_at(session, HOUR, AttemptOutcome.MAY_HAVE_BEEN_SENT)
    for minute in range(6):
        at = HOUR + timedelta(minutes=minute)
        left_at(session, at, AttemptOutcome.ACCEPTED, receipts_heard=min(minute, 1))

    with pytest.raises(settling.FeedNotProven):
        settling.send_hour_again(session, HOUR, now=HOUR + timedelta(days=2))

    assert silent.state is MessageState.UNCERTAIN
    (told,) = queries.uncertain_hours(session)
    assert (told.hour, told.uncertain, told.others, told.heard_of) == (HOUR, 1, 6, 5)


def test_an_hour_is_left_as_it_is_without_any_proof(session: Session):
    silent = [
        left_at(session, HOUR + timedelta(minutes=m), AttemptOutcome.MAY_HAVE_BEEN_SENT)
        for m in (0, 59)
    ]
    another_hour = left_at(session, HOUR + timedelta(hours=1), AttemptOutcome.MAY_HAVE_BEEN_SENT)

    left = settling.leave_hour(session, HOUR, now=HOUR + timedelta(minutes=60))

    assert left == silent
    assert [(message.state, message.state_reason) for message in silent] == [
        (MessageState.ACCEPTED, "A person says that it was sent.")
    ] * 2
    assert another_hour.state is MessageState.UNCERTAIN
    assert settling.leave_hour(session, HOUR, now=HOUR + timedelta(hours=2)) == []
