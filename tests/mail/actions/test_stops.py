"""Stopping by a person, and resting because the provider asks for it."""

from datetime import timedelta

from sqlalchemy.orm import Session

from survey.mail import outgoing, queries
from survey.mail.actions import outbox, stops
from survey.mail.types import AttemptOutcome, Ending
from tests.factories import MOMENT, make_message

NOW = MOMENT + timedelta(hours=1)


def test_a_pause_ends_by_itself_and_of_two_the_later_counts(session: Session):
    make_message(session)

    stops.pause_queue(session, until=NOW + timedelta(minutes=10))
    stops.pause_queue(session, until=NOW + timedelta(minutes=5))

    for minutes, count in ((9, 0), (10, 1)):
        at = NOW + timedelta(minutes=minutes)
        assert len(outbox.claim_due(session, provider="file", limit=9, now=at)) == count


def test_an_ending_that_names_a_moment_lets_every_mail_wait_for_it(session: Session):
    make_message(session)
    make_message(session)
    (attempt,) = outbox.claim_due(session, provider="file", limit=1, now=NOW)
    reset = NOW + timedelta(minutes=3)

    ending = Ending(AttemptOutcome.ACCEPTED, pause_until=reset)
    outbox.record_endings(session, {attempt: ending}, now=NOW)

    assert outgoing.may_leave(session, now=reset - timedelta(seconds=1)) is False
    assert outgoing.may_leave(session, now=reset) is True


def test_a_moment_beyond_belief_is_cut_to_a_day(session: Session):
    make_message(session)
    (attempt,) = outbox.claim_due(session, provider="file", limit=1, now=NOW)
    ending = Ending(AttemptOutcome.TRY_LATER, pause_until=NOW + timedelta(days=900))

    outbox.record_endings(session, {attempt: ending}, now=NOW)

    pause = queries.queue_pause(session)
    assert pause is not None
    assert pause.until_at == NOW + timedelta(days=1)
