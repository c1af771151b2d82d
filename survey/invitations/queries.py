"""What people ask about asking."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session, contains_eager, joinedload

from survey.company.models import Company
from survey.deals.models import Account, Contact, Deal, DealContact
from survey.invitations import facts
from survey.invitations.models import Campaign, Hold, Invitation, Link, Notice
from survey.invitations.rules import asking, planning
from survey.invitations.types import (
    CampaignState,
    DealNames,
    Due,
    LinkPurpose,
    Plan,
    PlanRow,
    Skip,
    SkipReason,
    Terms,
)
from survey.kit.tokens import digest
from survey.kit.words import day_in_words, first_name
from survey.team.models import User

_MOST_IN_ONE_QUESTION = 10_000


def find_by_token(
    session: Session, token: str, *, purpose: LinkPurpose, is_shown: bool = True
) -> Invitation | None:
    """The invitation that a token opens; None where it is unknown or opens something else.

    A closed or cancelled invitation is found too, so that the page can say so kindly: ask
    `takes_answers`. Where it is to be shown, campaign, contact and deal come with it.
    """
    shown = (Invitation.campaign, Invitation.contact, Invitation.deal) if is_shown else ()
    return session.scalar(
        select(Invitation)
        .join(Link, Link.invitation_id == Invitation.id)
        .where(Link.token_digest == digest(token), Link.purpose == purpose)
        .options(*(joinedload(part) for part in shown))
    )


def campaigns(session: Session) -> list[Campaign]:
    """All campaigns, the oldest first: the order in which they ask."""
    asked = select(Campaign).options(joinedload(Campaign.questionnaire)).order_by(Campaign.id)
    return list(session.scalars(asked))


def running_campaigns(session: Session) -> list[Campaign]:
    return [each for each in campaigns(session) if each.state is CampaignState.RUNNING]


def campaign(session: Session, public_id: str) -> Campaign | None:
    return session.scalar(select(Campaign).where(Campaign.public_id == public_id))


def name_is_taken(session: Session, name: str, *, besides: Campaign | None) -> bool:
    other = session.scalar(select(Campaign).where(Campaign.name == name))
    return other is not None and other is not besides


def terms_of(campaign: Campaign) -> Terms:
    """What a person decided about the campaign."""
    columns = {name: getattr(campaign, name) for name in Terms.__slots__}
    lists = {"regions": tuple(campaign.regions), "products": tuple(campaign.products)}
    return Terms(**columns | lists)


def lock_campaigns(session: Session) -> None:
    """Let one scheduler plan at a time; SQLite's writers take turns anyway."""
    session.execute(select(Campaign.id).order_by(Campaign.id).with_for_update())


def plan_all(
    session: Session, now: datetime, *, is_whole: bool = False
) -> list[tuple[Campaign, Plan]]:
    """For every campaign: who will be asked when, and who was skipped and why.

    What an earlier campaign asks, a later one respects. Costs the same number of queries however
    many deals there are. Deals too old for every campaign are counted only, unless the plan is to
    be whole.
    """
    every = campaigns(session)
    company = facts.company_facts(session)
    terms = [facts.campaign_facts(each, company) for each in every]
    since = None if is_whole else planning.oldest_day(terms, now)
    where = true() if since is None else Deal.closed_on >= since
    deals, past = facts.deal_facts(session, where), facts.past(session)
    plans = planning.plan_campaigns(deals, terms, past, now)
    old = [] if since is None else facts.counts_of_old(session, since)
    return [
        (campaign, planning.with_old(plan, old, term))
        for campaign, plan, term in zip(every, plans, terms, strict=True)
    ]


def plan(session: Session, campaign: Campaign, now: datetime) -> Plan:
    """The campaign's part of `plan_all`."""
    return next(plan for each, plan in plan_all(session, now) if each.id == campaign.id)


def still_wanted(
    session: Session, invitation: Invitation, *, to_address: str, now: datetime
) -> SkipReason | None:
    """Why the invitation's mail to that address should not leave any more; None when it should.

    Asked just before it leaves. Whether the buyer has answered is known on a higher floor.
    """
    return not_wanted_any_more(session, [(invitation, to_address)], now=now).get(invitation.id)


