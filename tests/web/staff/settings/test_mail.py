"""The settings page says how mail is set up, as `survey doctor` does."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from survey.config import MailProvider, Settings
from survey.kit import clock
from survey.mail.models import Message
from survey.mail.types import AttemptOutcome, MessageState
from survey.team.models import User
from survey.team.types import Role
from tests.factories import make_attempt, make_company, make_message, make_receipt
from tests.pages import CheckingClient


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    return settings.model_copy(update={"mail_provider": request.param})


@pytest.fixture(autouse=True)
def company(session: Session, sign_in: Callable[[Role | User], User]) -> None:
    sign_in(Role.ADMIN)
    make_company(session)


@pytest.mark.parametrize("settings", [MailProvider.SENDGRID], indirect=True)
def test_sendgrid_s_records_webhook_and_key_are_told(client: CheckingClient) -> None:
    page = client.get("/settings").text

    assert "s1._domainkey.northwind.example" in page
    assert "http://localhost/hooks/sendgrid" in page
    assert "Not set: every event is refused" in page


@pytest.mark.parametrize("settings", [MailProvider.SENDGRID], indirect=True)
def test_whether_receipts_came_lately_is_told(client: CheckingClient, session: Session) -> None:
    assert "None yet" in client.get("/settings").text
    heard, _unheard = (sent_just_now(session) for _ in range(2))
    heard.receipts_heard = 1
    make_receipt(session, message=heard, received_at=clock.now(), happened_at=clock.now())

    page = client.get("/settings").text

    assert "None yet" not in page
    assert "Heard of 1 of 2 mails" in page


def sent_just_now(session: Session) -> Message:
    message = make_message(session, state=MessageState.ACCEPTED, attempts_made=1)
    make_attempt(
        session,
        message=message,
        provider="sendgrid",
        outcome=AttemptOutcome.ACCEPTED,
        claimed_at=clock.now(),
        finished_at=clock.now(),
    )
    return message


@pytest.mark.parametrize("settings", [MailProvider.SMTP], indirect=True)
def test_a_mail_server_s_records_are_told_without_a_webhook(client: CheckingClient) -> None:
    page = client.get("/settings").text

    assert "v=spf1" in page
    assert "/hooks/sendgrid" not in page


@pytest.mark.parametrize("settings", [MailProvider.FILE], indirect=True)
def test_mails_that_stay_here_need_nothing(client: CheckingClient) -> None:
    assert "Mails stay on this machine" in client.get("/settings").text
