"""Inviting: once, in one transaction, frozen as it was when we asked."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from survey.deals.models import Contact, Deal
from survey.deals.types import Outcome
from survey.invitations.actions.inviting import cancel_invitation, invite
from survey.invitations.models import Campaign, Invitation
from survey.invitations.types import CampaignState, SkipReason
from survey.invitations.verdicts import Due
from survey.mail.models import Message
from survey.questionnaires.documents import shipped_document
from survey.questionnaires.models import Version
from tests.asking import ask_due, ready
from tests.factories import (
    make_campaign,
    make_deal,
    make_deal_contact,
    make_invitation,
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

    invited = ask_due(session, now=moment)

    invitation = session.scalars(select(Invitation)).one()
    assert invited == 1
    assert invitation.deal == deal
    assert invitation.asked_as == Outcome.LOST
    assert invitation.version.frozen_at == moment
    assert invitation.closes_at == moment + timedelta(days=30)


def test_mail_waits_for_the_working_hour_of_its_reader(session: Session, moment: datetime) -> None:
    running(session)
    deal = askable(session, country="NZ")

    ask_due(session, now=moment)  # half past eleven at night in Auckland

    invitation = session.scalars(select(Invitation)).one()
    message = session.scalars(select(Message)).one()
    assert message.subject_id == invitation.id
    assert message.to_address == invitation.contact.email
    assert message.send_after_at == datetime.fromisoformat("2026-10-15T20:00:00Z")
    assert invitation.deal == deal


def test_asking_again_asks_nobody_twice(session: Session, moment: datetime) -> None:
    running(session)
    askable(session)
    ask_due(session, now=moment)

    again = ask_due(session, now=moment + timedelta(minutes=1))

    assert again == 0
    assert session.scalar(select(func.count()).select_from(Message)) == 1


def test_paused_campaign_asks_nobody(session: Session, moment: datetime) -> None:
    running(session, state=CampaignState.PAUSED)
    askable(session)

    assert ask_due(session, now=moment) == 0


def test_invitation_taken_back_is_made_anew(session: Session, moment: datetime) -> None:
    running(session)
    askable(session)
    ask_due(session, now=moment)
    invitation = session.scalars(select(Invitation)).one()
    cancel_invitation(session, invitation, reason=SkipReason.CAMPAIGN_PAUSED, now=moment)

    ask_due(session, now=moment + timedelta(hours=1))

    assert session.scalars(select(Invitation)).one() is invitation
    assert invitation.cancelled_at is None
    keys = session.scalars(select(Message.key).order_by(Message.id)).all()
    assert keys == [f"invitation:{invitation.id}:{n}" for n in (1, 2)]


Planned = list[tuple[Campaign, Due]]


class TestBetweenPlanAndAsking:
    """What the plan found may be otherwise a moment later, and no claim would see it."""

    @pytest.fixture
    def campaign(self, session: Session) -> Campaign:
        return running(session)

    @pytest.fixture
    def deal(self, session: Session) -> Deal:
        return askable(session)

    @pytest.fixture
    def planned(
        self, session: Session, campaign: Campaign, deal: Deal, moment: datetime
    ) -> Planned:
        found = ready(session, moment)
        assert [(each, due.deal_id) for each, due in found] == [(campaign, deal.id)]
        session.expunge(campaign)  # read in a session of its own, as the job does
        return found

    def test_nothing_happened(self, session: Session, planned: Planned, moment: datetime) -> None:
        assert invite(session, planned, now=moment) == 1

    def test_deal_was_asked(
        self,
        session: Session,
        planned: Planned,
        deal: Deal,
        moment: datetime,
    ) -> None:
        _asked_meanwhile(session, moment, deal=deal)

        assert invite(session, planned, now=moment) == 0

    def test_person_was_asked_about_another_deal(
        self, session: Session, planned: Planned, moment: datetime
    ) -> None:
        contact = session.get_one(Contact, planned[0][1].contact_id)
        _asked_meanwhile(session, moment, deal=make_deal(session), contact=contact)

        assert invite(session, planned, now=moment) == 0

    def test_account_was_asked_about_another_deal(
        self,
        session: Session,
        planned: Planned,
        deal: Deal,
        moment: datetime,
    ) -> None:
        other = make_deal(session, account=deal.account)
        _asked_meanwhile(session, moment, deal=other)

        assert invite(session, planned, now=moment) == 0

    def test_somebody_else_was_asked(
        self, session: Session, planned: Planned, moment: datetime
    ) -> None:
        _asked_meanwhile(session, moment, deal=make_deal(session))

        assert invite(session, planned, now=moment) == 1

    def test_address_changed(self, session: Session, planned: Planned, moment: datetime) -> None:
        session.get_one(Contact, planned[0][1].contact_id).email = "new@buyer.example"
        session.flush()

        assert invite(session, planned, now=moment) == 0

    @pytest.mark.parametrize(
        ("columns", "invited"),
        [
            ({"state": CampaignState.PAUSED}, 0),
            ({"changed_at": datetime(2026, 10, 15, 11, tzinfo=UTC)}, 0),
            ({"started_at": datetime(2026, 10, 15, 11, tzinfo=UTC)}, 1),
        ],
    )
    def test_campaign_changed(
        self,
        session: Session,
        planned: Planned,
        moment: datetime,
        columns: dict[str, object],
        invited: int,
    ) -> None:
        session.execute(update(Campaign).values(**columns))

        assert invite(session, planned, now=moment) == invited


def _asked_meanwhile(session: Session, moment: datetime, **about: object) -> None:
    campaign = session.scalars(select(Campaign)).one()
    version = session.scalars(select(Version)).one()
    make_invitation(session, campaign=campaign, version=version, invited_at=moment, **about)
    session.flush()
