"""Who will be asked when, and who not and why, for all campaigns together."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, select, true
from sqlalchemy.orm import Session

from survey.deals.models import Account, Contact, Deal
from survey.deals.types import Outcome
from survey.invitations.facts.asked import was_asked
from survey.invitations.facts.company import campaign_facts
from survey.invitations.facts.deals import (
    addresses_of,
    asked_about,
    closed_before,
    counts_of_old,
    deal_facts,
    facts_of_deals,
    last_asked,
    past,
)
from survey.invitations.models import Campaign, Invitation
from survey.invitations.queries.asked import ToAsk
from survey.invitations.queries.campaigns import campaigns
from survey.invitations.rules import asking, planning
from survey.invitations.types import SkipReason
from survey.invitations.verdicts import (
    Ahead,
    DealNames,
    Due,
    Plan,
    PlanRow,
    ReminderDue,
    Skip,
    Wait,
)
from survey.kit.bulk import pieces
from survey.team.models import User


def plan_all(
    session: Session, now: datetime, *, is_whole: bool = False
) -> list[tuple[Campaign, Plan]]:
    """For every campaign: who will be asked when, and who was skipped and why.

    What an earlier campaign asks, a later one respects. Costs the same number of queries however
    many deals there are. Deals too old for every campaign are counted only, unless the plan is to
    be whole.
    """
    every = campaigns(session)
    terms = list(campaign_facts(session, every).values())
    since = None if is_whole else planning.oldest_day(terms, now)
    where = true() if since is None else Deal.closed_on >= since
    deals = deal_facts(session, where)
    plans = planning.plan_campaigns(deals, terms, past(session, deals), now)
    old = [] if since is None else counts_of_old(session, since)
    return [
        (campaign, planning.with_old(plan, old, term))
        for campaign, plan, term in zip(every, plans, terms, strict=True)
    ]


def plan_unasked(session: Session, now: datetime) -> list[tuple[Campaign, Plan]]:
    """`plan_all` without the deals that somebody was asked about: what it says of the others is the
    same, and it costs little where most were asked.
    """
    every = campaigns(session)
    terms = list(campaign_facts(session, every).values())
    where = and_(Deal.closed_on >= planning.oldest_day(terms, now), ~was_asked())
    deals = deal_facts(session, where)
    plans = planning.plan_campaigns(deals, terms, past(session, deals), now)
    return list(zip(every, plans, strict=True))


def still_ready(session: Session, campaign: Campaign, planned: Sequence[Due]) -> list[Due]:
    """Those whom a plan found due and whom nobody asked since, at the address they had.

    All else that may have changed since is asked anew when their mail is claimed (`at_claim`).
    """
    asked = asked_about(session, [due.deal_id for due in planned])
    addresses = addresses_of(session, [due.contact_id for due in planned])
    persons, accounts = {due.contact_id for due in planned}, {due.account_id for due in planned}
    meanwhile = last_asked(session, persons, accounts)
    terms = campaign_facts(session, [campaign])[campaign.id]
    return [
        due
        for due in planned
        if due.deal_id not in asked
        and addresses.get(due.contact_id) == due.to_address
        and planning.quarantined(due, terms, meanwhile) is None
    ]


def plan(session: Session, campaign: Campaign, now: datetime) -> Plan:
    """The campaign's part of `plan_all`."""
    return next(plan for each, plan in plan_all(session, now) if each.id == campaign.id)


def skips_of(
    session: Session,
    campaign: Campaign,
    plan: Plan,
    reason: SkipReason,
    now: datetime,
    *,
    start: int,
    count: int,
) -> list[Skip]:
    """Some of the deals that the plan skips for one reason, from place `start` on: those it looked
    at one by one, then the older ones it only counted, the latest close first.
    """
    looked_at = plan.skips_for(reason)
    found = looked_at[start : start + count]
    if len(found) == count or not plan.older.get(reason):
        return found
    terms = list(campaign_facts(session, campaigns(session)).values())
    asked = (
        select(Deal.id)
        .where(
            closed_before(planning.oldest_day(terms, now)),
            _counted_under(reason, list(campaign.delay_days)),
        )
        .order_by(Deal.closed_on.desc().nulls_last(), Deal.id.desc())
        .offset(max(start - len(looked_at), 0))
        .limit(count - len(found))
    )
    return [*found, *(Skip(number, reason) for number in session.scalars(asked))]


def _counted_under(reason: SkipReason, asks: Sequence[Outcome]) -> ColumnElement[bool]:
    """The condition on an old `Deal` under which `planning.with_old` counts it for that reason."""
    is_open = Deal.outcome == Outcome.OPEN
    match reason:
        case SkipReason.NOT_CLOSED:
            return is_open
        case SkipReason.OUTCOME_NOT_ASKED:
            return ~is_open & Deal.outcome.not_in(asks)
        case SkipReason.ALREADY_ASKED:
            return Deal.outcome.in_(asks) & was_asked()
        case _:
            return Deal.outcome.in_(asks) & ~was_asked()


