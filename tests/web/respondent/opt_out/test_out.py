"""One press, or the mail program's one click (RFC 8058), and nobody is asked again."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.mail.models import Suppression
from survey.mail.types import SuppressionReason
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
