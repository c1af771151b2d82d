"""A company with its taxonomy, and answers to read."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from survey.audit.types import Actor, ActorKind
from survey.responses.models import Response
from survey.taxonomy.actions import ship_release
from tests.factories import make_answer, make_response, make_user
from tests.factories.asked import make_asked

Answered = Callable[..., Response]


@pytest.fixture(autouse=True)
def taxonomy(session: Session, moment: datetime) -> None:
    ship_release(session, actor=Actor(ActorKind.COMMAND), now=moment)


@pytest.fixture
def answered(session: Session) -> Answered:
    """Make an answer: price weighed most, and what would have had to be different."""
    count = 0

    def answer(text: str = "A smaller first package.", **columns: object) -> Response:
        nonlocal count
        count += 1
        invitation = make_asked(session, token=f"answer-{count}")
        invitation.deal.seller = columns.pop("seller", None) or make_user(session)
        response = make_response(session, invitation=invitation, **columns)
        clicked = {"weighed": "price", "ended": "chose_supplier", "about": "other_cost_less"}
        for key, choice in clicked.items():
            make_answer(session, response=response, question_key=key, choice_key=choice, text="")
        make_answer(session, response=response, question_key="different", text=text)
        return response

    return answer
