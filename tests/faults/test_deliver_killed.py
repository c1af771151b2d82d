"""`kill -9` between the call and the record: the mail is held, and never leaves twice."""

import signal
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from survey.config import MailProvider, Settings
from survey.jobs.deliver import Delivered, deliver_due
from survey.jobs.desk import desk_of
from survey.kit import clock
from survey.kit.db import Database
from survey.mail.models import Attempt, Message
from survey.mail.types import MessageState
from survey.team.actions import ask_new_password
from tests.factories import make_company, make_user
from tests.faults.processes import survey
from tests.mail.providers.servers import HttpAnswers, http_server


@pytest.fixture
def sendgrid() -> Iterator[HttpAnswers]:
    with http_server(HttpAnswers(waits_s=2)) as answers:
        yield answers


def test_a_mail_whose_worker_was_killed_while_sending_is_held(
    database: Database, settings: Settings, sendgrid: HttpAnswers
):
    with database.writing() as session:
        make_company(session)
        ask_new_password(session, make_user(session), now=clock.now())
    provider = {
        "database_url": settings.database_url,
        "mail_provider": "sendgrid",
        "mail_from": settings.mail_from,
        "sendgrid_api_key": "key",
        "sendgrid_base_url": sendgrid.url,
    }

    with survey("deliver", "--once", **provider) as process:
        _wait_for(lambda: bool(sendgrid.requests))
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)

    with database.reading() as session:
        (message,) = session.scalars(select(Message))
        (attempt,) = session.scalars(select(Attempt))
    assert message.state is MessageState.CLAIMED
    assert attempt.outcome is None
    (request,) = sendgrid.requests
    assert request["personalizations"][0]["custom_args"] == {"survey_attempt": attempt.attempt_id}

    delivered = _deliver_an_hour_later(database, settings, sendgrid)

    assert delivered == Delivered(held=1)
    assert len(sendgrid.requests) == 1
    with database.reading() as session:
        assert session.scalars(select(Message.state)).one() is MessageState.UNCERTAIN


def _deliver_an_hour_later(
    database: Database, settings: Settings, sendgrid: HttpAnswers
) -> Delivered:
    given = settings.model_copy(
        update={"mail_provider": MailProvider.SENDGRID, "sendgrid_base_url": sendgrid.url}
    )
    desk = desk_of(given, database)
    later = clock.now() + timedelta(hours=1)
    return deliver_due(type(desk)(database, desk.provider, desk.letters, now=lambda: later))


def _wait_for(happened: object, *, within_s: float = 20.0) -> None:
    for _ in range(int(within_s / 0.02)):
        if happened():
            return
        threading.Event().wait(0.02)
    raise AssertionError("it did not happen in time")
