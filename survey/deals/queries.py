"""What people ask about deals."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, String, and_, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from survey.deals.models import Account, Alternative, Contact, Deal, DealContact
from survey.deals.types import DealSearch, DealSort, Source
from survey.kit.paging import Key, Page, read_page
from survey.team.models import User

_NEVER = date(1, 1, 1)
_NEWEST_FIRST = Key(func.coalesce(Deal.closed_on, _NEVER), is_descending=True)
_ORDERS: dict[DealSort, tuple[Key, ...]] = {
    DealSort.CLOSED: (_NEWEST_FIRST, Key(Deal.id, is_descending=True)),
    # Currencies are never compared: one after the other, the largest first.
    DealSort.AMOUNT: (
        Key(func.coalesce(Deal.currency, "~")),
        Key(func.coalesce(Deal.amount_minor, 0), is_descending=True),
        Key(Deal.id, is_descending=True),
    ),
    DealSort.ACCOUNT: (Key(Account.name_key), _NEWEST_FIRST, Key(Deal.id, is_descending=True)),
    DealSort.NAME: (Key(func.lower(Deal.name, type_=String)), Key(Deal.id, is_descending=True)),
}


def found_deals(
    session: Session,
    search: DealSearch,
    *,
    among: ColumnElement[bool] | None = None,
    cursor: str | None = None,
    size: int = 50,
) -> Page[Deal]:
    """A page of the deals looked for, with account and seller. Raises `CursorNotUsable`.

    `among` is a condition on `Deal` of what else must be true.
    """
    query = (
        select(Deal)
        .join(Deal.account)
        .where(*_conditions(search), true() if among is None else among)
        .options(joinedload(Deal.account), joinedload(Deal.seller).joinedload(User.team))
    )
    keys = _ORDERS[search.sort]
    if search.is_reversed:
        keys = tuple(Key(key.column, is_descending=not key.is_descending) for key in keys)
    return read_page(session, query, keys, cursor=cursor, size=size)


def count_of_deals(
    session: Session, search: DealSearch, *, among: ColumnElement[bool] | None = None
) -> int:
    """How many deals are looked for in all."""
    query = (
        select(func.count(Deal.id))
        .join(Deal.account)
        .where(*_conditions(search), true() if among is None else among)
    )
    return session.scalar(query) or 0


def deal(session: Session, public_id: str) -> Deal | None:
    """The deal that an address names, with account and seller."""
    return session.scalar(
        select(Deal)
        .where(Deal.public_id == public_id)
        .options(joinedload(Deal.account), joinedload(Deal.seller).joinedload(User.team))
    )


def contacts_of(session: Session, deal: Deal) -> Sequence[DealContact]:
    """Who took part in a deal, deciders first."""
    return session.scalars(
        select(DealContact)
        .join(DealContact.contact)
        .where(DealContact.deal_id == deal.id)
        .options(joinedload(DealContact.contact))
        .order_by(DealContact.is_decider.desc(), Contact.name, DealContact.contact_id)
    ).all()


def alternatives_of(
    session: Session, deal: Deal, *, sources: Collection[Source] = tuple(Source)
) -> Sequence[Alternative]:
    """What the buyer could do instead, as these sources say."""
    return session.scalars(
        select(Alternative)
        .where(Alternative.deal_id == deal.id, Alternative.source.in_(sources))
        .options(joinedload(Alternative.competitor))
        .order_by(Alternative.source, Alternative.id)
    ).all()


def products(session: Session) -> Sequence[str]:
    """Every product that a deal names."""
    return _values(session, select(Deal.product).where(Deal.product != "").distinct())


def regions(session: Session) -> Sequence[str]:
    """Every region that a deal names."""
    return _values(session, select(Deal.region).where(Deal.region != "").distinct())


def sellers(session: Session) -> Sequence[User]:
    """Every user who owns a deal."""
    owning = select(Deal.seller_id).where(Deal.seller_id.is_not(None)).distinct()
    return session.scalars(
        select(User).where(User.id.in_(owning)).order_by(User.name, User.id)
    ).all()


def _values(session: Session, query: Select[str]) -> Sequence[str]:
    return sorted(session.scalars(query), key=str.casefold)


def _conditions(search: DealSearch) -> list[ColumnElement[bool]]:
    conditions = [_mentions(word) for word in search.words.split()]
    if search.outcome is not None:
        conditions.append(Deal.outcome == search.outcome)
    if search.product:
        conditions.append(Deal.product == search.product)
    if search.region:
        conditions.append(Deal.region == search.region)
    if search.seller_id is not None:
        conditions.append(Deal.seller_id == search.seller_id)
    if search.closed_from is not None:
        conditions.append(Deal.closed_on >= search.closed_from)
    if search.closed_to is not None:
        conditions.append(Deal.closed_on <= search.closed_to)
    return conditions


def _mentions(word: str) -> ColumnElement[bool]:
    by_contact = (
        select(DealContact.deal_id)
        .join(DealContact.contact)
        .where(
            and_(
                DealContact.deal_id == Deal.id,
                or_(
                    Contact.email.contains(word.lower(), autoescape=True),
                    Contact.name.icontains(word, autoescape=True),
                ),
            )
        )
        .exists()
    )
    return or_(
        Deal.name.icontains(word, autoescape=True),
        Account.name_key.contains(word.lower(), autoescape=True),
        Deal.external_id.icontains(word, autoescape=True),
        by_contact,
    )