def not_wanted_any_more(
    session: Session, addressed: Sequence[tuple[Invitation, str]], *, now: datetime
) -> dict[int, SkipReason]:
    """What `still_wanted` says of several invitations and addresses, by the invitation's number;
    as many queries for hundreds as for one.
    """
    company = facts.company_facts(session)
    numbers = sorted({invitation.deal_id for invitation, _ in addressed})
    deals = {deal.id: deal for deal in facts.deal_facts(session, Deal.id.in_(numbers))}
    reasons = {
        invitation.id: SkipReason(invitation.cancel_reason)
        if invitation.cancelled_at is not None
        else asking.claim_reason(
            deals[invitation.deal_id],
            invitation.contact_id,
            address,
            invitation.asked_as,
            facts.campaign_facts(invitation.campaign, company),
            now,
        )
        for invitation, address in addressed
    }
    return {number: reason for number, reason in reasons.items() if reason is not None}


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
        for some in _pieces(deal_ids)
        for row in session.execute(asked.where(Deal.id.in_(some)))
    }


def names_of_contacts(session: Session, contact_ids: Sequence[int]) -> dict[int, str]:
    """How to call these contacts, by number: the name, or the address where there is none."""
    asked = select(Contact.id, Contact.name, Contact.email)
    return {
        number: name or email
        for some in _pieces(contact_ids)
        for number, name, email in session.execute(asked.where(Contact.id.in_(some)))
    }


def to_send(session: Session, invitation_ids: Sequence[int]) -> dict[int, Invitation]:
    """The invitations that are still there, by number, with all that their mails speak of."""
    asked = (
        select(Invitation)
        .where(Invitation.id.in_(invitation_ids))
        .options(
            joinedload(Invitation.campaign),
            joinedload(Invitation.contact),
            joinedload(Invitation.deal).joinedload(Deal.seller),
        )
        .order_by(Invitation.id)
    )
    return {invitation.id: invitation for invitation in session.scalars(asked)}


def rows(session: Session, verdicts: Sequence[Due | Skip]) -> list[PlanRow]:
    """These verdicts with the names people know the deals and contacts by, in the same order."""
    deals = names_of_deals(session, [verdict.deal_id for verdict in verdicts])
    contacts = names_of_contacts(session, [each.contact_id for each in verdicts if each.contact_id])
    return [
        PlanRow(deals[each.deal_id], each, contacts.get(each.contact_id or 0, ""))
        for each in verdicts
    ]


def fields_of(invitation: Invitation, company: Company) -> dict[str, str]:
    """What the questionnaire's words are filled with for this buyer, who knows all of it."""
    campaign = invitation.campaign
    return {
        "company": company.name,
        "first_name": first_name(invitation.contact.name),
        "product": invitation.deal.product or company.name,
        "sender_name": campaign.sender_name,
        "sender_role": campaign.sender_role,
        "phone": campaign.phone,
        "date": day_in_words(invitation.closes_at.astimezone(company.zone).date()),
    }


def asked_by_campaign(session: Session) -> dict[int, int]:
    """How many invitations each campaign has made that left or will leave."""
    asked = (
        select(Invitation.campaign_id, func.count())
        .where(facts.HAS_ASKED)
        .group_by(Invitation.campaign_id)
    )
    return dict(iter(session.execute(asked)))


def parts_in(session: Session, deal: Deal) -> list[DealContact]:
    """The deal's contacts with their part in it, deciders first, then whoever was active last."""
    asked = (
        select(DealContact)
        .join(DealContact.contact)
        .where(DealContact.deal_id == deal.id)
        .options(contains_eager(DealContact.contact))
        .order_by(
            DealContact.is_chosen_to_ask.desc(),
            DealContact.is_decider.desc(),
            Contact.last_active_on.desc().nulls_last(),
            Contact.id,
        )
    )
    return list(session.scalars(asked))


