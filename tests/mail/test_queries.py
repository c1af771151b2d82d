"""What people ask of the outbox."""

from datetime import timedelta

from sqlalchemy.orm import Session

from survey.mail import queries
from survey.mail.types import MessageState
from tests.factories import MOMENT, make_attempt, make_message, make_suppression


def test_count_by_state_names_every_state(session: Session):
    make_message(session)
    make_message(session, state=MessageState.FAILED)
    make_message(session, state=MessageState.FAILED)

    counted = queries.count_by_state(session)

    assert counted.keys() == set(MessageState)
    assert counted[MessageState.FAILED] == 2
    assert counted[MessageState.UNCERTAIN] == 0


def test_outbox_shows_the_newest_first(session: Session):
    first, second, third = (make_message(session) for _ in range(3))

    assert queries.outbox(session).rows == [third, second, first]


def test_outbox_shows_one_state(session: Session):
    make_message(session)
    failed = make_message(session, state=MessageState.FAILED)

    assert queries.outbox(session, state=MessageState.FAILED).rows == [failed]


def test_of_subject_lists_the_mails_about_one_row_in_order(session: Session):
    second = make_message(session, subject_id=7, queued_at=MOMENT + timedelta(days=1))
    first = make_message(session, subject_id=7)
    make_message(session, subject_id=8)
    make_message(session, subject_id=7, kind="password_reset")

    assert queries.of_subject(session, kind="invitation", subject_id=7) == [first, second]


def test_attempts_of_lists_them_in_order(session: Session):
    message = make_message(session)
    first = make_attempt(session, message=message)
    second = make_attempt(session, message=message)
    make_attempt(session)

    assert queries.attempts_of(session, message) == [first, second]


def test_suppressions_among_gives_back_the_addresses_as_given(session: Session):
    made = make_suppression(session, address="jane@buyer.example")

    found = queries.suppressions_among(session, ["Jane@Buyer.example", "john@buyer.example"])

    assert found == {"Jane@Buyer.example": made.reason}
