"""What a buyer finds behind the link."""

from datetime import timedelta

from sqlalchemy.orm import Session

from survey.kit import clock
from tests.factories.asked import make_asked
from tests.pages import CheckingClient


def test_show_asks_the_first_question(client: CheckingClient, session: Session) -> None:
    make_asked(session)

    page = client.get("/s/answer-token")

    assert page.status_code == 200
    assert "<h1>What weighed most in your decision?</h1>" in page.text
    assert "checked" not in page.text


def test_show_preselects_the_choice_of_the_mail(client: CheckingClient, session: Session) -> None:
    make_asked(session)

    page = client.get("/s/answer-token?choice=price")

    assert "You chose: price, terms or worth." in page.text
    assert page.text.count(" checked") == 1


def test_show_passes_over_a_choice_it_does_not_know(
    client: CheckingClient, session: Session
) -> None:
    make_asked(session)

    page = client.get("/s/answer-token?choice=<script>")

    assert page.status_code == 200
    assert "checked" not in page.text
    assert "<script>" not in page.text


def test_show_answers_an_unknown_link_kindly(client: CheckingClient, session: Session) -> None:
    make_asked(session)

    page = client.get("/s/another-token")

    assert page.status_code == 404
    assert "This link does not open anything" in page.text


def test_show_refuses_a_link_of_another_purpose(client: CheckingClient, session: Session) -> None:
    make_asked(session)

    assert client.get("/s/out-answer-token").status_code == 404


def test_show_says_when_the_questions_have_closed(client: CheckingClient, session: Session) -> None:
    make_asked(session, closes_at=clock.now() - timedelta(minutes=1))

    page = client.get("/s/answer-token")

    assert page.status_code == 410
    assert "These questions have closed" in page.text
    assert "mailto:noor@northwind.example" in page.text


def test_show_sets_no_cookie_and_lets_nothing_out(client: CheckingClient, session: Session) -> None:
    make_asked(session)

    headers = client.get("/s/answer-token?choice=price").headers

    assert "Set-Cookie" not in headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "noindex" in headers["X-Robots-Tag"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
