"""The plan as the database tells it: the true reason for every deal, at a fixed price."""

from datetime import date, datetime, timedelta

from sqlalchemy import true
from sqlalchemy.orm import Session

from survey.deals.models import Deal
from survey.deals.types import Outcome
from survey.invitations.facts.deals import deal_facts, facts_of_deals
from survey.invitations.models import Campaign
from survey.invitations.queries.plans import at_claim, plan, plan_all
from survey.invitations.types import CampaignState, SkipReason
from survey.invitations.verdicts import Wait
from survey.kit.db import Database
from survey.mail.types import SuppressionReason
from tests.databases import queries_counted
from tests.factories import (
    make_account,
    make_campaign,
    make_company,
    make_contact,
    make_country_rule,
    make_deal,
    make_deal_contact,
    make_hold,
    make_invitation,
    make_notice,
    make_suppression,
    make_user,
)


def reasons(session: Session, campaign: Campaign, now: datetime) -> dict[int, SkipReason]:
    whole = dict(plan_all(session, now, is_whole=True))[campaign]
    return {skip.deal_id: skip.reason for skip in whole.skipped}


def askable(session: Session, **columns: object) -> Deal:
    """A deal whose decider can be asked now."""
    deal = make_deal(session, **columns)
    make_deal_contact(session, deal=deal)
    return deal


def test_plan_asks_the_decider_of_a_closed_deal(session: Session, moment: datetime) -> None:
    campaign = make_campaign(session)
    deal = make_deal(session)
    make_deal_contact(session, deal=deal, is_decider=False)
    decider = make_deal_contact(session, deal=deal)

    due = plan(session, campaign, moment).due

    assert [(each.deal_id, each.contact_id) for each in due] == [(deal.id, decider.contact_id)]


def test_plan_gives_each_deal_its_reason(session: Session, moment: datetime) -> None:
    make_country_rule(session, country="DE", may_ask=False)
    campaign = make_campaign(session)
    expected = {
        make_deal(session, outcome=Outcome.OPEN, closed_on=None): SkipReason.NOT_CLOSED,
        make_deal(session, outcome=Outcome.WON): SkipReason.OUTCOME_NOT_ASKED,
        make_deal(session, closed_on=date(2024, 3, 1)): SkipReason.TOO_OLD,
        make_deal(session): SkipReason.NO_CONTACT,
        make_hold(session, deal=askable(session)).deal: SkipReason.HELD,
        askable(session, country="DE"): SkipReason.COUNTRY_RULE,
        askable(session, account=make_account(session, country="DE")): SkipReason.COUNTRY_RULE,
        make_invitation(session, deal=askable(session)).deal: SkipReason.ALREADY_ASKED,
    }

    assert reasons(session, campaign, moment) == {
        deal.id: reason for deal, reason in expected.items()
    }


def test_plan_respects_who_must_never_be_mailed(session: Session, moment: datetime) -> None:
    campaign = make_campaign(session)
    expected = {}
    for given, reason in (
        (SuppressionReason.OPTED_OUT, SkipReason.OPTED_OUT),
        (SuppressionReason.COMPLAINED, SkipReason.OPTED_OUT),
        (SuppressionReason.BOUNCED, SkipReason.ADDRESS_BOUNCED),
        (SuppressionReason.ADDED_BY_PERSON, SkipReason.SUPPRESSED),
    ):
        part = make_deal_contact(session)
        make_suppression(session, address=part.contact.email, reason=given)
        expected[part.deal_id] = reason

    assert reasons(session, campaign, moment) == expected


def test_address_of_three_accounts_is_shared(session: Session, moment: datetime) -> None:
    campaign = make_campaign(session)
    everyone = make_contact(session)
    for _ in range(3):
        make_deal_contact(session, contact=everyone)

    assert set(reasons(session, campaign, moment).values()) == {SkipReason.SHARED_ADDRESS}


def test_open_sibling_and_later_purchase_keep_us_quiet(session: Session, moment: datetime) -> None:
    campaign = make_campaign(session)
    waiting, bought = askable(session), askable(session)
    make_deal(session, account=waiting.account, outcome=Outcome.OPEN, closed_on=None)
    make_deal(session, account=bought.account, outcome=Outcome.WON, closed_on=date(2026, 10, 9))

    found = reasons(session, campaign, moment)

    assert found[waiting.id] == SkipReason.SIBLING_OPEN
    assert found[bought.id] == SkipReason.BOUGHT_SINCE