def at_claim(
    session: Session, addressed: Sequence[tuple[Invitation | ToAsk, str]], *, now: datetime
) -> dict[int, SkipReason | Wait]:
    """Why an invitation's mail to that address must not leave any more, or until when it has to
    wait, by the invitation's number; as many queries for hundreds as for one.

    Asked just before it leaves. Whether the buyer has answered is known on a higher floor.
    """
    numbers = {invitation.deal_id for invitation, _ in addressed}
    deals = {deal.id: deal for deal in facts_of_deals(session, numbers)}
    terms = campaign_facts(session, {invitation.campaign for invitation, _ in addressed})
    verdicts = {
        invitation.id: SkipReason(invitation.cancel_reason)
        if invitation.cancelled_at is not None
        else asking.at_claim(
            deals[invitation.deal_id],
            invitation.contact_id,
            address,
            invitation.asked_as,
            terms[invitation.campaign.id],
            now,
        )
        for invitation, address in addressed
    }
    return {number: verdict for number, verdict in verdicts.items() if verdict is not None}


def rows(session: Session, verdicts: Sequence[Due | ReminderDue | Skip]) -> list[PlanRow]:
    """These verdicts with the names people know the deals and contacts by, in the same order."""
    deals = names_of_deals(session, [verdict.deal_id for verdict in verdicts])
    contacts = names_of_contacts(session, [each.contact_id for each in verdicts if each.contact_id])
    return [
        PlanRow(deals[each.deal_id], each, contacts.get(each.contact_id or 0, ""))
        for each in verdicts
    ]


def names_of_deals(session: Session, deal_ids: Sequence[int]) -> dict[int, DealNames]:
    """How to call these deals, by number."""
    asked = select(
        Deal.id,
        Deal.public_id,
        Deal.external_id,
        Deal.name,
        Account.name,
        Deal.outcome,
        Deal.closed_on,
        Deal.seller_id,
    ).join(Account, Account.id == Deal.account_id)
    return {
        row[0]: DealNames(*row[1:])
        for some in pieces(deal_ids)
        for row in session.execute(asked.where(Deal.id.in_(some)))
    }


def names_of_contacts(session: Session, contact_ids: Sequence[int]) -> dict[int, str]:
    """How to call these contacts, by number: the name, or the address where there is none."""
    asked = select(Contact.id, Contact.name, Contact.email)
    return {
        number: name or email
        for some in pieces(contact_ids)
        for number, name, email in session.execute(asked.where(Contact.id.in_(some)))
    }


def ahead(session: Session, now: datetime, *, seller: User | None) -> Ahead:
    """Who will be asked, and where a person has to choose whom (about that seller's deals)."""
    plans = [plan for _, plan in plan_all(session, now)]
    due = sorted((due for plan in plans for due in plan.due), key=_when)
    closest = [verdict for _, verdict in planning.verdicts(plans).values()]
    undecided = [each for each in closest if _is_undecided(each)]
    found = [
        row
        for row in rows(session, [*due, *undecided])
        if seller is None or row.deal.seller_id == seller.id
    ]
    return Ahead(
        due=tuple(row for row in found if not _is_undecided(row.verdict)),
        undecided=tuple(sorted((row for row in found if _is_undecided(row.verdict)), key=_closed)),
    )


def _is_undecided(verdict: Due | ReminderDue | Skip) -> bool:
    return isinstance(verdict, Skip) and verdict.reason is SkipReason.CONTACT_UNDECIDED


def _closed(row: PlanRow) -> tuple[date, int]:
    return row.deal.closed_on or date.min, row.verdict.deal_id


def verdict_on(session: Session, deal: Deal, now: datetime) -> PlanRow | None:
    """Whether and when somebody is asked about this deal, or why not; None without a campaign."""
    plans = [plan for _, plan in plan_all(session, now)]
    verdict = planning.verdicts(plans).get(deal.id)
    if verdict is None:
        verdict = planning.verdicts(_alone(session, deal, now)).get(deal.id)
    return rows(session, [verdict[1]])[0] if verdict else None


def _alone(session: Session, deal: Deal, now: datetime) -> list[Plan]:
    """Each campaign's word on a deal that is too old to stand in its plan."""
    terms = list(campaign_facts(session, campaigns(session)).values())
    found = facts_of_deals(session, [deal.id])
    return planning.plan_campaigns(found, terms, past(session, found), now)


def _when(due: Due) -> tuple[datetime, int]:
    return due.send_at, due.deal_id
