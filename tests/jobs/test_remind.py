"""Reminding all whose time has come: turns, what changes between plan and turn, several at once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from survey.deals.models import Deal
from survey.invitations.models import Campaign, Invitation, Reminder
from survey.invitations.queries.reminders import reminders_due
from survey.invitations.types import CampaignState, DeclineReason
from survey.jobs.remind import remind_all
from survey.kit.db import Database
from survey.mail.models import Message
from survey.responses.queries import answered
from tests.asking import at_once
from tests.factories import (
    MOMENT,
    make_deal,
    make_deal_contact,
    make_invitation,
    make_response,
    make_suppression,
)
from tests.reminding import remind_due

WEEK = timedelta(days=7)


@pytest.fixture
def asked(session: Session, moment: datetime) -> list[int]:
    """The numbers of five invitations that left a week ago."""
    invitations = []
    for _ in range(5):
        deal = make_deal(session)
        part = make_deal_contact(session, deal=deal)
        invitations.append(
            make_invitation(session, deal=deal, contact=part.contact, sent_at=moment - WEEK)
        )
    session.commit()
    return [each.id for each in invitations]


def reminded(session: Session) -> list[int]:
    """Of which invitations, by the mails that stand in the outbox."""
    found = (
        select(Reminder.invitation_id)
        .join(Message, (Message.kind == "reminder") & (Message.subject_id == Reminder.id))
        .order_by(Reminder.invitation_id)
    )
    return list(session.scalars(found))


def test_all_are_reminded_however_many_turns_it_takes(
    session: Session, database: Database, moment: datetime, asked: list[int]
) -> None:
    assert remind_all(database, now=lambda: moment, per_turn=2) == 5
    assert reminded(session) == asked
    assert remind_all(database, now=lambda: moment, per_turn=2) == 0


@pytest.mark.parametrize(("turns", "count"), [(0, 0), (1, 2), (2, 4), (3, 5)])
def test_who_is_asked_to_stop_ends_after_the_turn(
    session: Session,
    database: Database,
    moment: datetime,
    asked: list[int],
    turns: int,
    count: int,
) -> None:
    allowed = iter([True] * turns + [False])

    assert remind_all(database, now=lambda: moment, go_on=lambda: next(allowed), per_turn=2) == (
        count
    )
    assert reminded(session) == asked[:count]


def test_others_may_write_while_it_plans(
    session: Session, database: Database, moment: datetime, asked: list[int]
) -> None:
    """The plan looks at all who were asked; who answers a survey must not wait for it."""
    written = []

    def write() -> None:
        with database.writing() as other:
            make_deal(other)

    def write_too(*_told: object) -> None:
        if not written:
            writer = Thread(target=write)
            written.append(False)
            writer.start()
            writer.join(timeout=10)
            written[0] = not writer.is_alive()

    event.listen(database.engine, "before_cursor_execute", write_too)
    try:
        remind_all(database, now=lambda: moment)
    finally:
        event.remove(database.engine, "before_cursor_execute", write_too)

    assert written == [True]
    assert session.scalar(select(func.count()).select_from(Deal)) == 6


def test_several_schedulers_at_once_remind_each_buyer_once(
    session: Session, database: Database, moment: datetime, asked: list[int]
) -> None:
    at_once([lambda: remind_all(database, now=lambda: moment, per_turn=2)] * 6)

    assert reminded(session) == asked
    assert session.scalar(select(func.count()).select_from(Reminder)) == 5


def answer(session: Session, number: int) -> None:
    make_response(session, invitation=session.get_one(Invitation, number))


def decline(session: Session, number: int) -> None:
    declined = {"declined_at": MOMENT, "decline_reason": DeclineReason.NO_TIME}
    session.execute(update(Invitation).where(Invitation.id == number).values(**declined))


def opt_out(session: Session, number: int) -> None:
    make_suppression(session, address=session.get_one(Invitation, number).contact.email)


def pause(session: Session, number: int) -> None:
    campaign = select(Invitation.campaign_id).where(Invitation.id == number).scalar_subquery()
    paused = update(Campaign).where(Campaign.id == campaign).values(state=CampaignState.PAUSED)
    session.execute(paused)


@pytest.mark.parametrize("change", [answer, decline, opt_out, pause])
def test_what_changes_between_plan_and_turn_is_heeded(
    session: Session,
    database: Database,
    moment: datetime,
    asked: list[int],
    change: Callable[[Session, int], None],
) -> None:
    changes = [change]

    def meanwhile() -> bool:
        """Between the plan and its first turn."""
        while changes:
            with database.writing() as other:
                changes.pop()(other, asked[0])
        return True

    remind_all(database, now=lambda: moment, go_on=meanwhile, per_turn=2)

    assert asked[0] not in reminded(session)


def test_whom_another_reminded_since_the_plan_is_not_reminded_again(
    session: Session, database: Database, moment: datetime, asked: list[int]
) -> None:
    def meanwhile() -> bool:
        with database.writing() as other:
            remind_due(other, now=moment)
        return True

    assert remind_all(database, now=lambda: moment, go_on=meanwhile) == 0
    assert reminded(session) == asked


def test_a_turn_finds_of_its_invitations_what_the_plan_of_all_finds(
    session: Session, moment: datetime, asked: list[int]
) -> None:
    whole = reminders_due(session, moment, answered=answered())

    of_two = reminders_due(session, moment, answered=answered(), of=asked[1:3])

    assert of_two == [each for each in whole if each.invitation_id in asked[1:3]]
    assert len(of_two) == 2
