"""Reading what a decision about asking rests on: a fixed number of questions to the database,
however many deals there are.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from survey.company.models import Company, CountryRule
from survey.deals.models import Account, Contact, Deal, DealContact
from survey.deals.rules import is_primary
from survey.deals.types import Outcome
from survey.invitations.models import Campaign, Hold, Invitation, Notice, Reminder
from survey.invitations.types import (
    AskedFacts,
    CampaignFacts,
    CampaignState,
    ContactFacts,
    DealFacts,
    Past,
    SkipReason,
)
from survey.invitations.verdicts import Due
from survey.kit.bulk import among
from survey.mail.queries import suppressions_among
from survey.mail.types import SuppressionReason

_BARRED_BY = {
    SuppressionReason.OPTED_OUT: SkipReason.OPTED_OUT,
    SuppressionReason.COMPLAINED: SkipReason.OPTED_OUT,
    SuppressionReason.BOUNCED: SkipReason.ADDRESS_BOUNCED,
    SuppressionReason.REFUSED: SkipReason.ADDRESS_BOUNCED,
    SuppressionReason.ADDED_BY_PERSON: SkipReason.SUPPRESSED,
    SuppressionReason.ERASED: SkipReason.SUPPRESSED,
}

# Made once: an alias copies every column, which took longer than asking the database.
_SIBLING = aliased(Deal)

HAS_ASKED = or_(Invitation.cancelled_at.is_(None), Invitation.sent_at.is_not(None))
"""True of an invitation that was sent or still will be; a cancelled one may be made anew."""

STANDS = and_(HAS_ASKED, Invitation.passed_on_at.is_(None))
"""True of an invitation that answers for its deal and account: not once its buyer named a colleague
whom we agreed to ask instead.
"""


def was_asked() -> ColumnElement[bool]:
    """True of a deal that an invitation stands for."""
    return (
        select(Invitation.id).where(Invitation.deal_id == Deal.id, STANDS).correlate(Deal).exists()
    )


def closed_before(day: date) -> ColumnElement[bool]:
    """True of a deal that closed before that day, or never."""
    return or_(Deal.closed_on < day, Deal.closed_on.is_(None))


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """What the company says about asking, whichever the campaign."""

    zone: ZoneInfo
    may_ask_in: Mapping[str, bool]
    asks_unknown_countries: bool


def company_facts(session: Session) -> CompanyFacts:
    """The company's zone (UTC before it is founded) and its rules for countries."""
    company = session.get(Company, 1)
    rules = select(CountryRule.country, CountryRule.may_ask).order_by(CountryRule.country)
    return CompanyFacts(
        zone=company.zone if company else ZoneInfo("UTC"),
        may_ask_in=dict(iter(session.execute(rules))),
        asks_unknown_countries=bool(company and company.asks_unknown_countries),
    )


def campaign_facts(campaign: Campaign, company: CompanyFacts) -> CampaignFacts:
    return CampaignFacts(
        public_id=campaign.public_id,
        is_running=campaign.state is CampaignState.RUNNING,
        delay_days=campaign.delay_days,
        stop_after_days=campaign.stop_after_days,
        notice_days=campaign.notice_days,
        sample_percent=campaign.sample_percent,
        person_quarantine_days=campaign.person_quarantine_days,
        account_quarantine_days=campaign.account_quarantine_days,
        zone=company.zone,
        amount_from_minor=campaign.amount_from_minor,
        amount_to_minor=campaign.amount_to_minor,
        amount_currency=campaign.amount_currency,
        regions=frozenset(campaign.regions),
        products=frozenset(campaign.products),
        may_ask_in=company.may_ask_in,
        asks_unknown_countries=company.asks_unknown_countries,
        reminders=campaign.reminders,
        reminder_days=campaign.reminder_days,
        reminder_gap_days=campaign.reminder_gap_days,
    )


def past(session: Session, where: ColumnElement[bool] | None = None) -> Past:
    """When each person and each account was last asked; of the deals that fulfil a condition on
    `Deal`, where one is given.
    """
    asked_at = func.max(func.coalesce(Invitation.sent_at, Invitation.invited_at))
    by_person = (
        select(Invitation.contact_id, asked_at).where(HAS_ASKED).group_by(Invitation.contact_id)
    )
    by_account = (
        select(Deal.account_id, asked_at)
        .join(Deal, Deal.id == Invitation.deal_id)
        .where(STANDS)
        .group_by(Deal.account_id)
    )
    if where is not None:
        of_deals = select(Deal.id).where(where)
        persons = select(DealContact.contact_id).where(DealContact.deal_id.in_(of_deals))
        accounts = select(Deal.account_id).where(where).correlate(None)
        by_person = by_person.where(Invitation.contact_id.in_(persons))
        by_account = by_account.where(Deal.account_id.in_(accounts))
    return Past(_moments(session, by_person), _moments(session, by_account))


