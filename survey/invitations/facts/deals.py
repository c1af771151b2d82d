"""Reading what a decision about asking rests on of deals, their people and their accounts.

Some thousand deals take the same few questions as one. Each is built once, and asks by numbers: to
build it took longer than to run it, and PostgreSQL reads a whole table for a condition inside a
condition where it believes the table to be empty, as it does while the first are asked.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from survey.deals.models import Account, Contact, Deal, DealContact
from survey.deals.rules import is_primary
from survey.deals.types import Outcome
from survey.invitations.facts.asked import HAS_ASKED, STANDS
from survey.invitations.models import Hold, Invitation, Notice
from survey.invitations.types import ContactFacts, DealFacts, Past, SkipReason
from survey.kit.bulk import among_given, pieces
from survey.mail.queries import suppressions_among
from survey.mail.types import SuppressionReason

Moments = Mapping[int, Sequence[datetime]]
"""When each was asked, by number."""

_BARRED_BY = {
    SuppressionReason.OPTED_OUT: SkipReason.OPTED_OUT,
    SuppressionReason.COMPLAINED: SkipReason.OPTED_OUT,
    SuppressionReason.BOUNCED: SkipReason.ADDRESS_BOUNCED,
    SuppressionReason.REFUSED: SkipReason.ADDRESS_BOUNCED,
    SuppressionReason.ADDED_BY_PERSON: SkipReason.SUPPRESSED,
    SuppressionReason.ERASED: SkipReason.SUPPRESSED,
}
_DEALS = (
    select(
        *(Deal.id, Deal.public_id, Deal.account_id, Deal.outcome, Deal.closed_on),
        *(Deal.amount_minor, Deal.currency, Deal.region, Deal.product),
        func.coalesce(Deal.country, Account.country).label("country"),
        Deal.seller_id.is_not(None).label("has_seller"),
        Notice.noticed_at,
        Hold.id.is_not(None).label("is_held"),
    )
    .join(Account, Account.id == Deal.account_id)
    .outerjoin(Notice, Notice.deal_id == Deal.id)
    .outerjoin(Hold, Hold.deal_id == Deal.id)
    .order_by(Deal.id)
)
_NUMBERED = _DEALS.where(among_given(Deal.id, "deals"))
_ASKED_ABOUT = (
    select(Invitation.deal_id).where(STANDS, among_given(Invitation.deal_id, "deals")).distinct()
)
_SIBLINGS = (
    # Outcomes are told apart in the sums, not in a condition, which would lead SQLite to read
    # every won deal instead of the few of an account.
    select(
        Deal.account_id,
        func.max(case((Deal.outcome == Outcome.OPEN, 1))).label("is_open"),
        func.max(case((Deal.outcome == Outcome.WON, Deal.closed_on))).label("bought_on"),
    )
    .where(among_given(Deal.account_id, "accounts"))
    .group_by(Deal.account_id)
)
_CONTACTS = (
    select(
        *(DealContact.deal_id, Contact.id, Contact.email, DealContact.is_chosen_to_ask),
        *(DealContact.is_decider, DealContact.role, Contact.last_active_on, Contact.may_ask),
    )
    .join(Contact, Contact.id == DealContact.contact_id)
    .where(among_given(DealContact.deal_id, "deals"))
    .order_by(DealContact.deal_id, Contact.id)
)
_ADDRESSES = select(Contact.id, Contact.email).where(among_given(Contact.id, "contacts"))
_ACCOUNTS_OF = (
    select(DealContact.contact_id, func.count(func.distinct(Deal.account_id)))
    .join(Deal, Deal.id == DealContact.deal_id)
    .where(among_given(DealContact.contact_id, "contacts"))
    .group_by(DealContact.contact_id)
)
_ASKED_AT = func.coalesce(Invitation.sent_at, Invitation.invited_at)
_PERSONS_ASKED = select(Invitation.contact_id, _ASKED_AT).where(
    HAS_ASKED, among_given(Invitation.contact_id, "persons")
)
_OF_ACCOUNTS = select(Deal.id, Deal.account_id).where(among_given(Deal.account_id, "accounts"))
_ASKED = select(Invitation.deal_id, _ASKED_AT).where(
    STANDS, among_given(Invitation.deal_id, "deals")
)


def closed_before(day: date) -> ColumnElement[bool]:
    """True of a deal that closed before that day, or never."""
    return or_(Deal.closed_on < day, Deal.closed_on.is_(None))


def deal_facts(session: Session, where: ColumnElement[bool]) -> list[DealFacts]:
    """The facts of the deals that fulfil a condition on `Deal`, ordered by number."""
    rows = session.execute(_DEALS.where(where)).all()
    return [fact for some in pieces(rows) for fact in _with_all(session, some)]


def facts_of_deals(session: Session, numbers: Iterable[int]) -> list[DealFacts]:
    """`deal_facts` of these, as many as there still are."""
    return [
        fact
        for some in pieces(sorted(set(numbers)))
        for fact in _with_all(session, session.execute(_NUMBERED, {"deals": some}).all())
    ]


def past(session: Session, deals: Sequence[DealFacts]) -> Past:
    """When the persons and the accounts of these deals were last asked, about whichever deal."""
    return last_asked(session, *persons_and_accounts(deals))


def last_asked(session: Session, persons: Iterable[int], accounts: Iterable[int]) -> Past:
    """When each of these was last asked, about whichever deal."""
    of_persons, of_accounts = asked_moments(session, persons, accounts)
    return Past(
        {number: moments[-1] for number, moments in of_persons.items()},
        {number: moments[-1] for number, moments in of_accounts.items()},
    )


def asked_moments(
    session: Session, persons: Iterable[int], accounts: Iterable[int]
) -> tuple[Moments, Moments]:
    """Every time these persons, and these accounts, were asked about whichever deal; by number, the
    earliest first.
    """
    of_persons: list[tuple[int, datetime]] = []
    of_accounts: list[tuple[int, datetime]] = []
    for some in pieces(sorted(persons)):
        of_persons.extend(session.execute(_PERSONS_ASKED, {"persons": some}))
    for some in pieces(sorted(accounts)):
        of_accounts += _accounts_asked(session, some)
    return _gathered(of_persons), _gathered(of_accounts)


def persons_and_accounts(deals: Sequence[DealFacts]) -> tuple[set[int], set[int]]:
    """The numbers of all who have a part in these deals."""
    accounts = {deal.account_id for deal in deals}
    return {contact.id for deal in deals for contact in deal.contacts}, accounts


def asked_about(session: Session, deals: Iterable[int]) -> set[int]:
    """Those of these deals that an invitation stands for."""
    return set(session.scalars(_ASKED_ABOUT, {"deals": deals}))


def addresses_of(session: Session, contacts: Iterable[int]) -> dict[int, str]:
    """The address of each of these contacts, by number."""
    return dict(iter(session.execute(_ADDRESSES, {"contacts": contacts})))


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


def _accounts_asked(session: Session, accounts: Iterable[int]) -> list[tuple[int, datetime]]:
    """In two questions: PostgreSQL keeps the plan of a join from when few had been asked."""
    account_of = dict(iter(session.execute(_OF_ACCOUNTS, {"accounts": accounts})))
    asked = session.execute(_ASKED, {"deals": account_of.keys()})
    return [(account_of[deal_id], asked_at) for deal_id, asked_at in asked]


def _gathered(told: Iterable[tuple[int, datetime]]) -> Moments:
    found: defaultdict[int, list[datetime]] = defaultdict(list)
    for number, asked_at in sorted(told):
        found[number].append(asked_at)
    return found


def _with_all(session: Session, rows: Sequence[Any]) -> list[DealFacts]:
    deals = [row.id for row in rows]
    asked = asked_about(session, deals)
    siblings = _siblings(session, {row.account_id for row in rows})
    contacts = _contacts(session, deals)
    return [
        DealFacts(*(*row, row.id in asked, *siblings[row.account_id], contacts[row.id]))
        for row in rows
    ]


def _siblings(session: Session, accounts: Iterable[int]) -> dict[int, tuple[bool, date | None]]:
    """Whether each account has an open deal, and when it last bought, by its number."""
    found = session.execute(_SIBLINGS, {"accounts": accounts})
    told = {number: (bool(is_open), bought_on) for number, is_open, bought_on in found}
    return defaultdict(lambda: (False, None), told)


def _contacts(session: Session, deals: Sequence[int]) -> dict[int, tuple[ContactFacts, ...]]:
    """The contacts of each of the deals, by the deal's number."""
    rows = session.execute(_CONTACTS, {"deals": deals}).all()
    barred = suppressions_among(session, {row.email for row in rows})
    asked = session.execute(_ACCOUNTS_OF, {"contacts": {row.id for row in rows}})
    accounts = dict(iter(asked))
    found: dict[int, tuple[ContactFacts, ...]] = defaultdict(tuple)
    for deal, number, address, is_chosen, is_decider, role, active_on, may_ask in rows:
        suppression = barred.get(address)
        contact = ContactFacts(
            id=number,
            address=address,
            is_chosen=is_chosen,
            is_decider=is_decider,
            is_primary=is_primary(role),
            last_active_on=active_on,
            may_ask=may_ask,
            barred_by=_BARRED_BY[suppression] if suppression else None,
            accounts=accounts.get(number, 1),
        )
        found[deal] += (contact,)
    return found
