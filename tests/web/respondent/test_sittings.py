"""Who pressed: sittings that travel in addresses, and what a machine's sitting leaves behind."""

import re
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.responses.models import PageVisit, Response, ResponseDraft
from survey.responses.types import Door, ResponseState
from tests.factories.asked import make_asked
from tests.pages import CheckingClient

LINK = "/s/answer-token"


def opened(client: CheckingClient, address: str = f"{LINK}?choice=price") -> str:
    """Open a page as somebody new; the sitting that it began."""
    (sitting, *_) = re.findall(r"v=([0-9a-f]{12})", client.get(address).text)
    return str(sitting)


def send(client: CheckingClient, sitting: str, ended: str = "put_off", **more: str) -> str:
    form = {"screen": "ended", "then": "stop", "ended": ended, **more}
    return client.post(f"{LINK}?v={sitting}", data=form, follow_redirects=True).text


def wait(session: Session) -> None:
    """Let a person's time pass since all that was opened."""
    for visit in session.scalars(select(PageVisit)):
        visit.visited_at -= timedelta(minutes=5)


def answers(session: Session) -> list[tuple[ResponseState, list[str]]]:
    return [(each.state, each.hold_reasons) for each in session.scalars(select(Response))]


def test_opening_is_remembered_once_a_sitting(client: CheckingClient, session: Session) -> None:
    make_asked(session)

    sitting = opened(client)
    client.get(f"{LINK}?screen=weighed&v={sitting}")
    client.get("/s/scrambled")

    (visit,) = session.scalars(select(PageVisit)).all()
    assert (visit.door, visit.choice, visit.sitting) == (Door.ANSWER, "price", sitting)


def test_a_person_who_takes_time_counts(client: CheckingClient, session: Session) -> None:
    make_asked(session)
    sitting = opened(client)
    wait(session)

    page = send(client, sitting)

    assert "<h1>Thank you, Anna.</h1>" in page
    assert answers(session) == [(ResponseState.COUNTED, [])]


def test_a_held_answer_is_thanked_in_the_same_words(
    client: CheckingClient, session: Session
) -> None:
    make_asked(session, token="answer-token")
    held = send(client, opened(client))
    session.scalars(select(Response)).one().state = ResponseState.COUNTED

    counted = client.get(f"{LINK}/thanks").text

    assert re.sub(r"v=\w+", "", held) == re.sub(r"v=\w+", "", counted)
    assert session.scalars(select(Response.hold_reasons)).all() == [["too_fast"]]


def test_a_person_who_comes_after_a_machine_is_asked(
    client: CheckingClient, session: Session
) -> None:
    make_asked(session)
    send(client, opened(client), driven="y")
    wait(session)

    page = client.get(f"{LINK}?choice=price").text
    sitting = opened(client)
    wait(session)
    again = send(client, sitting, "kept_current")

    assert "An answer was sent with this link before. Was it yours?" in page
    assert "Kept what we have" in again
    assert answers(session) == [(ResponseState.COUNTED, [])]


def test_a_machine_s_own_sitting_finds_its_answer(client: CheckingClient, session: Session) -> None:
    make_asked(session)
    sitting = opened(client)
    send(client, sitting, driven="y")

    assert f"/thanks?v={sitting}" in (client.get(f"{LINK}?v={sitting}").location or "")


def test_a_machine_s_draft_is_not_what_a_person_finds(
    client: CheckingClient, session: Session
) -> None:
    make_asked(session)
    machine = opened(client)
    form = {"screen": "ended", "ended": "put_off", "driven": "y"}
    client.post(f"{LINK}?v={machine}", data=form)

    page = client.get(f"{LINK}?screen=ended").text

    assert session.scalars(select(ResponseDraft.is_doubted)).all() == [True]
    assert " checked" not in page


def test_the_hidden_link_gives_its_sitting_away(client: CheckingClient, session: Session) -> None:
    make_asked(session)
    machine, person = opened(client), opened(client)
    assert "There is nothing here" in client.get(f"{LINK}/more?v={machine}").text
    wait(session)

    send(client, person)
    by_person = answers(session)
    send(client, machine, "kept_current")

    assert by_person == [(ResponseState.COUNTED, [])]
    assert answers(session) == by_person


def test_a_machine_does_not_delete_what_a_person_sent(
    client: CheckingClient, session: Session
) -> None:
    make_asked(session)
    person = opened(client)
    wait(session)
    send(client, person)

    page = client.post(f"{LINK}/delete?v=0123456789ab", data={"driven": "y"})

    assert "Delete everything you told us?" in page.text
    assert answers(session) == [(ResponseState.COUNTED, [])]


def test_fifty_visitors_leave_fifty_visits(client: CheckingClient, session: Session) -> None:
    make_asked(session)

    sittings = {opened(client) for _ in range(5)}

    assert len(sittings) == 5
    assert session.scalar(select(func.count(PageVisit.id))) == 5