def deal_facts(session: Session, where: ColumnElement[bool]) -> list[DealFacts]:
    """The facts of the deals that fulfil a condition on `Deal`, ordered by number."""
    scope = select(Deal.id).where(where)
    contacts = _contacts(session, scope)
    asked = set(session.scalars(_asked_about(scope)))
    open_at, bought_on = _siblings(session, where)
    rows = session.execute(
        select(
            Deal.id,
            Deal.public_id,
            Deal.account_id,
            Deal.outcome,
            Deal.closed_on,
            Deal.amount_minor,
            Deal.currency,
            Deal.region,
            Deal.product,
            func.coalesce(Deal.country, Account.country).label("country"),
            Deal.seller_id.is_not(None).label("has_seller"),
            Notice.noticed_at,
            Hold.id.is_not(None).label("is_held"),
        )
        .join(Account, Account.id == Deal.account_id)
        .outerjoin(Notice, Notice.deal_id == Deal.id)
        .outerjoin(Hold, Hold.deal_id == Deal.id)
        .where(where)
        .order_by(Deal.id)
    )
    return [
        DealFacts(
            *row,
            was_asked=row.id in asked,
            has_open_sibling=row.account_id in open_at,
            account_bought_on=bought_on.get(row.account_id),
            contacts=contacts.get(row.id, ()),
        )
        for row in rows
    ]


def deals_without_notice(session: Session) -> list[tuple[int, int]]:
    """Deals with a seller who could not yet see that the buyer will be asked, and that seller."""
    asked = (
        select(Deal.id, Deal.seller_id)
        .outerjoin(Notice, Notice.deal_id == Deal.id)
        .where(Notice.id.is_(None), Deal.seller_id.is_not(None), Deal.closed_on.is_not(None))
        .order_by(Deal.id)
    )
    return [(deal_id, seller_id) for deal_id, seller_id in session.execute(asked) if seller_id]


def taken_back(session: Session, due: Sequence[Due]) -> dict[tuple[int, int], Invitation]:
    """The invitations of these that were made once and taken back, by deal and contact."""
    about = among(Invitation.deal_id, [each.deal_id for each in due])
    earlier = session.scalars(select(Invitation).where(about).order_by(Invitation.id))
    return {(each.deal_id, each.contact_id): each for each in earlier}


def asked_facts(
    session: Session, where: ColumnElement[bool], answered: Select[int]
) -> list[AskedFacts]:
    """The facts of the invitations that fulfil a condition on `Invitation`, the earliest first.

    `answered` are the numbers of all invitations that were answered: a higher floor knows them.
    """
    rows = session.execute(
        select(
            Invitation.id,
            Invitation.campaign_id,
            Invitation.contact_id,
            Contact.email,
            Invitation.deal_id,
            Invitation.asked_as,
            Invitation.sent_at,
            Invitation.closes_at,
            Invitation.id.in_(answered).label("is_answered"),
            Invitation.declined_at.is_not(None).label("is_declined"),
            Invitation.cancelled_at.is_not(None).label("is_taken_back"),
            Invitation.reminders_at_most,
        )
        .join(Contact, Contact.id == Invitation.contact_id)
        .where(where)
        .order_by(Invitation.sent_at, Invitation.id)
    ).all()
    # By number: whom the condition holds for may have changed by now, as mails leave.
    about = among(Deal.id, sorted({row.deal_id for row in rows}))
    deals = {deal.id: deal for deal in deal_facts(session, about)}
    reminded_at = _reminded_at(session, [row.id for row in rows])
    return [_asked(row, deals[row.deal_id], reminded_at.get(row.id, ())) for row in rows]


def _asked(row: Any, deal: DealFacts, reminded_at: tuple[datetime | None, ...]) -> AskedFacts:
    return AskedFacts(
        invitation_id=row.id,
        campaign_id=row.campaign_id,
        contact_id=row.contact_id,
        address=row.email,
        deal=deal,
        asked_as=row.asked_as,
        sent_at=row.sent_at,
        closes_at=row.closes_at,
        is_answered=bool(row.is_answered),
        is_declined=bool(row.is_declined),
        is_taken_back=bool(row.is_taken_back),
        reminders_at_most=row.reminders_at_most,
        reminded_at=reminded_at,
    )


