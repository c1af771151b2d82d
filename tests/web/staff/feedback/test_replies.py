"""Recording a reply that came by mail."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.responses.models import Answer, Response
from survey.responses.types import Audience, Channel
from survey.team.models import User
from survey.team.types import Role
from tests.factories.asked import make_asked
from tests.pages import CheckingClient

SignIn = Callable[[Role | User], User]


def test_replies_lists_invitations_without_an_answer(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    make_asked(session, token="one", contact_name="Anna Berg")
    make_asked(session, token="two", contact_name="Bo Lind")
    sign_in(Role.ANALYST)

    page = client.get("/feedback/replies?find=berg").text

    assert "Anna Berg" in page
    assert "Bo Lind" not in page


def test_reply_is_recorded_and_closes_the_link(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    invitation = make_asked(session, token="answer-token")
    sign_in(Role.ANALYST)

    answer = client.post(
        f"/feedback/replies/{invitation.public_id}",
        data={"words": "It was mostly the price.", "first": "price", "second": "chose_supplier"},
    )

    response = session.scalars(select(Response)).one()
    words = session.scalars(select(Answer.text).where(Answer.choice_key.is_(None))).all()
    assert answer.status_code == 303
    assert (response.channel, response.audience) == (Channel.REPLY, Audience.NOT_CHOSEN)
    assert list(words) == ["It was mostly the price."]
    assert client.get("/s/answer-token").status_code == 410


def test_reply_without_words_is_refused(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    invitation = make_asked(session)
    sign_in(Role.ANALYST)

    answer = client.post(f"/feedback/replies/{invitation.public_id}", data={"words": "  "})

    assert answer.status_code == 422
    assert "Please paste what the buyer wrote." in answer.text
    assert session.scalars(select(Response)).all() == []


def test_reply_whose_words_would_be_lost_is_refused(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    invitation = make_asked(session)
    sign_in(Role.ANALYST)

    answer = client.post(
        f"/feedback/replies/{invitation.public_id}",
        data={"words": "We are still deciding.", "second": "still_deciding"},
    )

    assert answer.status_code == 422
    assert "the words would be lost" in answer.text
    assert "We are still deciding." in answer.text


def test_second_reply_is_refused(client: CheckingClient, session: Session, sign_in: SignIn) -> None:
    invitation = make_asked(session)
    sign_in(Role.ANALYST)
    address = f"/feedback/replies/{invitation.public_id}"
    client.post(address, data={"words": "It was the price."})

    answer = client.post(address, data={"words": "It was the price."})

    assert answer.status_code == 422
    assert "has an answer already" in answer.text
