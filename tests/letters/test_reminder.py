"""The mail that asks a buyer again, from the outbox to the mailbox, and what keeps it back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.deals.types import Outcome
from survey.invitations.models import Invitation, Reminder
from survey.invitations.queries.asked import find_by_token
from survey.invitations.types import LinkPurpose
from survey.jobs.deliver import Delivered, deliver_due
from survey.jobs.desk import Desk
from survey.kit.db import Database
from survey.mail.actions.suppressions import suppress
from survey.mail.models import Message
from survey.mail.types import MessageState, SuppressionReason
from survey.questionnaires.documents import shipped_document
from tests.factories import (
    MOMENT,
    make_campaign,
    make_company,
    make_contact,
    make_deal,
    make_deal_contact,
    make_invitation,
    make_link,
    make_response,
    make_version,
)
from tests.letters.mailbox import mails, text_of
from tests.reminding import remind_due

NOW = MOMENT + timedelta(hours=1)


def remind_jane(session: Session, **of_campaign: int) -> Invitation:
    """An invitation that left eight days ago, and whose reminder waits in the outbox."""
    make_company(session, name="Northwind", postal_address="Kade 12\nAmsterdam")
    deal = make_deal(
        session, outcome=Outcome.LOST, closed_on=date(2026, 9, 20), product="Atlas", country="NL"
    )
    jane = make_contact(session, account=deal.account, name="Jane Doe", email="jane@buyer.example")
    make_deal_contact(session, deal=deal, contact=jane, is_decider=True)
    invitation = make_invitation(
        session,
        deal=deal,
        contact=jane,
        campaign=make_campaign(session, **of_campaign),
        version=make_version(session, document=shipped_document("not_won")),
        invited_at=MOMENT - timedelta(days=8),
        reminders_at_most=of_campaign.get("reminders", 1),
    )
    make_link(session, token="first-mail", invitation=invitation)
    assert remind_due(session, now=MOMENT) == 1
    return invitation


def test_reminder_arrives_with_fresh_links_and_the_old_ones_hold(
    desk: Desk, database: Database, tmp_path: Path
):
    with database.writing() as session:
        invitation = remind_jane(session)

    assert deliver_due(desk) == Delivered(accepted=1)

    (mail,) = mails(tmp_path)
    token = text_of(mail).split("/s/")[1].split("?")[0]
    assert mail["Subject"] == "Still glad to hear it: your Atlas decision"
    assert "Last week I asked what decided your choice about Atlas." in text_of(mail)
    with database.reading() as session:
        for each in (token, "first-mail"):
            found = find_by_token(session, each, purpose=LinkPurpose.ANSWER)
            assert found is not None and found.id == invitation.id
        assert session.scalars(select(Reminder.sent_at)).one() == NOW
        assert session.get_one(Invitation, invitation.id).sent_at == invitation.sent_at


def test_mail_that_called_itself_the_last_stays_the_last(desk: Desk, database: Database):
    with database.writing() as session:
        invitation = remind_jane(session, reminders=2)
        invitation.campaign.reminders = 1

    deliver_due(desk)

    with database.writing() as session:
        session.get_one(Invitation, invitation.id).campaign.reminders = 2
        later = MOMENT + timedelta(days=8)
        assert remind_due(session, now=later) == 0


def reopen(session: Session, invitation: Invitation) -> None:
    invitation.deal.outcome = Outcome.OPEN


def opt_out(session: Session, _invitation: Invitation) -> None:
    suppress(session, "Jane@Buyer.example", reason=SuppressionReason.OPTED_OUT, now=NOW)


def answer(session: Session, invitation: Invitation) -> None:
    make_response(session, invitation=invitation, deal=invitation.deal)


def close(session: Session, invitation: Invitation) -> None:
    invitation.closes_at = NOW + timedelta(days=2)


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [
        (reopen, "The deal is still open."),
        (opt_out, "This person asked not to be written to."),
        (answer, "The buyer has answered already."),
        (close, "Too little time would be left to answer."),
    ],
)
def test_what_happened_meanwhile_keeps_the_reminder_back(
    desk: Desk,
    database: Database,
    tmp_path: Path,
    meanwhile: Callable[[Session, Invitation], None],
    reason: str,
):
    with database.writing() as session:
        meanwhile(session, remind_jane(session))

    assert deliver_due(desk) == Delivered(cancelled=1)

    assert mails(tmp_path) == []
    with database.reading() as session:
        assert session.scalars(select(Message.state_reason)).one() == reason
        assert session.scalars(select(Reminder.cancelled_at)).one() == NOW


def test_queue_released_at_night_mails_nobody_before_the_morning(
    desk: Desk, database: Database, tmp_path: Path
):
    with database.writing() as session:
        remind_jane(session)
    friday_night = datetime.fromisoformat("2026-10-16T20:00:00Z")
    monday_morning = datetime.fromisoformat("2026-10-19T07:00:00Z")

    for hours in range(0, 59, 7):
        moment = friday_night + timedelta(hours=hours)
        deliver_due(replace(desk, now=lambda moment=moment: moment))
    over_the_weekend = mails(tmp_path)
    deliver_due(replace(desk, now=lambda: monday_morning))

    assert over_the_weekend == []
    assert len(mails(tmp_path)) == 1
    with database.reading() as session:
        assert session.scalars(select(Message.state)).one() is MessageState.ACCEPTED
        assert session.scalars(select(Reminder.sent_at)).one() == monday_morning
