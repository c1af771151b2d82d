"""Whether one deal is asked about, and when; why a mail should not leave any more. Pure."""

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from survey.deals.types import Outcome
from survey.invitations.hours import add_working_days, next_office_hour, zones_of
from survey.invitations.rules.contacts import choose_contact, contact_reason, country_of
from survey.invitations.types import CampaignFacts, ContactFacts, DealFacts, SkipReason
from survey.invitations.verdicts import Due, Skip, Wait

_PERCENT = 100
# CRMs hold days like 0001-01-01 and 9999-12-31, which no clock can add to.
_LONG_AGO = date(1970, 1, 1)
_FAR_AWAY = date(9000, 1, 1)


def takes_answers(*, closes_at: datetime, now: datetime) -> bool:
    """Whether an invitation's link still takes an answer or a change.

    A cancelled invitation does too: whoever holds its link was mailed before, and may answer.
    """
    return now < closes_at


def decide(deal: DealFacts, campaign: CampaignFacts, now: datetime) -> Due | Skip:
    """Whether this deal's buyer is asked, taken by itself: quarantines need the other deals too.

    The reason given is the first that holds, from the deal over the account to the person.
    """
    reason = _deal_reason(deal, campaign, now) or account_reason(deal)
    if reason:
        return Skip(deal.id, reason)
    if not deal.contacts:
        return Skip(deal.id, SkipReason.NO_CONTACT)
    contact = choose_contact(deal.contacts)
    if contact is None:
        return Skip(deal.id, SkipReason.CONTACT_UNDECIDED)
    reason = contact_reason(deal, contact, campaign)
    if reason:
        return Skip(deal.id, reason, contact.id)
    ready_at = _ready_at(deal, campaign, now)
    send_at = next_office_hour(max(ready_at, now), zones_for(deal, contact, campaign))
    if send_at >= stops_at(deal, campaign):
        return Skip(deal.id, SkipReason.TOO_OLD, contact.id)
    about = (deal.id, deal.account_id, contact.id)
    return Due(*about, ready_at, send_at, deal.outcome, contact.address)


def claim_reason(
    deal: DealFacts,
    contact_id: int,
    address: str,
    asked_as: Outcome,
    campaign: CampaignFacts,
    now: datetime,
) -> SkipReason | None:
    """Why a mail that was decided on earlier should not leave any more, just before it does."""
    contact = next((each for each in deal.contacts if each.id == contact_id), None)
    if contact is None or contact.address != address:
        return SkipReason.CONTACT_CHANGED
    return (
        first_of(
            (deal.outcome is Outcome.OPEN, SkipReason.NOT_CLOSED),
            (deal.outcome is not asked_as, SkipReason.OUTCOME_CHANGED),
            (now >= stops_at(deal, campaign), SkipReason.TOO_OLD),
            (not campaign.is_running, SkipReason.CAMPAIGN_PAUSED),
        )
        or account_reason(deal)
        or contact_reason(deal, contact, campaign)
    )


def at_claim(
    deal: DealFacts,
    contact_id: int,
    address: str,
    asked_as: Outcome,
    campaign: CampaignFacts,
    now: datetime,
) -> SkipReason | Wait | None:
    """Why an invitation must not leave now, or until when it has to wait; None when it may leave.

    The hour is asked for once more because a queue may have stood still until the night.
    """
    reason = claim_reason(deal, contact_id, address, asked_as, campaign, now)
    if reason:
        return reason
    contact = next(each for each in deal.contacts if each.id == contact_id)
    opens = next_office_hour(now, zones_for(deal, contact, campaign))
    return None if opens <= now else Wait(opens)


def zones_for(
    deal: DealFacts, contact: ContactFacts, campaign: CampaignFacts
) -> tuple[ZoneInfo, ...]:
    """The zones in which a mail to this contact has to fall into the working day."""
    return zones_of(country_of(deal, contact), campaign.zone)


def account_reason(deal: DealFacts) -> SkipReason | None:
    """Why this is no time to ask anybody at the account about the deal."""
    bought_on = deal.account_bought_on
    bought_later = (
        deal.outcome is not Outcome.WON
        and bought_on is not None
        and bought_on >= (deal.closed_on or _LONG_AGO)
    )
    return first_of(
        (bought_later, SkipReason.BOUGHT_SINCE),
        (deal.has_open_sibling, SkipReason.SIBLING_OPEN),
        (deal.is_held, SkipReason.HELD),
    )


def is_sampled(campaign_public_id: str, deal_public_id: str, percent: int) -> bool:
    """Whether a deal is drawn into the sample: the same answer each time, and a deal drawn at a
    smaller share is drawn at every larger one.
    """
    if percent >= _PERCENT:
        return True
    drawn = hashlib.sha256(f"{campaign_public_id}:{deal_public_id}".encode()).digest()
    return int.from_bytes(drawn[:8]) * _PERCENT < percent << 64


def stops_at(deal: DealFacts, campaign: CampaignFacts) -> datetime:
    """From when on the deal is too old to ask about."""
    return _days_after_close(deal, campaign.stop_after_days + 1, campaign.zone)


def _deal_reason(deal: DealFacts, campaign: CampaignFacts, now: datetime) -> SkipReason | None:
    is_open = deal.outcome is Outcome.OPEN or deal.closed_on is None
    has_region = not campaign.regions or deal.region in campaign.regions
    has_product = not campaign.products or deal.product in campaign.products
    drawn = is_sampled(campaign.public_id, deal.public_id, campaign.sample_percent)
    return first_of(
        (is_open, SkipReason.NOT_CLOSED),
        (deal.outcome not in campaign.delay_days, SkipReason.OUTCOME_NOT_ASKED),
        (deal.was_asked, SkipReason.ALREADY_ASKED),
        (now >= stops_at(deal, campaign), SkipReason.TOO_OLD),
        (not has_region, SkipReason.REGION_OUTSIDE),
        (not has_product, SkipReason.PRODUCT_OUTSIDE),
        (not _amount_fits(deal, campaign), SkipReason.AMOUNT_OUTSIDE),
        (not drawn, SkipReason.NOT_SAMPLED),
    )


def first_of(*reasons: tuple[bool, SkipReason]) -> SkipReason | None:
    """The first of the reasons that holds."""
    return next((reason for holds, reason in reasons if holds), None)


def _amount_fits(deal: DealFacts, campaign: CampaignFacts) -> bool:
    low, high = campaign.amount_from_minor, campaign.amount_to_minor
    if low is None and high is None:
        return True
    if deal.amount_minor is None or deal.currency != campaign.amount_currency:
        return False
    return (low is None or deal.amount_minor >= low) and (high is None or deal.amount_minor <= high)


def _ready_at(deal: DealFacts, campaign: CampaignFacts, now: datetime) -> datetime:
    """When the delay after the close and the seller's notice are both over."""
    ready_at = _days_after_close(deal, campaign.delay_days[deal.outcome], campaign.zone)
    if deal.has_seller and campaign.notice_days:
        noticed_at = deal.noticed_at or now
        held_until = add_working_days(noticed_at, campaign.notice_days, campaign.zone)
        ready_at = max(ready_at, held_until)
    return ready_at


def _days_after_close(deal: DealFacts, days: int, zone: ZoneInfo) -> datetime:
    """The first moment of that day by the company's wall clock, in UTC."""
    return _days_after(min(max(deal.closed_on or _LONG_AGO, _LONG_AGO), _FAR_AWAY), days, zone)


@lru_cache(maxsize=4096)  # many deals close on one day
def _days_after(closed_on: date, days: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(closed_on + timedelta(days=days), time(), zone).astimezone(UTC)