def may_be_reminded(now: datetime, answered: Select[int]) -> ColumnElement[bool]:
    """True of the invitations that a reminder may still follow, by what they say of themselves."""
    spent = select(Reminder.id).where(
        Reminder.invitation_id == Invitation.id,
        Reminder.cancelled_at.is_(None),
        Reminder.number >= Invitation.reminders_at_most,
    )
    return and_(
        Invitation.sent_at.is_not(None),
        Invitation.cancelled_at.is_(None),
        Invitation.declined_at.is_(None),
        Invitation.closes_at > now,
        Invitation.reminders_at_most > 0,
        Invitation.id.not_in(answered),
        ~spent.exists(),
    )


def _reminded_at(
    session: Session, numbers: Collection[int]
) -> dict[int, tuple[datetime | None, ...]]:
    asked = (
        select(Reminder.invitation_id, Reminder.sent_at)
        .where(among(Reminder.invitation_id, numbers), Reminder.cancelled_at.is_(None))
        .order_by(Reminder.invitation_id, Reminder.number)
    )
    found: dict[int, tuple[datetime | None, ...]] = defaultdict(tuple)
    for number, sent_at in session.execute(asked):
        found[number] += (sent_at,)
    return found


def _moments(session: Session, asked: Select[int, datetime]) -> dict[int, datetime]:
    return dict(iter(session.execute(asked)))


def counts_of_old(session: Session, day: date) -> list[tuple[Outcome, bool, int]]:
    """How many deals closed before that day or never, by outcome and by whether somebody was asked.

    Together with `deal_facts` of those that closed later they are all deals.
    """
    is_asked = Deal.id.in_(select(Invitation.deal_id).where(STANDS))
    asked = (
        select(Deal.outcome, is_asked, func.count())
        .where(closed_before(day))
        .group_by(Deal.outcome, is_asked)
    )
    return [(outcome, bool(was), count) for outcome, was, count in session.execute(asked)]


def _asked_about(scope: Select[int]) -> Select[int]:
    return select(Invitation.deal_id).where(STANDS, Invitation.deal_id.in_(scope)).distinct()


def _siblings(session: Session, where: ColumnElement[bool]) -> tuple[set[int], dict[int, date]]:
    """Accounts of the deals in scope that have an open deal, and when each last bought.

    Outcomes are told apart in the sums, not in a condition, which would lead SQLite to read
    every won deal instead of the few of an account.
    """
    asked = (
        select(
            _SIBLING.account_id,
            func.max(case((_SIBLING.outcome == Outcome.OPEN, 1))),
            func.max(case((_SIBLING.outcome == Outcome.WON, _SIBLING.closed_on))),
        )
        .where(_SIBLING.account_id.in_(select(Deal.account_id).where(where)))
        .group_by(_SIBLING.account_id)
    )
    found = session.execute(asked).all()
    return (
        {account for account, is_open, _ in found if is_open},
        {account: bought_on for account, _, bought_on in found if bought_on},
    )


def _contacts(session: Session, scope: Select[int]) -> dict[int, tuple[ContactFacts, ...]]:
    """The contacts of each deal in scope, by the deal's number."""
    rows = session.execute(
        select(
            DealContact.deal_id,
            Contact.id,
            Contact.email,
            DealContact.is_chosen_to_ask,
            DealContact.is_decider,
            DealContact.role,
            Contact.last_active_on,
            Contact.may_ask,
        )
        .join(Contact, Contact.id == DealContact.contact_id)
        .where(DealContact.deal_id.in_(scope))
        .order_by(DealContact.deal_id, Contact.id)
    ).all()
    barred = suppressions_among(session, {row.email for row in rows})
    accounts = _accounts_of(session, scope)
    found: dict[int, tuple[ContactFacts, ...]] = defaultdict(tuple)
    for row in rows:
        suppression = barred.get(row.email)
        contact = ContactFacts(
            id=row.id,
            address=row.email,
            is_chosen=row.is_chosen_to_ask,
            is_decider=row.is_decider,
            is_primary=is_primary(row.role),
            last_active_on=row.last_active_on,
            may_ask=row.may_ask,
            barred_by=_BARRED_BY[suppression] if suppression else None,
            accounts=accounts[row.id],
        )
        found[row.deal_id] += (contact,)
    return found


def _accounts_of(session: Session, scope: Select[int]) -> dict[int, int]:
    """With how many accounts each contact in scope has deals."""
    in_scope = select(DealContact.contact_id).where(DealContact.deal_id.in_(scope))
    asked = (
        select(DealContact.contact_id, func.count(func.distinct(Deal.account_id)))
        .join(Deal, Deal.id == DealContact.deal_id)
        .where(DealContact.contact_id.in_(in_scope))
        .group_by(DealContact.contact_id)
    )
    return dict(iter(session.execute(asked)))
