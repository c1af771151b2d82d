"""Buyers' clicks become codings."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.coding.models import Coding
from survey.coding.types import CodingSource
from survey.jobs.code import code_waiting
from survey.kit.db import Database
from survey.questionnaires.documents import shipped_document
from survey.responses.actions.answering import delete_response
from survey.responses.models import Answer, Response
from survey.taxonomy.models import Reason
from tests.factories import (
    make_answer,
    make_coding,
    make_invitation,
    make_reason,
    make_release,
    make_response,
    make_version,
)

_CODES = ("PRD-00", "PRD-01", "PRI-00", "PRI-01", "SAL-00")


@pytest.fixture
def response(session: Session) -> Response:
    """Price weighed most, because another offer cost less; the people were not liked either."""
    release = make_release(session)
    for code in _CODES:
        make_reason(session, release=release, code=code)
    version = make_version(session, release=release, document=shipped_document("not_won"))
    response = make_response(session, invitation=make_invitation(session, version=version))
    clicks = {
        "weighed": "price",
        "ended": "chose_supplier",
        "about": "other_cost_less",
        "else": "people",
    }
    for question, choice in clicks.items():
        make_answer(session, response=response, question_key=question, choice_key=choice, text="")
    session.commit()
    return response


def _codings(database: Database) -> list[tuple[str, str, str]]:
    with database.reading() as reading:
        rows = reading.execute(
            select(Reason.code, Coding.role, Coding.direction)
            .join(Coding, Coding.reason_id == Reason.id)
            .order_by(Reason.code)
        )
        return [(code, role.value, direction.value) for code, role, direction in rows]


def test_code_waiting_reads_the_clicks(database: Database, response: Response) -> None:
    coded = code_waiting(database)

    assert coded == 1
    assert _codings(database) == [
        ("PRI-01", "primary", "against_us"),
        ("SAL-00", "contributing", "against_us"),
    ]


def test_code_waiting_again_finds_nothing_to_do(database: Database, response: Response) -> None:
    code_waiting(database)

    assert code_waiting(database) == 0


def test_code_waiting_follows_a_changed_answer(
    database: Database, session: Session, response: Response
) -> None:
    code_waiting(database)
    session.refresh(response)
    response.edited_at = response.submitted_at + timedelta(hours=1)
    for question, choice in {"weighed": "product", "about": "missing"}.items():
        answer = session.scalars(select(Answer).where(Answer.question_key == question)).one()
        answer.choice_key = choice
    session.commit()

    code_waiting(database)

    assert _codings(database) == [
        ("PRD-01", "primary", "against_us"),
        ("SAL-00", "contributing", "against_us"),
    ]


def test_code_waiting_forgets_what_stood_in_a_deleted_answer(
    database: Database, session: Session, response: Response
) -> None:
    code_waiting(database)
    read_by_a_person = make_coding(
        session, response=response, source=CodingSource.PERSON, quote="It cost less."
    )
    delete_response(session, response.invitation, now=response.submitted_at + timedelta(hours=1))
    session.commit()

    coded = code_waiting(database)

    assert (coded, code_waiting(database)) == (1, 0)
    assert session.get(Coding, read_by_a_person.id, populate_existing=True) is None
    assert _codings(database) == []
