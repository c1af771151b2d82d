"""Reading what each campaign asks for, and what the company allows."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.company.models import Company, CountryRule
from survey.invitations.models import Campaign
from survey.invitations.types import CampaignFacts, CampaignState

_COUNTRIES = select(CountryRule.country, CountryRule.may_ask).order_by(CountryRule.country)


def campaign_facts(session: Session, campaigns: Iterable[Campaign]) -> dict[int, CampaignFacts]:
    """The facts of these campaigns by their number, in their order. The company's zone is UTC
    before it is founded.
    """
    company = session.get(Company, 1)
    zone = company.zone if company else ZoneInfo("UTC")
    may_ask_in = dict(iter(session.execute(_COUNTRIES)))
    return {
        campaign.id: CampaignFacts(
            public_id=campaign.public_id,
            is_running=campaign.state is CampaignState.RUNNING,
            delay_days=campaign.delay_days,
            stop_after_days=campaign.stop_after_days,
            notice_days=campaign.notice_days,
            sample_percent=campaign.sample_percent,
            person_quarantine_days=campaign.person_quarantine_days,
            account_quarantine_days=campaign.account_quarantine_days,
            zone=zone,
            amount_from_minor=campaign.amount_from_minor,
            amount_to_minor=campaign.amount_to_minor,
            amount_currency=campaign.amount_currency,
            regions=frozenset(campaign.regions),
            products=frozenset(campaign.products),
            may_ask_in=may_ask_in,
            asks_unknown_countries=bool(company and company.asks_unknown_countries),
            reminders=campaign.reminders,
            reminder_days=campaign.reminder_days,
            reminder_gap_days=campaign.reminder_gap_days,
        )
        for campaign in campaigns
    }
