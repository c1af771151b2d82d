"""Inviting all who are due: turns, notices to sellers, and several schedulers at once."""

from datetime import datetime, timedelta
from itertools import chain, repeat

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from survey.deals.models import Deal
from survey.invitations.models import Invitation, Notice
from survey.invitations.verdicts import Invited
from survey.jobs.invite import invite_all
from survey.kit.db import Database
from survey.mail.models import Message
from survey.questionnaires.documents import shipped_document
from tests.asking import at_once
from tests.factories import (
    make_account,
    make_campaign,
    make_deal,
    make_deal_contact,
    make_user,
    make_version,
)


@pytest.fixture(autouse=True)
def _campaign(session: Session) -> None:
    campaign = make_campaign(session)
    document = shipped_document("not_won")
    make_version(session, questionnaire=campaign.questionnaire, document=document)


def askable(session: Session, **columns: object) -> Deal:
    deal = make_deal(session, **columns)
    make_deal_contact(session, deal=deal)
    return deal


def mails(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Message)) or 0


def test_all_are_asked_however_many_turns_it_takes(
    session: Session, database: Database, moment: datetime
) -> None:
    for _ in range(5):
        askable(session)
    session.commit()

    invited = invite_all(database, now=lambda: moment, per_turn=2)

    assert invited == Invited(5, notices=0)
    assert mails(session) == 5


@pytest.mark.parametrize(("turns", "asked"), [(0, 0), (1, 2), (2, 4), (3, 5)])
def test_who_is_asked_to_stop_ends_after_the_turn(
    session: Session, database: Database, moment: datetime, turns: int, asked: int
) -> None:
    for _ in range(5):
        askable(session)
    session.commit()
    yes = chain(repeat(True, turns), repeat(False))

    invited = invite_all(database, now=lambda: moment, go_on=lambda: next(yes), per_turn=2)

    assert (invited.invitations, mails(session)) == (asked, asked)
    session.commit()
    assert invite_all(database, now=lambda: moment).invitations == 5 - asked


def test_seller_sees_it_three_working_days_before(
    session: Session, database: Database, moment: datetime
) -> None:
    deal = askable(session, seller=make_user(session))
    session.commit()

    first = invite_all(database, now=lambda: moment)
    too_soon = invite_all(database, now=lambda: moment + timedelta(days=4))
    in_time = invite_all(database, now=lambda: moment + timedelta(days=5))  # Thursday → Tuesday

    notice = session.scalars(select(Notice)).one()
    assert (first, too_soon, in_time) == (Invited(0, 1), Invited(0, 0), Invited(1, 0))
    assert (notice.deal, notice.seller, notice.noticed_at) == (deal, deal.seller, moment)


def test_others_may_write_while_it_plans(
    session: Session, database: Database, moment: datetime
) -> None:
    """The plan looks at every deal; who answers a survey must not wait for it."""
    askable(session)
    session.commit()
    written = []

    def write_too(*_told: object) -> None:
        if not written:
            written.append(True)
            with database.writing() as own:
                askable(own)

    event.listen(database.engine, "before_cursor_execute", write_too)
    try:
        invite_all(database, now=lambda: moment)
    finally:
        event.remove(database.engine, "before_cursor_execute", write_too)

    assert session.scalar(select(func.count()).select_from(Deal)) == 2


def test_two_schedulers_at_once_ask_each_account_once(
    session: Session, database: Database, moment: datetime
) -> None:
    for _ in range(12):
        account = make_account(session)
        askable(session, account=account, seller=make_user(session))
        askable(session, account=account)
    session.commit()

    at_once([lambda: invite_all(database, now=lambda: moment, per_turn=5)] * 6)
    later = moment + timedelta(days=5)
    at_once([lambda: invite_all(database, now=lambda: later, per_turn=5)] * 6)

    asked = session.execute(
        select(Deal.account_id, func.count()).join(Invitation.deal).group_by(Deal.account_id)
    ).all()
    assert [count for _, count in asked] == [1] * 12
    assert mails(session) == 12
