"""Codings of responses, what waits to be coded, and how often clicks and readers agree."""

from datetime import timedelta

from sqlalchemy.orm import Session

from survey.coding.queries import (
    Agreement,
    agreement,
    awaiting_a_reader,
    for_responses,
    with_unread_clicks,
)
from survey.coding.types import CodingRole, CodingSource, CodingState
from survey.responses.types import Audience, ResponseState
from tests.factories import (
    make_answer,
    make_coded_response,
    make_coding,
    make_reason,
    make_response,
)


def test_for_responses_tells_the_primary_first_and_the_rejected_last(session: Session) -> None:
    response = make_response(session)
    rejected = make_coding(session, response=response, state=CodingState.REJECTED)
    other = make_coding(session, response=response, role=CodingRole.CONTRIBUTING)
    primary = make_coding(session, response=response)

    found = for_responses(session, [response.id])

    assert [coding.id for coding in found[response.id]] == [primary.id, other.id, rejected.id]


def test_unread_clicks_are_of_answers_sent_or_changed_since(session: Session) -> None:
    read = make_response(session)
    make_coded_response(session, response=read)
    changed = make_response(session)
    make_coded_response(session, response=changed)
    changed.edited_at = changed.submitted_at + timedelta(hours=1)
    unread = make_response(session)
    deleted = make_response(session, state=ResponseState.DELETED)

    found = with_unread_clicks(session, limit=10)

    assert [response.id for response in found] == [changed.id, unread.id, deleted.id]


def test_awaiting_a_reader_are_words_nobody_has_coded(session: Session) -> None:
    def answered(text: str = "Too slow.", **columns: object) -> int:
        response = make_response(session, **columns)
        make_answer(session, response=response, choice_key="x", text=text)
        return response.id

    waiting = answered()
    answered(text="")
    answered(audience=Audience.TOTALS_ONLY)
    coded = make_coding(session, source=CodingSource.PERSON).response
    make_answer(session, response=coded, choice_key=None, text="Too dear.")

    assert [response.id for response in awaiting_a_reader(session)] == [waiting]


def test_agreement_counts_equal_primaries_of_clicks_and_readers(session: Session) -> None:
    price, product = make_reason(session), make_reason(session)
    for clicked, read in ((price, price), (price, product), (product, product)):
        coding = make_coding(session, reason=clicked)
        make_coding(session, response=coding.response, reason=read, source=CodingSource.PERSON)
    make_coding(session, reason=price)

    assert agreement(session) == Agreement(same=2, both=3)


def test_agreement_of_nothing_is_nothing(session: Session) -> None:
    assert agreement(session) == Agreement(same=0, both=0)