def holds(session: Session, *, seller: User | None) -> list[Hold]:
    """Every hold (of that seller's deals), the newest first, with deal, account and who asked."""
    asked = (
        select(Hold)
        .join(Hold.deal)
        .options(
            contains_eager(Hold.deal).joinedload(Deal.account),
            joinedload(Hold.held_by),
        )
        .order_by(Hold.held_at.desc(), Hold.id)
    )
    return list(session.scalars(asked.where(Deal.seller == seller) if seller else asked))


def upcoming(session: Session, now: datetime, *, seller: User | None) -> list[PlanRow]:
    """Who will be asked (about that seller's deals) by any campaign, the earliest first."""
    due = sorted((due for _, plan in plan_all(session, now) for due in plan.due), key=_when)
    found = rows(session, due)
    return [row for row in found if seller is None or row.deal.seller_id == seller.id]


def verdict_on(session: Session, deal: Deal, now: datetime) -> PlanRow | None:
    """Whether and when somebody is asked about this deal, or why not; None without a campaign."""
    plans = [plan for _, plan in plan_all(session, now)]
    verdict = planning.verdicts(plans).get(deal.id)
    if verdict is None:
        verdict = planning.verdicts(_alone(session, deal, now)).get(deal.id)
    return rows(session, [verdict[1]])[0] if verdict else None


def _alone(session: Session, deal: Deal, now: datetime) -> list[Plan]:
    """Each campaign's word on a deal that is too old to stand in its plan."""
    company = facts.company_facts(session)
    terms = [facts.campaign_facts(each, company) for each in campaigns(session)]
    found = facts.deal_facts(session, Deal.id == deal.id)
    return planning.plan_campaigns(found, terms, facts.past(session), now)


def for_deal(session: Session, deal: Deal) -> list[Invitation]:
    """The deal's invitations, the earliest first."""
    asked = (
        select(Invitation)
        .where(Invitation.deal_id == deal.id)
        .options(joinedload(Invitation.contact), joinedload(Invitation.campaign))
        .order_by(Invitation.invited_at, Invitation.id)
    )
    return list(session.scalars(asked))


def was_mailed(session: Session, deal: Deal) -> bool:
    """Whether a mail about the deal has left."""
    asked = select(Invitation.id).where(
        Invitation.deal_id == deal.id, Invitation.sent_at.is_not(None)
    )
    return session.scalar(asked.limit(1)) is not None


def hold_of(session: Session, deal: Deal) -> Hold | None:
    return session.scalar(
        select(Hold).where(Hold.deal_id == deal.id).options(joinedload(Hold.held_by))
    )


def deals_without_notice(session: Session) -> list[tuple[int, int]]:
    """Deals with a seller who could not yet see that the buyer will be asked, and that seller."""
    asked = (
        select(Deal.id, Deal.seller_id)
        .outerjoin(Notice, Notice.deal_id == Deal.id)
        .where(Notice.id.is_(None), Deal.seller_id.is_not(None), Deal.closed_on.is_not(None))
        .order_by(Deal.id)
    )
    return [(deal_id, seller_id) for deal_id, seller_id in session.execute(asked) if seller_id]


def to_invite(
    session: Session, ready: Sequence[Due]
) -> list[tuple[Due, Deal, Contact, Invitation | None]]:
    """What inviting needs of each: deal, contact, and the invitation of them once taken back."""
    deal_ids = [due.deal_id for due in ready]
    contact_ids = [due.contact_id for due in ready]
    deals = {each.id: each for each in session.scalars(select(Deal).where(Deal.id.in_(deal_ids)))}
    contacts = {
        each.id: each
        for each in session.scalars(select(Contact).where(Contact.id.in_(contact_ids)))
    }
    taken_back = {
        (each.deal_id, each.contact_id): each
        for each in session.scalars(select(Invitation).where(Invitation.deal_id.in_(deal_ids)))
    }
    return [
        (
            due,
            deals[due.deal_id],
            contacts[due.contact_id],
            taken_back.get((due.deal_id, due.contact_id)),
        )
        for due in ready
    ]


def _when(due: Due) -> tuple[datetime, int]:
    return due.send_at, due.deal_id


def _pieces(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    """Few enough at a time for one statement."""
    for start in range(0, len(numbers), _MOST_IN_ONE_QUESTION):
        yield numbers[start : start + _MOST_IN_ONE_QUESTION]
