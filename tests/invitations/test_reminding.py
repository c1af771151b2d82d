"""Reminding: once, in one transaction, and never those who have answered."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.invitations.actions.reminding import cancel_reminder, note_reminded
from survey.invitations.models import Invitation, Reminder
from survey.invitations.queries.plans import plan
from survey.invitations.queries.reminders import plan_reminders, reminders_due, upcoming_reminders
from survey.invitations.types import CampaignState, DeclineReason, SkipReason
from survey.invitations.verdicts import Skip
from survey.kit.db import Database
from survey.mail.models import Message
from survey.responses.queries import answered
from tests.databases import queries_counted
from tests.factories import (
    make_campaign,
    make_deal,
    make_deal_contact,
    make_draft,
    make_invitation,
    make_reminder,
    make_response,
    make_suppression,
    make_user,
)
from tests.reminding import remind_due

WEEK = timedelta(days=7)


def asked(session: Session, sent_at: datetime | None, **columns: object) -> Invitation:
    """Somebody who was asked then and has not answered."""
    deal = columns.pop("deal", None) or make_deal(session)
    part = make_deal_contact(session, deal=deal)
    return make_invitation(
        session,
        **{"deal": deal, "contact": part.contact, "sent_at": sent_at} | columns,
    )


def test_reminder_goes_out_a_week_after_the_invitation(session: Session, moment: datetime) -> None:
    invitation = asked(session, moment - WEEK)

    reminded = remind_due(session, now=moment)

    reminder = session.scalars(select(Reminder)).one()
    message = session.scalars(select(Message)).one()
    assert reminded == 1
    assert (reminder.invitation, reminder.number) == (invitation, 1)
    assert (reminder.reminded_at, reminder.sent_at) == (moment, None)
    assert message.key == f"reminder:{invitation.public_id}:1:1"
    assert (message.kind, message.subject_id) == ("reminder", reminder.id)
    assert message.to_address == invitation.contact.email


def test_mails_that_leave_while_reminders_are_planned_wait_for_the_next_plan(
    session: Session, moment: datetime
) -> None:
    early, late = asked(session, moment - WEEK), asked(session, None)
    leaves = update(Invitation).where(Invitation.id == late.id).values(sent_at=moment - WEEK)
    connection = session.connection()
    told = places = 0

    def between(*_seen: object) -> None:
        """As another process's commit between two of our questions."""
        nonlocal told
        told += 1
        if told == places:
            connection.execute(leaves)

    while told >= places:
        told, places = 0, places + 1
        with session.begin_nested() as undone:
            event.listen(connection, "after_cursor_execute", between)
            due = reminders_due(session, moment, answered=answered())
            event.remove(connection, "after_cursor_execute", between)
            undone.rollback()

        assert {early.id} <= {each.invitation_id for each in due} <= {early.id, late.id}
    assert places > 5


def test_it_is_too_soon_for_a_reminder_on_the_day_before(
    session: Session, moment: datetime
) -> None:
    asked(session, moment - WEEK + timedelta(days=1))

    assert remind_due(session, now=moment) == 0


def test_reminding_again_reminds_nobody_twice(session: Session, moment: datetime) -> None:
    asked(session, moment - WEEK)
    remind_due(session, now=moment)

    again = remind_due(session, now=moment + WEEK)

    assert again == 0
    assert session.scalar(select(func.count()).select_from(Message)) == 1


def test_second_reminder_follows_the_first_that_left(session: Session, moment: datetime) -> None:
    campaign = make_campaign(session, reminders=2)
    invitation = asked(session, moment - 2 * WEEK, campaign=campaign, reminders_at_most=2)
    make_reminder(session, invitation=invitation, sent_at=moment - timedelta(days=3))

    remind_due(session, now=moment)

    numbers = session.scalars(select(Reminder.number).order_by(Reminder.id)).all()
    assert numbers == [1, 2]


