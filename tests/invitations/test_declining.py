"""What follows when a buyer would rather not answer, or names a colleague."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.audit.types import Actor, ActorKind
from survey.deals.models import Contact
from survey.invitations.actions import declining
from survey.invitations.models import Invitation, Referral
from survey.mail.actions.suppressions import forget_address, suppress
from survey.mail.types import SuppressionReason
from survey.questionnaires.documents import shipped_document
from tests.asking import ask_due
from tests.factories import (
    make_campaign,
    make_deal,
    make_deal_contact,
    make_invitation,
    make_referral,
    make_user,
    make_version,
)

STAFF = Actor(ActorKind.USER, 1, "analyst")


@pytest.fixture
def asked(session: Session, moment: datetime) -> Invitation:
    """Somebody was asked eight days ago, and named a colleague yesterday."""
    campaign = make_campaign(session)
    version = make_version(
        session, questionnaire=campaign.questionnaire, document=shipped_document("not_won")
    )
    deal = make_deal(session)
    part = make_deal_contact(session, deal=deal)
    return make_invitation(
        session,
        campaign=campaign,
        deal=deal,
        contact=part.contact,
        version=version,
        invited_at=moment - timedelta(days=8),
    )


def invited(session: Session, now: datetime) -> list[str]:
    """Whom planning asks now, by address."""
    before = set(session.scalars(select(Invitation.id)))
    ask_due(session, now=now)
    new = select(Contact.email).join(Invitation, Invitation.contact_id == Contact.id)
    return list(session.scalars(new.where(Invitation.id.not_in(before)).order_by(Invitation.id)))


def test_a_colleague_is_asked_once_one_of_us_confirms(
    session: Session, asked: Invitation, moment: datetime
) -> None:
    referral = make_referral(session, invitation=asked, email="mila@buyer.example")
    before = invited(session, moment)

    declining.confirm_referral(session, referral, by=make_user(session), actor=STAFF, now=moment)

    assert before == []
    assert invited(session, moment) == ["mila@buyer.example"]
    assert invited(session, moment) == []


def test_a_colleague_on_the_list_of_addresses_never_to_mail_is_not_asked(
    session: Session, asked: Invitation, moment: datetime
) -> None:
    referral = make_referral(session, invitation=asked, email="mila@buyer.example")
    suppress(session, "Mila@buyer.example", reason=SuppressionReason.OPTED_OUT, now=moment)

    declining.confirm_referral(session, referral, by=make_user(session), actor=STAFF, now=moment)

    assert invited(session, moment) == []


def test_a_colleague_who_was_asked_lately_about_another_deal_is_left_in_peace(
    session: Session, asked: Invitation, moment: datetime
) -> None:
    referral = make_referral(session, invitation=asked, email="mila@buyer.example")
    other = make_deal_contact(session, deal=make_deal(session))
    other.contact.email = "mila@buyer.example"
    make_invitation(
        session,
        deal=other.deal,
        contact=other.contact,
        campaign=asked.campaign,
        version=asked.version,
        invited_at=moment - timedelta(days=30),
    )

    declining.confirm_referral(session, referral, by=make_user(session), actor=STAFF, now=moment)

    assert invited(session, moment) == []


def test_a_referral_is_settled_once(session: Session, asked: Invitation, moment: datetime) -> None:
    referral = make_referral(session, invitation=asked)
    user = make_user(session)
    declining.dismiss_referral(session, referral, by=user, actor=STAFF, now=moment)

    with pytest.raises(declining.ReferralSettled, match="settled this already"):
        declining.confirm_referral(session, referral, by=user, actor=STAFF, now=moment)

    assert asked.passed_on_at is None
    assert invited(session, moment) == []


def test_a_colleague_who_was_erased_is_not_kept(
    session: Session, asked: Invitation, moment: datetime
) -> None:
    forget_address(session, "mila@buyer.example", now=moment)

    kept = declining.refer(session, asked, name="Mila", email="Mila@buyer.example", now=moment)

    assert kept is None
    assert session.scalars(select(Referral)).all() == []
    assert asked.declined_at == moment
