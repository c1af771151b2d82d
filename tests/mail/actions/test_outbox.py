"""The outbox: decided once, claimed once, recorded as it ended, stopped and released."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from survey.mail import queries, rules
from survey.mail.actions import outbox, settling, stops
from survey.mail.actions.standing import project
from survey.mail.models import Attempt, Message
from survey.mail.types import AttemptOutcome, Decided, Ending, Left, MessageState
from tests.factories import MOMENT, make_message

NOW = MOMENT + timedelta(hours=1)


def claim_one(session: Session, *, now: datetime = NOW) -> Attempt:
    """One mail claimed and begun."""
    (claimed,) = outbox.claim_due(session, provider="file", limit=1, now=now)
    assert outbox.start_attempts(session, [claimed], now=now) == [claimed]
    return queries.attempts_of(session, claimed.message)[-1]


def end(session: Session, attempt: Attempt, outcome: AttemptOutcome, **facts: object) -> Message:
    outbox.record_endings(session, {attempt: Ending(outcome, **facts)}, now=NOW)
    return attempt.message


@pytest.mark.parametrize("outcome", list(AttemptOutcome))
def test_a_first_ending_says_of_its_mail_what_all_that_is_known_of_it_says(
    session: Session, outcome: AttemptOutcome
):
    make_message(session)
    attempt = claim_one(session)
    message = end(session, attempt, outcome, detail="Thanks, jane@b.example.", status_code=202)
    at_once = columns_of(message)

    project(session, [message], now=NOW)
    session.refresh(message)

    assert columns_of(message) == at_once
    assert at_once["lease_until_at"] is None
    assert (attempt.outcome, attempt.finished_at, attempt.status_code) == (outcome, NOW, 202)
    assert attempt.detail == "Thanks, …"


def test_many_endings_are_written_each_as_its_own(session: Session):
    outcomes = [AttemptOutcome.ACCEPTED, AttemptOutcome.NEVER_SEND, AttemptOutcome.ACCEPTED]
    messages = [make_message(session, kind="note", subject_id=n) for n in range(3)]
    messages[2].attempts_made = 1  # one that failed before
    attempts = [claim_one(session) for _ in outcomes]
    endings = {
        attempt: Ending(outcome, provider_message_id=f"theirs-{number}")
        for number, (attempt, outcome) in enumerate(zip(attempts, outcomes, strict=True))
    }

    left = outbox.record_endings(session, endings, now=NOW)

    assert left == [Left("note", 0), Left("note", 2)]
    assert [message.state for message in messages] == [
        MessageState.ACCEPTED,
        MessageState.FAILED,
        MessageState.ACCEPTED,
    ]
    told = [attempt.provider_message_id for attempt in attempts]
    assert told == ["theirs-0", "theirs-1", "theirs-2"]
    assert outbox.record_endings(session, {}, now=NOW) == []


def columns_of(message: Message) -> dict[str, object]:
    return {c.key: getattr(message, c.key) for c in Message.__table__.columns}


def test_enqueue_puts_a_message_in_the_outbox(session: Session):
    message = outbox.enqueue(
        session,
        key="invitation:7:1",
        kind="invitation",
        subject_id=7,
        to_address="jane@buyer.example",
        now=NOW,
    )

    assert (message.state, message.queued_at, message.send_after_at) == (
        MessageState.QUEUED,
        NOW,
        NOW,
    )
    assert queries.by_key(session, "invitation:7:1") is message


def test_enqueue_twice_under_one_key_makes_one_message(session: Session):
    facts = {"key": "invitation:7:1", "kind": "invitation", "to_address": "jane@buyer.example"}

    first = outbox.enqueue(session, **facts, now=NOW)
    second = outbox.enqueue(session, **facts, now=NOW + timedelta(minutes=1))

    assert second is first
    assert queries.count_by_state(session)[MessageState.QUEUED] == 1


def test_enqueue_new_puts_the_same_in_the_outbox_as_enqueue(session: Session):
    later = NOW + timedelta(hours=3)
    one = {"subject_id": 7, "to_address": "jane@buyer.example", "send_after_at": later}

    outbox.enqueue(session, key="a", kind="invitation", **one, now=NOW)
    outbox.enqueue_new(session, [Decided("b", **one)], kind="invitation", now=NOW)

    alone, together = (queries.by_key(session, key) for key in ("a", "b"))
    assert alone is not None
    assert together is not None
    session.refresh(alone)
    own = {"id", "public_id", "key"}
    names = [column.name for column in Message.__table__.columns if column.name not in own]
    assert [getattr(together, name) for name in names] == [getattr(alone, name) for name in names]


def test_enqueue_new_refuses_what_is_not_one_address(session: Session):
    decided = Decided("k", 7, "a@b.example, c@d.example", NOW)

    with pytest.raises(outbox.NotAnAddress):
        outbox.enqueue_new(session, [decided], kind="invitation", now=NOW)


def test_enqueue_refuses_what_is_not_one_address(session: Session):
    with pytest.raises(outbox.NotAnAddress):
        outbox.enqueue(
            session, key="k", kind="invitation", to_address="a@b.example, c@d.example", now=NOW
        )


def test_claim_takes_what_is_due_the_longest_waiting_first(session: Session):
    later = make_message(session, send_after_at=NOW + timedelta(minutes=1))
    second = make_message(session, send_after_at=NOW)
    first = make_message(session, send_after_at=NOW - timedelta(minutes=1))

    attempts = outbox.claim_due(session, provider="file", limit=10, now=NOW)

    assert [attempt.message for attempt in attempts] == [first, second]
    assert later.state is MessageState.QUEUED


def test_claim_leases_the_message_and_gives_a_random_attempt_id(session: Session):
    message = make_message(session)

    attempt = claim_one(session)

    assert message.state is MessageState.CLAIMED
    assert message.lease_until_at == NOW + rules.LEASE
    assert message.attempts_made == 1
    assert len(attempt.attempt_id) == 30
    assert attempt.outcome is None


def test_claim_takes_nothing_while_the_queue_is_stopped(session: Session):
    make_message(session)
    stops.stop_queue(session, reason="Restored from a backup.", now=NOW)

    assert outbox.claim_due(session, provider="file", limit=10, now=NOW) == []

    assert stops.release_queue(session) is True
    assert len(outbox.claim_due(session, provider="file", limit=10, now=NOW)) == 1


def test_release_of_a_running_queue_says_that_nothing_was_stopped(session: Session):
    assert stops.release_queue(session) is False


def test_stop_keeps_the_first_reason(session: Session):
    stops.stop_queue(session, reason="The key was refused.", now=NOW)

    assert stops.stop_queue(session, reason="Another.", now=NOW).reason == "The key was refused."


def test_accepted_keeps_what_events_will_name(session: Session):
    message = make_message(session)
    attempt = claim_one(session)

    end(session, attempt, AttemptOutcome.ACCEPTED, status_code=202, provider_message_id="abc")

    assert message.state is MessageState.ACCEPTED
    assert message.lease_until_at is None
    assert (attempt.provider_message_id, attempt.status_code) == ("abc", 202)


def test_try_later_goes_back_to_the_queue_and_waits(session: Session):
    message = make_message(session)

    end(session, claim_one(session), AttemptOutcome.TRY_LATER, detail="Too many mails at once.")

    assert message.state is MessageState.QUEUED
    assert message.state_reason == "Too many mails at once."
    assert message.send_after_at == NOW + timedelta(minutes=1)


def test_try_later_waits_for_the_moment_the_provider_named(session: Session):
    message = make_message(session)
    named = NOW + timedelta(minutes=20)

    end(session, claim_one(session), AttemptOutcome.TRY_LATER, not_before=named)

    assert message.send_after_at == named


def test_never_send_fails_with_its_reason(session: Session):
    message = make_message(session)

    end(session, claim_one(session), AttemptOutcome.NEVER_SEND, detail="The subject is empty.")

    assert (message.state, message.state_reason) == (MessageState.FAILED, "The subject is empty.")


def test_may_have_been_sent_is_never_claimed_again(session: Session):
    message = make_message(session)

    end(session, claim_one(session), AttemptOutcome.MAY_HAVE_BEEN_SENT)

    assert message.state is MessageState.UNCERTAIN
    assert outbox.claim_due(session, provider="file", limit=9, now=NOW + timedelta(days=9)) == []


def test_a_refused_key_stops_the_whole_queue_and_loses_nothing(session: Session):
    refused = make_message(session)
    make_message(session)

    end(session, claim_one(session), AttemptOutcome.QUEUE_STOPPED, detail="401: bad key")

    stop = queries.queue_stop(session)
    assert stop is not None
    assert stop.reason == "401: bad key"
    assert queries.count_by_state(session)[MessageState.QUEUED] == 2
    assert refused.state is MessageState.QUEUED


def test_not_wanted_is_cancelled_with_the_reason(session: Session):
    message = make_message(session)

    end(session, claim_one(session), AttemptOutcome.NOT_WANTED, detail="The deal was reopened.")

    assert (message.state, message.state_reason) == (
        MessageState.CANCELLED,
        "The deal was reopened.",
    )


def test_a_claim_is_held_as_uncertain_once_its_lease_lapsed(session: Session):
    message = make_message(session)
    attempt = claim_one(session)

    assert outbox.hold_lapsed_claims(session, now=NOW + rules.LEASE - timedelta(seconds=1)) == 0
    assert outbox.hold_lapsed_claims(session, now=NOW + rules.LEASE) == 1

    assert message.state is MessageState.UNCERTAIN
    assert attempt.outcome is AttemptOutcome.MAY_HAVE_BEEN_SENT


def test_a_late_answer_settles_what_had_lapsed(session: Session):
    message = make_message(session)
    attempt = claim_one(session)
    outbox.hold_lapsed_claims(session, now=NOW + rules.LEASE)

    end(session, attempt, AttemptOutcome.ACCEPTED, provider_message_id="abc")

    assert message.state is MessageState.ACCEPTED
    assert attempt.provider_message_id == "abc"


def test_a_late_answer_leaves_a_newer_attempt_alone(session: Session):
    message = make_message(session)
    first = claim_one(session)
    outbox.hold_lapsed_claims(session, now=NOW + rules.LEASE)
    settling.send_again(session, message, now=NOW)
    claim_one(session)

    end(session, first, AttemptOutcome.TRY_LATER)

    assert message.state is MessageState.CLAIMED


def test_a_late_yes_keeps_a_mail_from_leaving_once_more(session: Session):
    message = make_message(session)
    first = claim_one(session)
    outbox.hold_lapsed_claims(session, now=NOW + rules.LEASE)
    settling.send_again(session, message, now=NOW)

    end(session, first, AttemptOutcome.ACCEPTED)

    assert message.state is MessageState.ACCEPTED


def test_what_had_not_begun_goes_back_as_if_nobody_had_taken_it(session: Session):
    message = make_message(session)
    (attempt,) = outbox.claim_due(session, provider="file", limit=1, now=NOW)

    assert outbox.hold_lapsed_claims(session, now=NOW + rules.LEASE) == 0

    assert (message.state, message.attempts_made, message.lease_until_at) == (
        MessageState.QUEUED,
        0,
        None,
    )
    assert queries.attempts_of(session, message) == []
    assert outbox.start_attempts(session, [attempt], now=NOW) == []


def test_who_was_believed_dead_cannot_touch_what_another_has_claimed(session: Session):
    """SQLite gives the number of a row that is gone to the next."""
    message = make_message(session)
    (slow,) = outbox.claim_due(session, provider="file", limit=1, now=NOW)
    later = NOW + rules.LEASE
    outbox.hold_lapsed_claims(session, now=later)
    (quick,) = outbox.claim_due(session, provider="file", limit=1, now=later)

    assert outbox.start_attempts(session, [slow], now=later) == []
    assert outbox.release_claims(session, [slow], now=later) == 0
    assert outbox.record_endings(session, {slow: Ending(AttemptOutcome.ACCEPTED)}, now=later) == []

    (attempt,) = queries.attempts_of(session, message)
    assert (attempt.attempt_id, attempt.started_at) == (quick.attempt_id, None)
    assert message.state is MessageState.CLAIMED
    assert outbox.start_attempts(session, [quick], now=later) == [quick]


def test_what_has_ended_cannot_be_begun_or_released(session: Session):
    message = make_message(session)
    attempt = claim_one(session)
    end(session, attempt, AttemptOutcome.ACCEPTED)

    assert outbox.start_attempts(session, [attempt], now=NOW) == []
    assert outbox.release_claims(session, [attempt], now=NOW) == 0
    assert message.state is MessageState.ACCEPTED