def test_who_said_something_is_left_alone(session: Session, moment: datetime) -> None:
    make_response(session, invitation=asked(session, moment - WEEK))
    asked(session, moment - WEEK, declined_at=moment - WEEK, decline_reason=DeclineReason.NO_TIME)
    make_suppression(session, address=asked(session, moment - WEEK).contact.email)

    assert remind_due(session, now=moment) == 0


def test_draft_does_not_keep_the_reminder_back(session: Session, moment: datetime) -> None:
    make_draft(session, invitation=asked(session, moment - WEEK))

    assert remind_due(session, now=moment) == 1


def test_invitation_that_may_not_have_left_is_not_reminded_of(
    session: Session, moment: datetime
) -> None:
    asked(session, None, invited_at=moment - WEEK)

    assert plan_reminders(session, moment, answered=answered())[0][1] == []
    assert remind_due(session, now=moment) == 0


def test_paused_campaign_reminds_nobody_and_says_so(session: Session, moment: datetime) -> None:
    campaign = make_campaign(session, state=CampaignState.PAUSED)
    invitation = asked(session, moment - WEEK, campaign=campaign)

    ((_, verdicts),) = plan_reminders(session, moment, answered=answered())

    assert verdicts == [Skip(invitation.deal_id, SkipReason.CAMPAIGN_PAUSED, invitation.contact_id)]


def test_reminder_taken_back_is_made_anew(session: Session, moment: datetime) -> None:
    invitation = asked(session, moment - WEEK)
    remind_due(session, now=moment)
    reminder = session.scalars(select(Reminder)).one()
    cancel_reminder(session, reminder, reason=SkipReason.CAMPAIGN_PAUSED, now=moment)

    remind_due(session, now=moment + timedelta(hours=1))

    assert session.scalars(select(Reminder)).one() is reminder
    assert reminder.cancelled_at is None
    keys = session.scalars(select(Message.key).order_by(Message.id)).all()
    assert keys == [f"reminder:{invitation.public_id}:1:{n}" for n in (1, 2)]


def test_first_acceptance_is_kept(session: Session, moment: datetime) -> None:
    reminder = make_reminder(session, sent_at=None)

    note_reminded(session, [reminder.id], now=moment)
    note_reminded(session, [reminder.id], now=moment + WEEK)

    session.refresh(reminder)
    assert reminder.sent_at == moment


def test_reminder_starts_no_quarantine_of_its_own(session: Session, moment: datetime) -> None:
    long_ago = moment - timedelta(days=91)
    before = asked(session, long_ago, deal=make_deal(session, closed_on=long_ago.date()))
    make_reminder(session, invitation=before, sent_at=moment - timedelta(days=84))
    part = make_deal_contact(session, contact=before.contact)

    assert [due.deal_id for due in plan(session, before.campaign, moment).due] == [part.deal_id]


def test_seller_sees_reminders_of_own_deals(session: Session, moment: datetime) -> None:
    seller = make_user(session)
    own = asked(session, moment, deal=make_deal(session, seller=seller))
    asked(session, moment, deal=make_deal(session, seller=make_user(session)))

    rows = upcoming_reminders(session, moment, seller=seller, answered=answered())

    assert [row.deal.public_id for row in rows] == [own.deal.public_id]


def test_plan_costs_the_same_queries_for_more_reminders(
    session: Session, database: Database, moment: datetime
) -> None:
    asked(session, moment)
    session.commit()
    with queries_counted(database) as for_one, database.reading() as reading:
        reminders_due(reading, moment, answered=answered())
    for _ in range(5):
        asked(session, moment)
    session.commit()

    with queries_counted(database) as for_six, database.reading() as reading:
        assert len(reminders_due(reading, moment, answered=answered())) == 6

    assert len(for_six) == len(for_one)


@pytest.mark.parametrize("count", [0, 3])
def test_database_keeps_at_most_two_reminders(session: Session, count: int) -> None:
    with pytest.raises(IntegrityError, match="number_range"):
        make_reminder(session, number=count)
