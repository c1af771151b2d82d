"""Whoever is on the list of addresses never to mail gets no mail that was queued before: of any
kind, to buyers and to our own people, for whatever reason, and however the address is written.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from survey.jobs.deliver import Delivered, deliver_due
from survey.jobs.desk import Desk
from survey.jobs.thank import thank_waiting
from survey.kit.db import Database
from survey.mail.actions.suppressions import suppress
from survey.mail.models import Message
from survey.mail.types import MessageState, SuppressionReason
from survey.team.actions import ask_new_password, welcome
from tests.factories import MOMENT, make_company, make_user
from tests.letters.mailbox import mails
from tests.letters.test_asking import NOW, ask_jane
from tests.letters.test_reminder import remind_jane
from tests.letters.test_thanks import answered


def invitation_waits(database: Database) -> None:
    with database.writing() as session:
        ask_jane(session)


def reminder_waits(database: Database) -> None:
    with database.writing() as session:
        remind_jane(session)


def thanks_wait(database: Database) -> None:
    with database.writing() as session:
        answered(session)
    thank_waiting(database, now=NOW)


def password_waits(database: Database) -> None:
    with database.writing() as session:
        make_company(session)
        ask_new_password(session, make_user(session), now=NOW)


def welcome_waits(database: Database) -> None:
    with database.writing() as session:
        make_company(session)
        welcome(session, make_user(session), now=NOW)


@pytest.mark.parametrize(
    "queue", [invitation_waits, reminder_waits, thanks_wait, password_waits, welcome_waits]
)
@pytest.mark.parametrize("reason", SuppressionReason)
def test_mail_queued_before_is_kept_back(
    queue: Callable[[Database], None],
    reason: SuppressionReason,
    desk: Desk,
    database: Database,
    tmp_path: Path,
) -> None:
    queue(database)
    with database.writing() as session:
        (message,) = session.scalars(select(Message))
        name, _, domain = message.to_address.partition("@")
        written = f"{name.upper()}+news@{domain.upper()}"
        suppress(session, written, reason=reason, now=MOMENT)

    assert deliver_due(desk) == Delivered(cancelled=1)
    assert mails(tmp_path) == []
    with database.reading() as session:
        assert session.scalars(select(Message.state)).all() == [MessageState.CANCELLED]
