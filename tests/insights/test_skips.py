"""Coverage says why nobody was asked."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from survey.deals.types import Outcome
from survey.insights.queries.coverage import coverage
from survey.insights.queries.insight import insight
from survey.insights.queries.skips import skipped
from survey.invitations.models import Invitation
from survey.invitations.types import DeclineReason
from tests.factories import (
    make_campaign,
    make_company,
    make_deal,
    make_deal_contact,
    make_hold,
    make_invitation,
    make_response,
    make_version,
)
from tests.insights.world import NOW, scope

LAST_WINTER = date(2026, 1, 20)


def test_without_a_campaign_nobody_has_decided_anything(session: Session) -> None:
    make_company(session)
    make_deal(session)

    assert skipped(session, scope()) == {}


def test_deal_that_will_be_asked_about_is_not_skipped(session: Session) -> None:
    make_company(session)
    make_campaign(session, lost_delay_days=10)
    make_deal_contact(session, deal=make_deal(session, closed_on=date(2026, 10, 12)))

    assert skipped(session, scope()) == {}


def test_deal_asked_about_is_not_skipped(session: Session) -> None:
    make_company(session)
    campaign = make_campaign(session)
    make_invitation(session, campaign=campaign, deal=make_deal(session, closed_on=LAST_WINTER))

    assert skipped(session, scope()) == {}


def test_old_deal_is_skipped_for_what_stood_in_the_way_in_time(session: Session) -> None:
    make_company(session)
    make_campaign(session, lost_delay_days=10)
    nobody = make_deal(session, closed_on=LAST_WINTER)
    late = make_deal(session, closed_on=LAST_WINTER)
    make_deal_contact(session, deal=late)

    assert skipped(session, scope()) == {
        nobody.id: "The deal has no contact with an address.",
        late.id: "The deal closed too long ago.",
    }


def test_old_deal_whose_account_was_asked_at_that_time_was_left_alone(session: Session) -> None:
    make_company(session)
    campaign = make_campaign(session, lost_delay_days=10)
    quiet = make_deal(session, closed_on=LAST_WINTER)
    make_deal_contact(session, deal=quiet)
    free = make_deal(session, closed_on=date(2026, 5, 20))
    make_deal_contact(session, deal=free)
    version = make_version(session, questionnaire=campaign.questionnaire)
    for deal, asked_at in ((quiet, NOW.replace(month=1)), (free, NOW.replace(month=1))):
        for at in (asked_at, NOW.replace(day=1)):
            another = make_deal(session, account=deal.account, closed_on=LAST_WINTER)
            make_invitation(session, deal=another, campaign=campaign, version=version, sent_at=at)

    assert skipped(session, scope()) == {
        quiet.id: "Somebody at this account was asked a short while ago.",
        free.id: "The deal closed too long ago.",
    }


def test_campaign_that_came_nearest_gives_the_reason(session: Session) -> None:
    make_company(session)
    make_campaign(session, lost_delay_days=None, won_delay_days=21)
    make_campaign(session, lost_delay_days=10)
    deal = make_deal(session, closed_on=date(2026, 10, 12), outcome=Outcome.LOST)

    assert skipped(session, scope()) == {deal.id: "The deal has no contact with an address."}


def test_skipped_deals_are_not_eligible(session: Session) -> None:
    make_company(session)
    make_campaign(session)
    make_deal(session)
    make_hold(session, deal=make_deal(session), held_at=NOW.replace(day=10))
    make_invitation(session, deal=make_deal(session), invited_at=NOW.replace(day=12))

    covered = insight(session, scope(), now=NOW).coverage

    assert (covered.closed, covered.eligible, covered.invited, covered.held) == (3, 1, 1, 1)
    assert sum(covered.skips.values()) == 2


def test_coverage_counts_those_who_declined_by_reason(session: Session) -> None:
    make_company(session)
    campaign = make_campaign(session)
    version = make_version(session, questionnaire=campaign.questionnaire)

    def declines(reason: DeclineReason) -> Invitation:
        return make_invitation(
            session,
            campaign=campaign,
            version=version,
            deal=make_deal(session, closed_on=LAST_WINTER),
            invited_at=NOW - timedelta(days=9),
            declined_at=NOW - timedelta(days=8),
            decline_reason=reason,
        )

    for reason in (DeclineReason.NO_TIME, DeclineReason.NO_TIME, DeclineReason.LEFT_COMPANY):
        declines(reason)
    changed_mind = declines(DeclineReason.NO_TIME)
    make_response(session, invitation=changed_mind, submitted_at=NOW - timedelta(days=7))

    assert coverage(session, scope()).declined == {
        "Has no time for it.": 2,
        "Has left the company.": 1,
    }
