"""Random lives on the database: jobs and people act in any order, and no limit is ever broken."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.config import Settings
from survey.deals.models import Deal
from survey.deals.types import Outcome
from survey.invitations.models import Campaign, Invitation, Reminder
from survey.invitations.types import CampaignState, DeclineReason
from survey.jobs.deliver import deliver_due
from survey.jobs.desk import Desk
from survey.jobs.invite import invite_all
from survey.jobs.remind import remind_all
from survey.kit.db import Database
from survey.letters.kinds import letters_of
from survey.mail.actions.suppressions import suppress
from survey.mail.types import AttemptOutcome, Draft, Ending, NeverSend, SuppressionReason, TryLater
from survey.questionnaires.documents import shipped_document
from tests.factories import (
    make_campaign,
    make_company,
    make_contact,
    make_deal,
    make_deal_contact,
    make_response,
    make_version,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
START = datetime(2026, 10, 12, 6, tzinfo=UTC)  # a Monday; summer time ends on the 25th
STEPS = 40


@dataclass
class Postbox:
    """Takes most mails, and keeps to whom and when; now and then it is away or refuses one."""

    chance: random.Random
    now: Callable[[], datetime]
    taken: list[tuple[str, datetime]] = field(default_factory=list)
    name: str = "postbox"

    def hand_over(self, draft: Draft, *, attempt_id: str) -> Ending:
        roll = self.chance.random()
        if roll < 0.15:
            raise TryLater("Away for a moment.")
        if roll < 0.2:
            raise NeverSend("Not this one.")
        self.taken.append((draft.to_address, self.now()))
        return Ending(AttemptOutcome.ACCEPTED, provider_message_id=attempt_id)


@dataclass
class Life:
    """A database, a clock that is moved by hand, and what people said when."""

    database: Database
    chance: random.Random
    now: datetime = START
    said_at: dict[str, datetime] = field(default_factory=dict)
    """When each address said or did what ends all mail about its deal."""

    def step(self, desk: Desk) -> None:
        self.now += timedelta(minutes=self.chance.choice((30, 120, 300, 600, 1500, 3000)))
        with self.database.writing() as session:
            self._act(session)
        invite_all(self.database, now=lambda: self.now)
        remind_all(self.database, now=lambda: self.now)
        deliver_due(desk)

    def _act(self, session: Session) -> None:
        campaign = session.scalars(select(Campaign)).one()
        roll = self.chance.random()
        if roll < (0.08 if campaign.state is CampaignState.RUNNING else 0.5):
            is_running = campaign.state is CampaignState.RUNNING
            campaign.state = CampaignState.PAUSED if is_running else CampaignState.RUNNING
        elif roll > 0.8:
            mailed = select(Invitation).where(Invitation.sent_at.is_not(None))
            invitations = session.scalars(mailed.order_by(Invitation.id)).all()
            if invitations:
                self._buyer_acts(session, self.chance.choice(invitations))

    def _buyer_acts(self, session: Session, invitation: Invitation) -> None:
        address = invitation.contact.email
        if address in self.said_at:
            return
        self.said_at[address] = self.now
        what = self.chance.choice(("answer", "decline", "opt out", "bounce", "reopen"))
        if what == "answer":
            make_response(session, invitation=invitation, submitted_at=self.now)
        elif what == "decline":
            invitation.declined_at = self.now
            invitation.decline_reason = DeclineReason.NO_TIME
        elif what == "reopen":
            invitation.deal.outcome = Outcome.OPEN
        else:
            reason = SuppressionReason.OPTED_OUT if what == "opt out" else SuppressionReason.BOUNCED
            suppress(session, address, reason=reason, now=self.now)


def found(session: Session, chance: random.Random) -> None:
    """Ten lost deals: two of one person, and two of one company with a person for each."""
    make_company(session)
    campaign = make_campaign(session, reminders=2, reminder_days=3, lost_delay_days=0)
    make_version(
        session, questionnaire=campaign.questionnaire, document=shipped_document("not_won")
    )
    for number in range(8):
        closed_on = (START - timedelta(days=chance.randrange(20))).date()
        part = make_deal_contact(session, deal=make_deal(session, closed_on=closed_on))
        if number == 0:
            again = make_deal(session, closed_on=closed_on)
            make_deal_contact(session, deal=again, contact=part.contact)
        if number == 1:
            beside = make_deal(session, account=part.deal.account, closed_on=closed_on)
            other = make_contact(session, account=part.deal.account)
            make_deal_contact(session, deal=beside, contact=other)


def check(life: Life, taken: list[tuple[str, datetime]]) -> None:
    for address in {address for address, _ in taken}:
        moments = [at for to, at in taken if to == address]
        assert len(moments) <= 3
        assert all(later - earlier >= timedelta(days=3) for earlier, later in pairwise(moments))
        assert max(moments) <= life.said_at.get(address, max(moments))
        for at in moments:
            local = at.astimezone(AMSTERDAM)
            assert local.weekday() < 5
            assert time(9) <= local.time() < time(16)
    with life.database.reading() as session:
        invitations = session.scalars(select(Invitation.sent_at)).all()
        reminders = session.scalars(select(Reminder.sent_at)).all()
        assert sum(at is not None for at in (*invitations, *reminders)) == len(taken)
        check_quarantines(session)


def check_quarantines(session: Session) -> None:
    """Nobody, neither a person nor a company, is asked twice within its quarantine."""
    asked = (
        select(Invitation.sent_at, Invitation.contact_id, Deal.account_id)
        .join(Invitation.deal)
        .where(Invitation.sent_at.is_not(None))
        .order_by(Invitation.sent_at)
    )
    campaign = session.scalars(select(Campaign)).one()
    rows = session.execute(asked).all()
    for whose, days in (
        ([row.contact_id for row in rows], campaign.person_quarantine_days),
        ([row.account_id for row in rows], campaign.account_quarantine_days),
    ):
        for one in set(whose):
            moments = [row.sent_at for row, of in zip(rows, whose, strict=True) if of == one]
            gaps = (later - earlier for earlier, later in pairwise(moments))
            assert all(gap >= timedelta(days=days) for gap in gaps)


@pytest.mark.parametrize(
    "seed", [1, 2, *(pytest.param(later, marks=pytest.mark.slow) for later in range(3, 33))]
)
def test_limits_hold_in_random_lives(database: Database, settings: Settings, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 (a test's own dice)
    life = Life(database, chance)
    postbox = Postbox(chance, now=lambda: life.now)
    desk = Desk(database, postbox, letters_of(settings), threads=1, now=lambda: life.now)
    with database.writing() as session:
        found(session, chance)

    for _ in range(STEPS):
        life.step(desk)

    check(life, postbox.taken)
    assert len(postbox.taken) > 8  # else the life would prove little
