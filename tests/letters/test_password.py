"""The mail with a link to set a password, from the outbox to the mailbox."""

from datetime import timedelta
from pathlib import Path

from survey.config import Settings
from survey.jobs.deliver import Delivered, deliver_due
from survey.jobs.desk import Desk
from survey.kit.db import Database
from survey.team.actions import ask_new_password, welcome
from survey.team.models import User
from survey.team.rules import LinkPurpose, link_holds
from tests.factories import MOMENT, make_company, make_user
from tests.letters.mailbox import mails, text_of

NOW = MOMENT + timedelta(hours=1)


def test_a_password_mail_carries_a_link_that_holds(
    desk: Desk, database: Database, settings: Settings, tmp_path: Path
):
    with database.writing() as session:
        make_company(session, name="Northwind")
        user = make_user(session, name="Sam Okafor", email="sam@northwind.example")
        ask_new_password(session, user, now=NOW)

    assert deliver_due(desk) == Delivered(accepted=1)

    (mail,) = mails(tmp_path)
    token = text_of(mail).split("/reset/")[1].split()[0]
    assert mail["To"].addresses[0].addr_spec == "sam@northwind.example"
    assert link_holds(
        LinkPurpose.SET_PASSWORD,
        token,
        session_key=user.session_key,
        secrets=[settings.secret],
        now=NOW,
    )


def test_a_welcome_is_another_text_with_a_link_that_holds(
    desk: Desk, database: Database, tmp_path: Path
):
    with database.writing() as session:
        make_company(session, name="Northwind")
        welcome(session, make_user(session), now=NOW)

    assert deliver_due(desk) == Delivered(accepted=1)

    (mail,) = mails(tmp_path)
    assert mail["Subject"] == "Your way in to Debrief at Northwind"
    assert "/reset/" in text_of(mail)


def test_a_password_mail_to_a_disabled_user_stays(desk: Desk, database: Database, tmp_path: Path):
    with database.writing() as session:
        make_company(session)
        user = make_user(session)
        ask_new_password(session, user, now=NOW)
        session.get_one(User, user.id).is_active = False

    assert deliver_due(desk) == Delivered(cancelled=1)
    assert mails(tmp_path) == []