def test_person_and_account_asked_lately_are_left_alone(session: Session, moment: datetime) -> None:
    campaign = make_campaign(session)
    asked = make_invitation(session, sent_at=moment - timedelta(days=80))
    same_person = make_deal_contact(session, contact=asked.contact)
    same_account = askable(session, account=asked.deal.account)

    found = reasons(session, campaign, moment)

    assert found[same_person.deal_id] == SkipReason.PERSON_QUARANTINED
    assert found[same_account.id] == SkipReason.ACCOUNT_QUARANTINED


def test_invitation_taken_back_before_it_left_does_not_count(
    session: Session, moment: datetime
) -> None:
    campaign = make_campaign(session)
    part = make_deal_contact(session)
    make_invitation(
        session,
        deal=part.deal,
        contact=part.contact,
        sent_at=None,
        cancelled_at=moment,
        cancel_reason=SkipReason.HELD,
    )

    assert [due.deal_id for due in plan(session, campaign, moment).due] == [part.deal_id]


def test_notice_counts_in_the_company_zone(session: Session, moment: datetime) -> None:
    make_company(session, time_zone="Europe/Amsterdam")
    campaign = make_campaign(session, notice_days=3)
    deal = askable(session, seller=make_user(session))
    make_notice(session, deal=deal, noticed_at=moment - timedelta(days=1))

    due = plan(session, campaign, moment).due[0]

    assert due.ready_at == moment + timedelta(days=4)  # Wednesday → Monday


def test_later_campaign_respects_what_an_earlier_one_asks(
    session: Session, moment: datetime
) -> None:
    first, second = make_campaign(session), make_campaign(session)
    deal = askable(session)

    plans = dict(plan_all(session, moment))

    assert [due.deal_id for due in plans[first].due] == [deal.id]
    assert [(skip.deal_id, skip.reason) for skip in plans[second].skipped] == [
        (deal.id, SkipReason.ALREADY_ASKED)
    ]


def test_plan_costs_the_same_queries_for_more_deals(
    session: Session, database: Database, moment: datetime
) -> None:
    make_campaign(session)
    askable(session)
    session.commit()
    with queries_counted(database) as for_one, database.reading() as reading:
        plan_all(reading, moment)
    for _ in range(5):
        askable(session)
    session.commit()

    with queries_counted(database) as for_six, database.reading() as reading:
        plan_all(reading, moment)

    assert len(for_six) == len(for_one)


def test_short_plan_counts_what_the_whole_one_lists(session: Session, moment: datetime) -> None:
    campaign = make_campaign(session)
    for outcome in Outcome:
        for closed_on in (date(2020, 1, 1), date(2026, 8, 13), date(2026, 8, 16), moment.date()):
            make_invitation(session, deal=askable(session, outcome=outcome, closed_on=closed_on))
            askable(session, outcome=outcome, closed_on=closed_on)
    make_deal(session, outcome=Outcome.OPEN, closed_on=None)

    short = dict(plan_all(session, moment))[campaign]
    whole = dict(plan_all(session, moment, is_whole=True))[campaign]

    assert short.due == whole.due
    assert short.skips_by_reason() == whole.skips_by_reason()
    assert len(short.skipped) < len(whole.skipped)


def test_facts_of_one_deal_equal_those_of_all(session: Session) -> None:
    deal = askable(session)
    askable(session)

    alone = facts_of_deals(session, [deal.id])

    assert alone == [each for each in deal_facts(session, true()) if each.id == deal.id]


def test_mail_is_still_wanted_until_something_changes(session: Session, moment: datetime) -> None:
    part = make_deal_contact(session)
    invitation = make_invitation(session, deal=part.deal, contact=part.contact, sent_at=None)
    address = part.contact.email

    def reason(to_address: str = address) -> SkipReason | Wait | None:
        session.flush()
        return at_claim(session, [(invitation, to_address)], now=moment).get(invitation.id)

    assert reason() is None
    assert reason("old@buyer.example") == SkipReason.CONTACT_CHANGED
    part.contact.may_ask = False
    assert reason() == SkipReason.MAY_NOT_ASK
    make_suppression(session, address=address)
    assert reason() == SkipReason.OPTED_OUT
    make_hold(session, deal=part.deal)
    assert reason() == SkipReason.HELD
    invitation.campaign.state = CampaignState.PAUSED
    assert reason() == SkipReason.CAMPAIGN_PAUSED
    part.deal.outcome = Outcome.NO_DECISION
    assert reason() == SkipReason.OUTCOME_CHANGED
    part.deal.outcome = Outcome.OPEN
    assert reason() == SkipReason.NOT_CLOSED
    session.delete(part)
    assert reason() == SkipReason.CONTACT_CHANGED
