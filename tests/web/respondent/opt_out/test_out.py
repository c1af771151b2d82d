"""One press, or the mail program's one click (RFC 8058), and nobody is asked again."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.mail.models import Suppression
from survey.mail.types import SuppressionReason
from survey.responses.models import PageVisit
from tests.factories import make_suppression
from tests.factories.asked import make_asked
from tests.pages import CheckingClient


def suppressed(session: Session) -> list[tuple[str | None, SuppressionReason]]:
    rows = session.scalars(select(Suppression).order_by(Suppression.id))
    return [(row.address, row.reason) for row in rows]


def test_opening_the_link_changes_nothing(client: CheckingClient, session: Session) -> None:
    make_asked(session)

    page = client.get("/o/out-answer-token")

    assert page.status_code == 200
    assert "Do not ask me again" in page.text
    assert suppressed(session) == []


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_one_click_takes_effect_without_redirect(
    client: CheckingClient, session: Session, content_type: str
) -> None:
    invitation = make_asked(session)
    body: dict[str, Any] = {"List-Unsubscribe": "One-Click"}

    first = client.post("/o/out-answer-token", data=body, content_type=content_type)
    second = client.post("/o/out-answer-token", data=body, content_type=content_type)

    assert (first.status_code, second.status_code) == (200, 200)
    assert "Set-Cookie" not in first.headers
    assert suppressed(session) == [(invitation.contact.email, SuppressionReason.OPTED_OUT)]


def test_one_click_works_after_the_questions_have_closed(
    client: CheckingClient, session: Session
) -> None:
    invitation = make_asked(session)
    invitation.closes_at = invitation.invited_at

    assert client.post("/o/out-answer-token").status_code == 200
    assert len(suppressed(session)) == 1


def test_the_answer_link_does_not_opt_out(client: CheckingClient, session: Session) -> None:
    make_asked(session)

    assert client.get("/o/answer-token").status_code == 404
    assert client.post("/o/answer-token").status_code == 404
    assert suppressed(session) == []


def opened(client: CheckingClient) -> str:
    """Open the way out as somebody new; the address that its button posts to."""
    (sitting, *_) = re.findall(r"v=([0-9a-f]{12})", client.get("/o/out-answer-token").text)
    return f"/o/out-answer-token?v={sitting}"


def wait(session: Session, seconds: float = 300) -> None:
    """Let time pass since all that was opened."""
    for visit in session.scalars(select(PageVisit)):
        visit.visited_at -= timedelta(seconds=seconds)


def doubts(session: Session) -> list[list[str]]:
    return list(session.scalars(select(Suppression.doubts)))


def test_one_press_of_a_person_opts_out(client: CheckingClient, session: Session) -> None:
    make_asked(session)
    button = opened(client)
    wait(session)

    page = client.post(button, data={"driven": ""})

    assert "<h1>We will not ask you again</h1>" in page.text
    assert doubts(session) == [[]]


def test_one_who_looked_at_the_questions_first_opts_out_with_one_press(
    client: CheckingClient, session: Session
) -> None:
    make_asked(session)
    client.get("/s/answer-token")
    wait(session, 4)
    button = opened(client)
    wait(session, 2)

    client.post(button, data={"driven": ""})

    assert doubts(session) == [["all_links"]]


def test_a_fast_press_is_asked_once_more_and_then_counts_with_its_sign(
    client: CheckingClient, session: Session
) -> None:
    make_asked(session)
    button = opened(client)

    asked = client.post(button, data={"driven": ""})
    before = suppressed(session)
    client.post(button, data={"driven": "", "asked": "y", "sure": "yes"})

    assert "Shall we never ask you again?" in asked.text
    assert before == []
    assert doubts(session) == [["too_fast"]]


@pytest.mark.parametrize("sign", ["driven", "hidden"])
def test_what_only_machines_do_opts_nobody_out_though_it_ticks_yes(
    client: CheckingClient, session: Session, sign: str
) -> None:
    make_asked(session)
    button = opened(client)
    if sign == "hidden":
        client.get(button.replace("?", "/more?"))
    wait(session)

    form = {"driven": "y" if sign == "driven" else "", "asked": "y", "sure": "yes"}
    page = client.post(button, data=form)
    by_machine = suppressed(session)
    person = opened(client)
    wait(session)
    client.post(person, data={"driven": ""})

    assert page.status_code == 422
    assert "answer the mail: a person reads it" in page.text
    assert by_machine == []
    assert doubts(session) == [[]]


def test_a_later_press_without_signs_leaves_no_doubt(
    client: CheckingClient, session: Session
) -> None:
    invitation = make_asked(session)
    make_suppression(session, address=invitation.contact.email, doubts=["too_fast"])
    button = opened(client)
    wait(session)

    client.post(button, data={"driven": ""})

    assert doubts(session) == [[]]
