"""Why nobody was asked about a deal, in the campaigns' own words.

What the one plan of all campaigns says, which their pages and `survey invite --dry-run` show too.
Only of a deal that is too old by now the funnel says more: what stood in its way in time.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.deals.models import Deal
from survey.insights.queries.coverage import reached
from survey.insights.queries.voices import closed_in, deal_conditions
from survey.insights.types import Scope, Step
from survey.invitations.facts.asked import HAS_ASKED
from survey.invitations.facts.company import campaign_facts
from survey.invitations.facts.deals import (
    Moments,
    asked_moments,
    facts_of_deals,
    persons_and_accounts,
)
from survey.invitations.models import Invitation
from survey.invitations.queries.plans import plan_unasked
from survey.invitations.rules.asking import decide
from survey.invitations.rules.planning import quarantined, verdicts
from survey.invitations.types import CampaignFacts, DealFacts, Past, SkipReason
from survey.invitations.verdicts import Due, Skip
from survey.team.models import User

_NEAREST_LAST = {reason: place for place, reason in enumerate(SkipReason)}


def skipped(session: Session, scope: Scope, reader: User | None = None) -> dict[int, str]:
    """Deals of the window (by number) that nobody was or will be asked about, and why not.

    Empty where there is no campaign: then nobody has decided anything. None of them counts as
    invited, however an answer of theirs came.
    """
    planned = plan_unasked(session, scope.cut_at)
    if not planned:
        return {}
    said = {number: each for number, (_, each) in verdicts([p for _, p in planned]).items()}
    unasked = _unasked(session, scope, reader)
    asking = list(campaign_facts(session, [campaign for campaign, _ in planned]).values())
    too_old = _in_time(session, [n for n in unasked if _is_too_old(said.get(n))], asking, scope)
    reasons = {}
    for number in unasked:
        verdict = said.get(number)
        if number in too_old:
            reasons[number] = too_old[number].sentence
        elif isinstance(verdict, Skip):
            reasons[number] = verdict.reason.sentence
    return reasons


def _unasked(session: Session, scope: Scope, reader: User | None) -> list[int]:
    was_asked = (
        select(Invitation.id)
        .where(Invitation.deal_id == Deal.id, HAS_ASKED)
        .correlate(Deal)
        .exists()
    )
    asked = (
        select(Deal.id)
        .where(
            *closed_in(scope.filter.window),
            *deal_conditions(scope.filter, reader),
            ~was_asked,
            ~reached(scope, Step.INVITED, reader),
        )
        .order_by(Deal.id)
    )
    return list(session.scalars(asked))


def _is_too_old(verdict: Due | Skip | None) -> bool:
    """Whether the plan has nothing else to say of a deal, or left it out for its age."""
    return verdict is None or (isinstance(verdict, Skip) and verdict.reason is SkipReason.TOO_OLD)


def _in_time(
    session: Session, numbers: Collection[int], asking: Sequence[CampaignFacts], scope: Scope
) -> dict[int, SkipReason]:
    """What stood in the way of these deals while they could be asked about, else their age.

    Half a year on every deal is “too old”, which would hide that it had no contact. Whether a
    campaign was paused at that time is not known, so none counts as paused.
    """
    deals = facts_of_deals(session, numbers)
    if not deals:
        return {}
    persons, accounts = asked_moments(session, *persons_and_accounts(deals))
    return {
        deal.id: max(
            (_reason(deal, campaign, persons, accounts, scope.cut_at) for campaign in asking),
            key=_NEAREST_LAST.__getitem__,
        )
        for deal in deals
    }


def _reason(
    deal: DealFacts,
    campaign: CampaignFacts,
    persons: Moments,
    accounts: Moments,
    now: datetime,
) -> SkipReason:
    verdict = decide(deal, campaign, now)
    if isinstance(verdict, Skip) and verdict.reason is not SkipReason.TOO_OLD:
        return verdict.reason
    delay = campaign.delay_days.get(deal.outcome)
    if delay is None or deal.closed_on is None:
        return SkipReason.TOO_OLD
    in_time = datetime.combine(deal.closed_on + timedelta(days=delay), time(), UTC)
    earlier = decide(deal, campaign, min(in_time, now))
    if isinstance(earlier, Due):
        at = earlier.send_at
        past = Past(
            _nearest(persons, earlier.contact_id, at), _nearest(accounts, earlier.account_id, at)
        )
        earlier = quarantined(earlier, campaign, past) or earlier
    return earlier.reason if isinstance(earlier, Skip) else SkipReason.TOO_OLD


def _nearest(moments: Moments, number: int, at: datetime) -> dict[int, datetime]:
    """When that person or account was asked, nearest to a moment."""
    known = moments.get(number)
    return {number: min(known, key=lambda moment: abs(moment - at))} if known else {}
