"""Why nobody was asked about a deal, in the campaigns' own words."""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from survey.deals.models import Deal
from survey.insights.queries.coverage import reached
from survey.insights.queries.voices import closed_in, deal_conditions
from survey.insights.types import Scope, Step
from survey.invitations import facts
from survey.invitations.models import Invitation
from survey.invitations.queries.campaigns import campaigns
from survey.invitations.rules.asking import decide
from survey.invitations.types import CampaignFacts, DealFacts, SkipReason
from survey.invitations.verdicts import Due, Skip

_NEAREST_LAST = {reason: place for place, reason in enumerate(SkipReason)}


def skipped(session: Session, scope: Scope) -> dict[int, str]:
    """Deals of the window (by number) that nobody was or will be asked about, and why not.

    Empty where there is no campaign: then nobody has decided anything. None of them counts as
    invited, however an answer of theirs came.
    """
    company = facts.company_facts(session)
    asking = [facts.campaign_facts(each, company) for each in campaigns(session)]
    if not asking:
        return {}
    was_asked = (
        select(Invitation.id)
        .where(Invitation.deal_id == Deal.id, facts.HAS_ASKED)
        .correlate(Deal)
        .exists()
    )
    unasked = facts.deal_facts(
        session,
        and_(
            *closed_in(scope.filter.window),
            *deal_conditions(scope.filter),
            ~was_asked,
            ~reached(scope, Step.INVITED),
        ),
    )
    found = {}
    for deal in unasked:
        reason = _why_not(deal, asking, scope.cut_at)
        if reason:
            found[deal.id] = reason.sentence
    return found


def _why_not(deal: DealFacts, asking: list[CampaignFacts], now: datetime) -> SkipReason | None:
    """The reason of the campaign that came nearest to asking; None where one still will."""
    verdicts = [_verdict(deal, campaign, now) for campaign in asking]
    reasons = [verdict.reason for verdict in verdicts if isinstance(verdict, Skip)]
    if len(reasons) < len(verdicts):
        return None
    return max(reasons, key=_NEAREST_LAST.__getitem__)


def _verdict(deal: DealFacts, campaign: CampaignFacts, now: datetime) -> Due | Skip:
    """What the campaign says; of a deal now too old, what it would have said in time.

    Half a year on every deal is “too old”, which would hide that it had no contact.
    """
    verdict = decide(deal, campaign, now)
    delay = campaign.delay_days.get(deal.outcome)
    if isinstance(verdict, Due) or verdict.reason is not SkipReason.TOO_OLD:
        return verdict
    if delay is None or deal.closed_on is None:
        return verdict
    in_time = datetime.combine(deal.closed_on + timedelta(days=delay), time(), UTC)
    earlier = decide(deal, campaign, min(in_time, now))
    return earlier if isinstance(earlier, Skip) else verdict
