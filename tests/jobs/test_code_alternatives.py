"""What a buyer had instead becomes an alternative of the deal, as long as the answer says so."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.deals.models import Alternative, Competitor
from survey.deals.types import Outcome, Source
from survey.jobs.code import code_waiting
from survey.kit.db import Database
from survey.questionnaires.documents import shipped_document
from survey.responses.actions.answering import delete_response
from survey.responses.models import Answer, Response
from survey.responses.types import Audience, ResponseState
from tests.factories import (
    make_alternative,
    make_answer,
    make_competitor,
    make_invitation,
    make_release,
    make_response,
    make_version,
)

Told = Callable[..., Response]
Said = list[tuple[str, str | None, str]]


@pytest.fixture
def told(session: Session) -> Told:
    """An answer that names what the buyer had instead."""
    release = make_release(session)

    def make(choice: str, words: str = "", question: str = "ended", **columns: object) -> Response:
        name, outcome = ("not_won", "lost") if question == "ended" else ("won", "won")
        version = make_version(session, release=release, document=shipped_document(name))
        deal = {"deal": columns.pop("deal")} if "deal" in columns else {}
        invitation = make_invitation(session, version=version, asked_as=Outcome(outcome), **deal)
        response = make_response(session, invitation=invitation, **columns)
        make_answer(
            session, response=response, question_key=question, choice_key=choice, text=words
        )
        session.commit()
        return response

    return make


def said_by_buyers(database: Database) -> Said:
    with database.reading() as reading:
        rows = reading.execute(
            select(Alternative.kind, Competitor.name, Alternative.standing)
            .outerjoin(Alternative.competitor)
            .where(Alternative.source == Source.BUYER)
            .order_by(Alternative.kind, Competitor.name)
        )
        return [(kind.value, name, standing.value) for kind, name, standing in rows]


@pytest.mark.parametrize(
    ("question", "choice", "words", "said"),
    [
        ("ended", "chose_supplier", "  aCME  corp ", ("competitor", "Acme Corp", "chosen")),
        ("ended", "chose_supplier", "Acme Corporation", ("competitor", None, "chosen")),
        ("ended", "chose_supplier", "", ("competitor", None, "chosen")),
        ("ended", "kept_current", "", ("current_supplier", None, "chosen")),
        ("ended", "in_house", "", ("in_house", None, "chosen")),
        ("ended", "put_off", "", ("nothing", None, "chosen")),
        ("closest", "competitor", "ACME CORP", ("competitor", "Acme Corp", "closest")),
        ("closest", "nothing", "", ("nothing", None, "closest")),
    ],
)
def test_what_the_buyer_had_instead_stands_at_the_deal(
    database: Database,
    session: Session,
    told: Told,
    question: str,
    choice: str,
    words: str,
    said: tuple[str, str | None, str],
) -> None:
    make_competitor(session, name="Acme Corp", name_key="acme corp")
    told(choice, words, question)

    code_waiting(database)

    assert said_by_buyers(database) == [said]


@pytest.mark.parametrize(
    ("question", "choice"),
    [("ended", "still_deciding"), ("ended", "not_said"), ("closest", "none")],
)
def test_who_names_nothing_leaves_nothing(
    database: Database, told: Told, question: str, choice: str
) -> None:
    told(choice, "", question)

    code_waiting(database)

    assert said_by_buyers(database) == []


def test_free_text_makes_no_competitor(database: Database, session: Session, told: Told) -> None:
    told("chose_supplier", "A small one from Utrecht, do not tell")

    code_waiting(database)

    assert session.scalars(select(Competitor.name)).all() == []


@pytest.mark.parametrize(
    "columns", [{"audience": Audience.TOTALS_ONLY}, {"state": ResponseState.HELD}]
)
def test_answer_that_does_not_count_names_nobody(
    database: Database, told: Told, columns: dict[str, object]
) -> None:
    told("kept_current", **columns)

    code_waiting(database)

    assert said_by_buyers(database) == []


def test_released_answer_is_read_again(database: Database, session: Session, told: Told) -> None:
    response = told("kept_current", state=ResponseState.HELD)
    code_waiting(database)
    response.state = ResponseState.COUNTED
    session.commit()

    code_waiting(database)

    assert said_by_buyers(database) == [("current_supplier", None, "chosen")]


def test_changed_and_deleted_answers_take_their_alternative_along(
    database: Database, session: Session, told: Told
) -> None:
    response = told("in_house")
    code_waiting(database)
    session.scalars(select(Answer)).one().choice_key = "put_off"
    response.edited_at = response.submitted_at + timedelta(hours=1)
    session.commit()

    code_waiting(database)
    changed = said_by_buyers(database)
    session.expire_all()
    delete_response(session, response.invitation, now=response.submitted_at + timedelta(hours=2))
    session.commit()
    code_waiting(database)

    assert changed == [("nothing", None, "chosen")]
    assert said_by_buyers(database) == []


def test_two_people_of_one_deal_and_the_crm_keep_their_own_words(
    database: Database, session: Session, told: Told
) -> None:
    acme = make_competitor(session, name="Acme", name_key="acme")
    deal = told("chose_supplier", "Acme").deal
    make_alternative(session, deal=deal, competitor=acme, source=Source.CRM)
    told("competitor", "Acme", "closest", deal=deal)
    told("in_house", deal=deal)

    code_waiting(database)
    code_waiting(database)

    assert said_by_buyers(database) == [
        ("competitor", "Acme", "chosen"),
        ("in_house", None, "chosen"),
    ]
    assert len(session.scalars(select(Alternative.id)).all()) == 3
