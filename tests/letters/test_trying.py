"""A test to oneself, and a campaign's own words, from the outbox to the mailbox."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.config import Settings
from survey.deals.models import Deal
from survey.deals.types import Outcome
from survey.invitations.actions.wording import send_test
from survey.invitations.models import Campaign, Link
from survey.invitations.types import MailKind
from survey.jobs.deliver import Delivered, deliver_due
from survey.jobs.desk import Desk
from survey.kit.db import Database
from survey.letters.kinds import letters_of
from survey.mail.actions.suppressions import suppress
from survey.mail.models import Message
from survey.mail.types import SuppressionReason
from survey.questionnaires.documents import shipped_document
from survey.team.models import User
from tests.factories import (
    MOMENT,
    make_campaign,
    make_company,
    make_contact,
    make_deal,
    make_deal_contact,
    make_questionnaire,
    make_user,
    make_version,
    make_wording,
)
from tests.letters.mailbox import mails, text_of

NOW = MOMENT + timedelta(hours=1)


@pytest.fixture
def mara(session: Session) -> User:
    """She tries on herself how Jane would be asked."""
    make_company(session, name="Northwind", postal_address="Kade 12\nAmsterdam")
    questionnaire = make_questionnaire(session)
    make_version(session, questionnaire=questionnaire, document=shipped_document("not_won"))
    deal = make_deal(session, outcome=Outcome.LOST, closed_on=date(2026, 9, 20), product="Atlas")
    jane = make_contact(session, account=deal.account, name="Jane Doe", email="jane@buyer.example")
    make_deal_contact(session, deal=deal, contact=jane)
    campaign = make_campaign(session, questionnaire=questionnaire)
    body = "Dear {first_name},\n\nwhat about {product}?"
    make_wording(session, campaign=campaign, subject="", body=body)
    user = make_user(session, email="mara@northwind.example", name="Mara Lind")
    send_test(
        session,
        campaign,
        kind=MailKind.INVITATION,
        asked_as=Outcome.LOST,
        deal=deal,
        to=user,
        now=MOMENT,
    )
    session.commit()
    return user


def test_a_test_reads_as_the_buyer_would_and_opens_nothing(
    desk: Desk, session: Session, mara: User, tmp_path: Path
):
    assert deliver_due(desk) == Delivered(accepted=1)

    (mail,) = mails(tmp_path)
    words = text_of(mail)
    assert str(mail["Subject"]) == "Test: Your Atlas decision: what can we learn?"
    assert [each.addr_spec for each in mail["To"].addresses] == ["mara@northwind.example"]
    assert words.startswith(
        "Dear Jane,\n\nwhat about Atlas?\n\nNobody will try to change your mind."
    )
    assert "/s/masked?choice=price" in words
    assert mail["List-Unsubscribe"] is None
    assert session.scalars(select(Link)).all() == []


def disable(session: Session, user: User) -> None:
    user.is_active = False


def bar(session: Session, user: User) -> None:
    suppress(session, user.email, reason=SuppressionReason.BOUNCED, now=NOW)


@pytest.mark.parametrize("meanwhile", [disable, bar])
def test_a_test_is_for_users_who_may_be_mailed(
    desk: Desk, session: Session, mara: User, meanwhile: object
):
    assert callable(meanwhile)
    meanwhile(session, mara)
    session.commit()

    assert deliver_due(desk) == Delivered(cancelled=1)


def test_the_outbox_shows_a_test_as_it_was_sent(settings: Settings, session: Session, mara: User):
    message = session.scalars(select(Message)).one()

    shown = letters_of(settings)["test"].shown(session, message)

    assert shown is not None
    assert shown.subject == "Test: Your Atlas decision: what can we learn?"
    assert shown.to_address == "mara@northwind.example"


def test_a_deal_that_is_gone_leaves_an_example(
    desk: Desk, database: Database, session: Session, mara: User, tmp_path: Path
):
    message = session.scalars(select(Message)).one()
    message.facts = {**message.facts, "deal": 4711}
    session.scalars(select(Campaign)).one().products = ["Atlas"]
    session.commit()

    assert deliver_due(desk) == Delivered(accepted=1)

    (mail,) = mails(tmp_path)
    assert text_of(mail).startswith("Dear Jane,\n\nwhat about Atlas?")
    assert session.scalars(select(Deal.product)).all() == ["Atlas"]
