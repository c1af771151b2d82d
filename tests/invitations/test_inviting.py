"""Inviting: once, in one transaction, frozen as it was when we asked."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.deals.models import Deal
from survey.deals.types import Outcome
from survey.invitations.actions.inviting import cancel_invitation, invite_due, invite_left
from survey.invitations.models import Campaign, Invitation, Notice
from survey.invitations.types import CampaignState, SkipReason
from survey.invitations.verdicts import Invited
from survey.kit.db import Database
from survey.mail.models import Message
from survey.questionnaires.documents import shipped_document
from survey.questionnaires.models import Version
from tests.factories import (
    make_account,
    make_campaign,
    make_deal,
    make_deal_contact,
    make_hold,
    make_invitation,
    make_user,
    make_version,
)


def running(session: Session, **columns: object) -> Campaign:
    """A running campaign that asks with the shipped questionnaire."""
    campaign = make_campaign(session, **columns)
    version = make_version(
        session, questionnaire=campaign.questionnaire, document=shipped_document("not_won")
    )
    assert version.frozen_at is None
    return campaign


def askable(session: Session, **columns: object) -> Deal:
    deal = make_deal(session, **columns)
    make_deal_contact(session, deal=deal)
    return deal


def test_due_deal_is_asked_with_a_frozen_version(session: Session, moment: datetime) -> None:
    running(session)
    deal = askable(session)

    invited = invite_due(session, now=moment)

    invitation = session.scalars(select(Invitation)).one()
    assert invited == Invited(invitations=1, notices=0, is_all=True)
    assert invitation.deal == deal
    assert invitation.asked_as == Outcome.LOST
    assert invitation.version.frozen_at == moment
    assert invitation.closes_at == moment + timedelta(days=30)


def test_mail_waits_for_the_working_hour_of_its_reader(session: Session, moment: datetime) -> None:
    running(session)
    deal = askable(session, country="NZ")

    invite_due(session, now=moment)  # half past eleven at night in Auckland

    invitation = session.scalars(select(Invitation)).one()
    message = session.scalars(select(Message)).one()
    assert message.subject_id == invitation.id
    assert message.to_address == invitation.contact.email
    assert message.send_after_at == datetime.fromisoformat("2026-10-15T20:00:00Z")
    assert invitation.deal == deal


def test_asking_again_asks_nobody_twice(session: Session, moment: datetime) -> None:
    running(session)
    askable(session)
    invite_due(session, now=moment)

    again = invite_due(session, now=moment + timedelta(minutes=1))

    assert again.invitations == 0
    assert session.scalar(select(func.count()).select_from(Message)) == 1


def test_seller_sees_it_three_working_days_before(session: Session, moment: datetime) -> None:
    running(session)
    deal = askable(session, seller=make_user(session))

    first = invite_due(session, now=moment)
    too_soon = invite_due(session, now=moment + timedelta(days=4))
    in_time = invite_due(session, now=moment + timedelta(days=5))  # Thursday → Tuesday

    notice = session.scalars(select(Notice)).one()
    assert (first, too_soon) == (Invited(0, 1, is_all=True), Invited(0, 0, is_all=True))
    assert in_time.invitations == 1
    assert (notice.deal, notice.seller, notice.noticed_at) == (deal, deal.seller, moment)


def test_turn_takes_no_more_than_its_limit(session: Session, moment: datetime) -> None:
    running(session)
    for _ in range(3):
        askable(session)

    turns = [invite_due(session, now=moment, limit=2) for _ in range(2)]

    assert turns == [Invited(2, 0, is_all=False), Invited(1, 0, is_all=True)]


def test_what_one_turn_left_is_asked_by_the_next(session: Session, moment: datetime) -> None:
    running(session)
    for _ in range(3):
        askable(session)
    first = invite_due(session, now=moment, limit=1)

    second = invite_left(session, first.left, now=moment, limit=1)
    third = invite_left(session, second.left, now=moment, limit=1)

    assert [turn.is_all for turn in (first, second, third)] == [False, False, True]
    assert session.scalar(select(func.count()).select_from(Message)) == 3


def test_what_one_turn_left_is_looked_at_again(session: Session, moment: datetime) -> None:
    campaign = running(session)
    kept, held, reopened, asked = (askable(session) for _ in range(4))
    left = [(campaign.id, deal.id) for deal in (kept, held, reopened, asked)]
    make_hold(session, deal=held)
    reopened.outcome = Outcome.OPEN
    version = session.scalars(select(Version)).one()
    make_invitation(session, campaign=campaign, version=version, deal=asked, invited_at=moment)
    session.flush()

    turn = invite_left(session, left, now=moment)

    assert turn == Invited(1, 0, is_all=True)
    message = session.scalars(select(Message)).one()
    invitation = session.get_one(Invitation, message.subject_id)
    assert (invitation.deal, message.to_address) == (kept, invitation.contact.email)
    assert message.key == f"invitation:{invitation.public_id}:1"


def test_what_one_turn_left_is_not_asked_by_another_campaign(
    session: Session, moment: datetime
) -> None:
    first, second = running(session), running(session)
    deal = askable(session)

    turn = invite_left(session, [(second.id, deal.id)], now=moment)

    assert first.id < second.id
    assert turn == Invited(0, 0, is_all=True)


def test_paused_campaign_asks_nobody(session: Session, moment: datetime) -> None:
    running(session, state=CampaignState.PAUSED)
    askable(session)

    assert invite_due(session, now=moment) == Invited(0, 0, is_all=True)


def test_invitation_taken_back_is_made_anew(session: Session, moment: datetime) -> None:
    running(session)
    askable(session)
    invite_due(session, now=moment)
    invitation = session.scalars(select(Invitation)).one()
    cancel_invitation(session, invitation, reason=SkipReason.CAMPAIGN_PAUSED, now=moment)

    invite_due(session, now=moment + timedelta(hours=1))

    assert session.scalars(select(Invitation)).one() is invitation
    assert invitation.cancelled_at is None
    keys = session.scalars(select(Message.key).order_by(Message.id)).all()
    assert keys == [f"invitation:{invitation.public_id}:{n}" for n in (1, 2)]


def test_two_schedulers_at_once_ask_each_account_once(
    session: Session, database: Database, moment: datetime
) -> None:
    running(session)
    for _ in range(12):
        account = make_account(session)
        askable(session, account=account)
        askable(session, account=account)
    session.commit()

    def schedule() -> None:
        with database.writing() as own:
            invite_due(own, now=moment, limit=5)

    at_once([schedule] * 6)

    asked = session.execute(
        select(Deal.account_id, func.count()).join(Invitation.deal).group_by(Deal.account_id)
    ).all()
    assert {count for _, count in asked} == {1}
    assert len(asked) == 12
    assert session.scalar(select(func.count()).select_from(Message)) == 12


def at_once(calls: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
