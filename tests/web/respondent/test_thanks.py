"""The thanks page, and what may be done from it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.responses.models import Answer, Response, ResponseDraft
from survey.responses.types import ResponseState
from tests.factories.asked import make_asked
from tests.pages import CheckingClient


def answer(client: CheckingClient, session: Session, **columns: object) -> None:
    make_asked(session, **columns)  # type: ignore[arg-type]  # columns of the invitation
    client.post("/s/answer-token", data={"screen": "ended", "then": "stop", "ended": "put_off"})


def led_to(client: CheckingClient, address: str) -> str:
    """Where the address leads, whichever the sitting."""
    return (client.get(address).location or "").partition("?")[0]


def test_thanks_stays_at_its_address(client: CheckingClient, session: Session) -> None:
    answer(client, session)

    assert "<h1>Thank you, Anna.</h1>" in client.get("/s/answer-token/thanks").text
    assert led_to(client, "/s/answer-token?choice=price") == "/s/answer-token/thanks"


def test_thanks_calls_nobody_by_half_a_name(client: CheckingClient, session: Session) -> None:
    answer(client, session, contact_name="BERG, ANNA")

    assert "<h1>Thank you.</h1>" in client.get("/s/answer-token/thanks").text


def test_thanks_waits_for_an_answer(client: CheckingClient, session: Session) -> None:
    make_asked(session)

    assert led_to(client, "/s/answer-token/thanks") == "/s/answer-token"


def test_a_change_begins_with_what_was_sent(client: CheckingClient, session: Session) -> None:
    answer(client, session)

    page = client.get("/s/answer-token?screen=ended")

    assert 'value="put_off" checked' in page.text


def test_remark_is_stored_and_shown_back(client: CheckingClient, session: Session) -> None:
    answer(client, session)

    page = client.post(
        "/s/answer-token/thanks", data={"about_us": " Short & kind. "}, follow_redirects=True
    )

    assert "Short &amp; kind." in page.text
    remark = session.scalars(select(Answer).where(Answer.question_key == "about_us")).one()
    assert remark.text == "Short & kind."


def test_delete_leaves_nothing_and_says_so(client: CheckingClient, session: Session) -> None:
    answer(client, session)

    page = client.post("/s/answer-token/delete", follow_redirects=True)

    assert "<h1>Your answer is deleted</h1>" in page.text
    assert session.scalars(select(Answer)).all() == []
    assert session.scalars(select(Response.state)).all() == [ResponseState.DELETED]
    assert led_to(client, "/s/answer-token") == "/s/answer-token/deleted"


def test_delete_may_be_followed_by_a_new_answer(client: CheckingClient, session: Session) -> None:
    answer(client, session)
    client.post("/s/answer-token/delete")

    client.post("/s/answer-token", data={"screen": "weighed", "weighed": "price"})
    page = client.post(
        "/s/answer-token",
        data={"screen": "ended", "then": "stop", "ended": "kept_current"},
        follow_redirects=True,
    )

    assert "Kept what we have" in page.text
    assert session.scalars(select(ResponseDraft)).all() == []


def test_deleted_is_shown_only_where_something_was(
    client: CheckingClient, session: Session
) -> None:
    make_asked(session)

    assert led_to(client, "/s/answer-token/deleted") == "/s/answer-token"
