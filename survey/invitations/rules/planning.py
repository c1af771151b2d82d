"""Who is asked when by all campaigns together, and who is skipped and why. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from survey.deals.types import Outcome
from survey.invitations.rules.asking import decide
from survey.invitations.types import CampaignFacts, DealFacts, Past, SkipReason
from survey.invitations.verdicts import Due, Plan, Skip


def plan_campaigns(
    deals: Sequence[DealFacts], campaigns: Sequence[CampaignFacts], past: Past, now: datetime
) -> list[Plan]:
    """One plan per campaign, in their order: what an earlier one asks, a later one respects."""
    plans: list[Plan] = []
    for campaign in campaigns:
        plan = plan_deals(deals, campaign, past, now)
        plans.append(plan)
        if len(plans) == len(campaigns):
            break  # nobody is left to respect it
        past = Past(
            {**past.person_asked_at, **{due.contact_id: due.send_at for due in plan.due}},
            {**past.account_asked_at, **{due.account_id: due.send_at for due in plan.due}},
        )
        taken = {due.deal_id for due in plan.due}
        deals = [replace(deal, was_asked=True) if deal.id in taken else deal for deal in deals]
    return plans


def plan_deals(
    deals: Iterable[DealFacts], campaign: CampaignFacts, past: Past, now: datetime
) -> Plan:
    """Decide on every deal. The earliest is asked first, and keeps later ones of the same person
    or account within the quarantine from being asked.
    """
    verdicts = [decide(deal, campaign, now) for deal in deals]
    skipped = [verdict for verdict in verdicts if isinstance(verdict, Skip)]
    wanted = [verdict for verdict in verdicts if isinstance(verdict, Due)]
    wanted.sort(key=lambda due: (due.ready_at, due.deal_id))
    asked: list[Due] = []
    persons, accounts = dict(past.person_asked_at), dict(past.account_asked_at)
    so_far = Past(persons, accounts)
    for due in wanted:
        quarantine = quarantined(due, campaign, so_far)
        if quarantine:
            skipped.append(quarantine)
        else:
            persons[due.contact_id] = accounts[due.account_id] = due.send_at
            asked.append(due)
    if campaign.is_running:
        return Plan(tuple(asked), tuple(skipped))
    return Plan((), (*skipped, *map(_paused, asked)))


def _paused(due: Due) -> Skip:
    return Skip(due.deal_id, SkipReason.CAMPAIGN_PAUSED, due.contact_id, due.send_at)


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


def quarantine_ends_at(asked_at: datetime, days: int) -> datetime:
    return asked_at + timedelta(days=days)


def quarantined(due: Due, campaign: CampaignFacts, past: Past) -> Skip | None:
    """Why this person or account is left alone at that time, if they are."""
    for asked_at, days, reason in (
        (
            past.person_asked_at.get(due.contact_id),
            campaign.person_quarantine_days,
            SkipReason.PERSON_QUARANTINED,
        ),
        (
            past.account_asked_at.get(due.account_id),
            campaign.account_quarantine_days,
            SkipReason.ACCOUNT_QUARANTINED,
        ),
    ):
        if asked_at and abs(due.send_at - asked_at) < timedelta(days=days):
            return Skip(due.deal_id, reason, due.contact_id, quarantine_ends_at(asked_at, days))
    return None
