"""Pure decisions about asking: which deals, whom, when, and whom not and why."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from survey.deals.types import Outcome
from survey.invitations.hours import add_working_days, next_office_hour, zones_of
from survey.invitations.types import (
    CampaignFacts,
    ContactFacts,
    DealFacts,
    Due,
    Past,
    Plan,
    Skip,
    SkipReason,
    Terms,
)

# RFC 2142 and common use: mailboxes that several people read.
_SHARED_MAILBOXES = frozenset(
    {"accounting", "accounts", "admin", "billing", "buero", "contact", "contacto", "einkauf"}
    | {"enquiries", "finance", "hello", "hr", "info", "infos", "it", "kontakt", "mail"}
    | {"marketing", "no-reply", "noreply", "office", "postmaster", "procurement", "purchasing"}
    | {"reception", "sales", "service", "support", "team", "vertrieb", "webmaster"}
)
# A person may change employer or advise a second company; at three it is no longer one person.
_ACCOUNTS_OF_A_SHARED_ADDRESS = 3
_PERCENT = 100
# CRMs hold days like 0001-01-01 and 9999-12-31, which no clock can add to.
_LONG_AGO = date(1970, 1, 1)
_FAR_AWAY = date(9000, 1, 1)


def takes_answers(*, closes_at: datetime, now: datetime) -> bool:
    """Whether an invitation's link still takes an answer or a change.

    A cancelled invitation does too: whoever holds its link was mailed before, and may answer.
    """
    return now < closes_at


def plan_campaigns(
    deals: Sequence[DealFacts], campaigns: Sequence[CampaignFacts], past: Past, now: datetime
) -> list[Plan]:
    """One plan per campaign, in their order: what an earlier one asks, a later one respects."""
    plans: list[Plan] = []
    for campaign in campaigns:
        plan = plan_deals(deals, campaign, past, now)
        plans.append(plan)
        taken = {due.deal_id: due for due in plan.due}
        asked = [(deal, taken[deal.id]) for deal in deals if deal.id in taken]
        past = Past(
            {**past.person_asked_at, **{due.contact_id: due.send_at for _, due in asked}},
            {**past.account_asked_at, **{deal.account_id: due.send_at for deal, due in asked}},
        )
        deals = [replace(deal, was_asked=True) if deal.id in taken else deal for deal in deals]
    return plans


def plan_deals(
    deals: Iterable[DealFacts], campaign: CampaignFacts, past: Past, now: datetime
) -> Plan:
    """Decide on every deal. The earliest is asked first, and keeps later ones of the same person
    or account within the quarantine from being asked.
    """
    wanted: list[tuple[DealFacts, Due]] = []
    skipped: list[Skip] = []
    for deal in deals:
        verdict = decide(deal, campaign, now)
        if isinstance(verdict, Skip):
            skipped.append(verdict)
        else:
            wanted.append((deal, verdict))
    wanted.sort(key=lambda pair: (pair[1].ready_at, pair[1].deal_id))
    due: list[Due] = []
    persons, accounts = dict(past.person_asked_at), dict(past.account_asked_at)
    for deal, verdict in wanted:
        quarantine = _quarantine(deal, verdict, campaign, Past(persons, accounts))
        if quarantine:
            skipped.append(quarantine)
            continue
        persons[verdict.contact_id] = accounts[deal.account_id] = verdict.send_at
        if campaign.is_running:
            due.append(verdict)
        else:
            skipped.append(
                Skip(deal.id, SkipReason.CAMPAIGN_PAUSED, verdict.contact_id, verdict.send_at)
            )
    return Plan(tuple(due), tuple(skipped))


def oldest_day(campaigns: Sequence[CampaignFacts], now: datetime) -> date:
    """The earliest close that any of these campaigns may still ask about, or a day before it."""
    longest = max((campaign.stop_after_days for campaign in campaigns), default=0)
    return now.date() - timedelta(days=longest + 2)


def with_old(
    plan: Plan, counts: Iterable[tuple[Outcome, bool, int]], campaign: CampaignFacts
) -> Plan:
    """The plan with the deals that closed before `oldest_day`, given by outcome and by whether
    somebody was asked, counted under the reason that `decide` would give.
    """
    older: Counter[SkipReason] = Counter()
    for outcome, was_asked, count in counts:
        if outcome is Outcome.OPEN:
            reason = SkipReason.NOT_CLOSED
        elif outcome not in campaign.delay_days:
            reason = SkipReason.OUTCOME_NOT_ASKED
        else:
            reason = SkipReason.ALREADY_ASKED if was_asked else SkipReason.TOO_OLD
        older[reason] += count
    return replace(plan, older=dict(older))


def verdicts(plans: Sequence[Plan]) -> dict[int, tuple[int, Due | Skip]]:
    """For each deal the plan (by place) that asks about it, else the one that came closest to it.

    The reasons stand in the order in which they are looked at, so the last one came closest.
    """
    order = {reason: place for place, reason in enumerate(SkipReason)}
    found: dict[int, tuple[int, Due | Skip]] = {}
    for place, plan in enumerate(plans):
        for skip in plan.skipped:
            known = found.get(skip.deal_id)
            closest = known[1] if known else None
            if closest is None or (
                isinstance(closest, Skip) and order[skip.reason] > order[closest.reason]
            ):
                found[skip.deal_id] = place, skip
        found |= {due.deal_id: (place, due) for due in plan.due}
    return found


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
    reason = contact_reason(contact, deal.country, campaign.may_ask_in)
    if reason:
        return Skip(deal.id, reason, contact.id)
    ready_at = _ready_at(deal, campaign, now)
    send_at = next_office_hour(max(ready_at, now), zones_of(deal.country, campaign.zone))
    if send_at >= _stops_at(deal, campaign):
        return Skip(deal.id, SkipReason.TOO_OLD, contact.id)
    return Due(deal.id, contact.id, ready_at, send_at)


def choose_contact(contacts: Sequence[ContactFacts]) -> ContactFacts | None:
    """Whom to ask: the one a person chose, else a marked decider, else who was active last.

    None where that leaves several: then a person is asked, and nobody is guessed.
    """
    for marked in ("is_chosen", "is_decider"):
        some = [contact for contact in contacts if getattr(contact, marked)]
        if some:
            return _last_active(some)
    return _last_active(contacts)


def contact_reason(
    contact: ContactFacts, country: str | None, may_ask_in: Mapping[str, bool]
) -> SkipReason | None:
    """Why this person may not be asked. What they said themselves goes before their country."""
    if contact.barred_by:
        return contact.barred_by
    if is_shared(contact):
        return SkipReason.SHARED_ADDRESS
    if contact.may_ask is False:
        return SkipReason.MAY_NOT_ASK
    if contact.may_ask is None and not may_ask_in.get(country or "", True):
        return SkipReason.COUNTRY_RULE
    return None


def is_shared(contact: ContactFacts) -> bool:
    """Whether several people read the address: its name says so, or too many accounts use it."""
    mailbox = contact.address.partition("@")[0].partition("+")[0]
    return mailbox in _SHARED_MAILBOXES or contact.accounts >= _ACCOUNTS_OF_A_SHARED_ADDRESS


def is_sampled(campaign_public_id: str, deal_public_id: str, percent: int) -> bool:
    """Whether a deal is drawn into the sample: the same answer each time, and a deal drawn at a
    smaller share is drawn at every larger one.
    """
    drawn = hashlib.sha256(f"{campaign_public_id}:{deal_public_id}".encode()).digest()
    return int.from_bytes(drawn[:8]) * _PERCENT < percent << 64


def quarantine_ends_at(asked_at: datetime, days: int) -> datetime:
    return asked_at + timedelta(days=days)


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
        _first(
            (deal.outcome is Outcome.OPEN, SkipReason.NOT_CLOSED),
            (deal.outcome is not asked_as, SkipReason.OUTCOME_CHANGED),
            (now >= _stops_at(deal, campaign), SkipReason.TOO_OLD),
            (not campaign.is_running, SkipReason.CAMPAIGN_PAUSED),
        )
        or account_reason(deal)
        or contact_reason(contact, deal.country, campaign.may_ask_in)
    )


def check_terms(terms: Terms, asks: Collection[str]) -> dict[str, str]:
    """What is wrong with a campaign's terms: the term's name → a sentence.

    `asks` are the outcomes the questionnaire has words for.
    """
    problems: dict[str, str] = {}
    delays = {outcome: f"{outcome}_delay_days" for outcome in terms.delay_days}
    if not delays:
        problems["lost_delay_days"] = "Choose at least one outcome to ask about."
    for outcome, name in delays.items():
        if outcome not in asks:
            problems[name] = "The questionnaire has no words for this outcome: choose another one."
        elif terms.delay_days[outcome] >= terms.stop_after_days:
            problems[name] = f"Ask before day {terms.stop_after_days}, when asking stops."
    low, high = terms.amount_from_minor, terms.amount_to_minor
    if low is not None and high is not None and low > high:
        problems["amount_to_minor"] = "The upper amount is below the lower one."
    if (low is not None or high is not None) and not terms.amount_currency:
        problems["amount_currency"] = "Say which currency the amounts are in."
    for name in ("sender_name", "sender_role", "reply_to"):
        if not getattr(terms, name).strip():
            problems[name] = "A named person outside sales has to sign, and to read the replies."
    return problems


def _deal_reason(deal: DealFacts, campaign: CampaignFacts, now: datetime) -> SkipReason | None:
    is_open = deal.outcome is Outcome.OPEN or deal.closed_on is None
    has_region = not campaign.regions or deal.region in campaign.regions
    has_product = not campaign.products or deal.product in campaign.products
    drawn = is_sampled(campaign.public_id, deal.public_id, campaign.sample_percent)
    return _first(
        (is_open, SkipReason.NOT_CLOSED),
        (deal.outcome not in campaign.delay_days, SkipReason.OUTCOME_NOT_ASKED),
        (deal.was_asked, SkipReason.ALREADY_ASKED),
        (now >= _stops_at(deal, campaign), SkipReason.TOO_OLD),
        (not has_region, SkipReason.REGION_OUTSIDE),
        (not has_product, SkipReason.PRODUCT_OUTSIDE),
        (not _amount_fits(deal, campaign), SkipReason.AMOUNT_OUTSIDE),
        (not drawn, SkipReason.NOT_SAMPLED),
    )


def account_reason(deal: DealFacts) -> SkipReason | None:
    """Why this is no time to ask anybody at the account about the deal."""
    bought_on = deal.account_bought_on
    bought_later = (
        deal.outcome is not Outcome.WON
        and bought_on is not None
        and bought_on >= (deal.closed_on or _LONG_AGO)
    )
    return _first(
        (bought_later, SkipReason.BOUGHT_SINCE),
        (deal.has_open_sibling, SkipReason.SIBLING_OPEN),
        (deal.is_held, SkipReason.HELD),
    )


def _first(*reasons: tuple[bool, SkipReason]) -> SkipReason | None:
    return next((reason for holds, reason in reasons if holds), None)


def _amount_fits(deal: DealFacts, campaign: CampaignFacts) -> bool:
    low, high = campaign.amount_from_minor, campaign.amount_to_minor
    if low is None and high is None:
        return True
    if deal.amount_minor is None or deal.currency != campaign.amount_currency:
        return False
    return (low is None or deal.amount_minor >= low) and (high is None or deal.amount_minor <= high)


def _last_active(contacts: Sequence[ContactFacts]) -> ContactFacts | None:
    if len(contacts) == 1:
        return contacts[0]
    latest = max((contact.last_active_on or _LONG_AGO for contact in contacts), default=_LONG_AGO)
    last = [contact for contact in contacts if contact.last_active_on == latest]
    return last[0] if len(last) == 1 else None


def _ready_at(deal: DealFacts, campaign: CampaignFacts, now: datetime) -> datetime:
    """When the delay after the close and the seller's notice are both over."""
    ready_at = _days_after_close(deal, campaign.delay_days[deal.outcome], campaign.zone)
    if deal.has_seller and campaign.notice_days:
        noticed_at = deal.noticed_at or now
        held_until = add_working_days(noticed_at, campaign.notice_days, campaign.zone)
        ready_at = max(ready_at, held_until)
    return ready_at


def _stops_at(deal: DealFacts, campaign: CampaignFacts) -> datetime:
    """From when on the deal is too old to ask about."""
    return _days_after_close(deal, campaign.stop_after_days + 1, campaign.zone)


def _days_after_close(deal: DealFacts, days: int, zone: ZoneInfo) -> datetime:
    """The first moment of that day by the company's wall clock, in UTC."""
    closed_on = min(max(deal.closed_on or _LONG_AGO, _LONG_AGO), _FAR_AWAY)
    day = closed_on + timedelta(days=days)
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _quarantine(deal: DealFacts, due: Due, campaign: CampaignFacts, past: Past) -> Skip | None:
    for asked_at, days, reason in (
        (
            past.person_asked_at.get(due.contact_id),
            campaign.person_quarantine_days,
            SkipReason.PERSON_QUARANTINED,
        ),
        (
            past.account_asked_at.get(deal.account_id),
            campaign.account_quarantine_days,
            SkipReason.ACCOUNT_QUARANTINED,
        ),
    ):
        if asked_at and abs(due.send_at - asked_at) < timedelta(days=days):
            return Skip(deal.id, reason, due.contact_id, quarantine_ends_at(asked_at, days))
    return None
