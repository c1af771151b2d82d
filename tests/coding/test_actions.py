"""Reasons found in answers, by the buyer's clicks and by a person."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from survey.coding.actions import (
    NotReadable,
    QuoteNotInAnswer,
    add_coding,
    code_clicks,
    confirm_coding,
    reject_coding,
)
from survey.coding.models import Coding
from survey.coding.queries import for_response
from survey.coding.types import CodingRole, CodingSource, CodingState, Direction
from survey.questionnaires.types import NamedReason
from survey.responses.models import Response
from survey.responses.types import Audience, ResponseState
from survey.taxonomy.models import Reason
from survey.team.models import User
from survey.team.types import Role
from tests.factories import make_answer, make_coding, make_reason, make_response, make_user


@pytest.fixture
def analyst(session: Session) -> User:
    return make_user(session, role=Role.ANALYST)


@pytest.fixture
def reasons(session: Session) -> dict[str, Reason]:
    return {code: make_reason(session, code=code) for code in ("PRD-01", "PRI-01", "SAL-02")}


@pytest.fixture
def response(session: Session) -> Response:
    response = make_response(session)
    make_answer(
        session,
        response=response,
        question_key="different",
        choice_key=None,
        text="There was no connector for our ERP, so IT said no.",
    )
    return response


def _told(session: Session, response: Response) -> list[tuple[str, str, str]]:
    return [
        (coding.reason.code, coding.role.value, coding.state.value)
        for coding in for_response(session, response)
    ]


def _named(code: str, *, primary: bool = False) -> NamedReason:
    return NamedReason(code, is_primary=primary, is_for_us=False, question_key="why")


def test_code_clicks_makes_confirmed_codings_of_the_buyer(
    session: Session, response: Response, reasons: dict[str, Reason]
) -> None:
    codings = code_clicks(
        session,
        response,
        named=[_named("PRI-01", primary=True), _named("SAL-02")],
        reasons=reasons,
    )

    assert [(c.reason.code, c.role, c.direction, c.source) for c in codings] == [
        ("PRI-01", CodingRole.PRIMARY, Direction.AGAINST_US, CodingSource.BUYER),
        ("SAL-02", CodingRole.CONTRIBUTING, Direction.AGAINST_US, CodingSource.BUYER),
    ]


def test_code_clicks_repeated_changes_nothing(
    session: Session, response: Response, reasons: dict[str, Reason]
) -> None:
    named = [_named("PRI-01", primary=True)]
    first = code_clicks(session, response, named=named, reasons=reasons)

    second = code_clicks(session, response, named=named, reasons=reasons)

    assert [c.id for c in second] == [c.id for c in first]


def test_code_clicks_follows_a_changed_mind(
    session: Session, response: Response, reasons: dict[str, Reason]
) -> None:
    code_clicks(
        session,
        response,
        named=[_named("PRI-01", primary=True), _named("SAL-02")],
        reasons=reasons,
    )

    code_clicks(
        session,
        response,
        named=[_named("SAL-02", primary=True), _named("PRD-01")],
        reasons=reasons,
    )

    assert _told(session, response) == [
        ("SAL-02", "primary", "confirmed"),
        ("PRD-01", "contributing", "confirmed"),
    ]


def test_code_clicks_leaves_rejected_codings_rejected(
    session: Session,
    response: Response,
    reasons: dict[str, Reason],
    analyst: User,
    moment: datetime,
) -> None:
    named = [_named("PRI-01", primary=True)]
    (coding,) = code_clicks(session, response, named=named, reasons=reasons)
    reject_coding(session, coding, decider=analyst, now=moment)

    code_clicks(session, response, named=named, reasons=reasons)

    assert _told(session, response) == [("PRI-01", "primary", "rejected")]


def _add(
    session: Session,
    response: Response,
    reason: Reason,
    coder: User,
    now: datetime,
    **facts: object,
) -> Coding:
    values = {
        "role": CodingRole.PRIMARY,
        "direction": Direction.AGAINST_US,
        "quote": "no connector for our ERP",
        "question_key": "different",
    } | facts
    return add_coding(session, response, reason=reason, coder=coder, now=now, **values)  # type: ignore[arg-type]  # facts are given by name


def test_add_coding_keeps_the_quote_and_who_found_it(
    session: Session,
    response: Response,
    reasons: dict[str, Reason],
    analyst: User,
    moment: datetime,
) -> None:
    coding = _add(session, response, reasons["PRD-01"], analyst, moment)

    assert (coding.quote, coding.coded_by_id, coding.state, coding.coded_at) == (
        "no connector for our ERP",
        analyst.id,
        CodingState.CONFIRMED,
        moment,
    )


def test_add_coding_refuses_words_the_buyer_did_not_write(
    session: Session,
    response: Response,
    reasons: dict[str, Reason],
    analyst: User,
    moment: datetime,
) -> None:
    with pytest.raises(QuoteNotInAnswer, match="letter for letter"):
        _add(session, response, reasons["PRD-01"], analyst, moment, quote="no ERP connector")


@pytest.mark.parametrize(
    "closed", [{"audience": Audience.TOTALS_ONLY}, {"state": ResponseState.DELETED}]
)
def test_add_coding_refuses_answers_nobody_may_read(
    session: Session,
    reasons: dict[str, Reason],
    analyst: User,
    moment: datetime,
    closed: dict[str, object],
) -> None:
    response = make_response(session, **closed)

    with pytest.raises(NotReadable):
        _add(session, response, reasons["PRD-01"], analyst, moment)


def test_add_coding_makes_the_earlier_primary_contributing(
    session: Session,
    response: Response,
    reasons: dict[str, Reason],
    analyst: User,
    moment: datetime,
) -> None:
    _add(session, response, reasons["PRD-01"], analyst, moment)

    _add(session, response, reasons["PRI-01"], analyst, moment, quote="IT said no")

    assert _told(session, response) == [
        ("PRI-01", "primary", "confirmed"),
        ("PRD-01", "contributing", "confirmed"),
    ]


def test_add_coding_again_brings_it_up_to_date(
    session: Session,
    response: Response,
    reasons: dict[str, Reason],
    analyst: User,
    moment: datetime,
) -> None:
    first = _add(session, response, reasons["PRD-01"], analyst, moment)
    reject_coding(session, first, decider=analyst, now=moment)

    again = _add(session, response, reasons["PRD-01"], analyst, moment, quote="IT said no")

    assert (again.id, again.quote, again.state) == (first.id, "IT said no", CodingState.CONFIRMED)


def test_a_persons_primary_stands_beside_the_buyers_click(
    session: Session,
    response: Response,
    reasons: dict[str, Reason],
    analyst: User,
    moment: datetime,
) -> None:
    code_clicks(session, response, named=[_named("PRI-01", primary=True)], reasons=reasons)

    _add(session, response, reasons["PRD-01"], analyst, moment)

    assert [
        (c.reason.code, c.source.value, c.role.value) for c in for_response(session, response)
    ] == [
        ("PRD-01", "person", "primary"),
        ("PRI-01", "buyer", "primary"),
    ]


def test_confirm_coding_settles_a_suggestion(
    session: Session, analyst: User, moment: datetime
) -> None:
    coding = make_coding(
        session, source=CodingSource.MODEL, state=CodingState.SUGGESTED, decided_at=None
    )

    confirm_coding(session, coding, decider=analyst, now=moment)

    assert (coding.state, coding.decided_by_id, coding.decided_at) == (
        CodingState.CONFIRMED,
        analyst.id,
        moment,
    )


def test_reject_coding_twice_is_no_second_decision(
    session: Session, analyst: User, moment: datetime
) -> None:
    coding = make_coding(session)
    reject_coding(session, coding, decider=analyst, now=moment)

    reject_coding(session, coding, decider=make_user(session), now=moment)

    assert coding.decided_by_id == analyst.id
