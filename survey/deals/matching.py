"""Comparing a batch of imported rows with what stands in the database. Reads only."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.deals.models import Account, Alternative, Competitor, Contact, Deal, DealContact
from survey.deals.rules import NamedAlternative, alternatives_of, is_decider, name_key
from survey.deals.types import ContactFacts, DealFacts, DealRow, SellerFacts, Source
from survey.kit.bulk import among
from survey.mail.queries import erased_digests
from survey.mail.rules import address_digest
from survey.team.models import User

_FACTS = tuple(getattr(Deal, name) for name in DealFacts._fields)
_FIELD_OF_COLUMN = {
    "name": "deal_name",
    "amount_minor": "amount",
    "external_id": "deal_id",
}
_CONFLICT_BITS = 32
_Linked = dict[str, tuple[DealContact, Contact]]
"""A deal's contacts by address."""


@dataclass(frozen=True, slots=True)
class Group:
    """All rows of one deal in a batch: they agree about the deal and may differ in the contact."""

    digest: str
    account: str
    facts: DealFacts
    alternatives: tuple[NamedAlternative, ...]
    seller: SellerFacts | None
    contacts: tuple[ContactFacts, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A deal that stands already and differs in the named fields (empty: in its digest only)."""

    deal_id: int
    was: DealFacts
    group: Group
    fields: tuple[str, ...]


class Conflict(NamedTuple):
    """A row that contradicts an earlier row of the same file about the same deal."""

    row: DealRow
    earlier_line: int


@dataclass(frozen=True, slots=True)
class Match:
    """What a batch means for the database."""

    added: list[Group] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    more_contacts: list[Group] = field(default_factory=list)
    """Deals of an earlier batch of the same file, with further contacts."""
    conflicts: list[Conflict] = field(default_factory=list)
    erased: int = 0
    """Rows whose contact was erased and stays so: their deals stand without them."""


@dataclass(slots=True)
class SeenDeals:
    """Which deals a file spoke of so far: two numbers per deal, so that long files fit."""

    _told: dict[int, int] = field(default_factory=dict)

    def earlier_line(self, row: DealRow) -> int | None:
        """The line that spoke of this deal before; None: this is the first."""
        told = self._told.get(hash(row.facts.external_id))
        return None if told is None else told >> _CONFLICT_BITS

    def agrees(self, row: DealRow) -> bool:
        """Whether the row says of the deal what the earlier one said."""
        return self._told[hash(row.facts.external_id)] & _MASK == _print_of(row)

    def remember(self, row: DealRow) -> None:
        self._told[hash(row.facts.external_id)] = row.line << _CONFLICT_BITS | _print_of(row)


_MASK = (1 << _CONFLICT_BITS) - 1


def _print_of(row: DealRow) -> int:
    return hash((row.account, row.facts, row.alternatives, row.seller)) & _MASK


def match_deals(
    session: Session, rows: Sequence[DealRow], *, present: frozenset[str], seen: SeenDeals
) -> Match:
    """Tell new, changed and unchanged deals apart. `present`: the fields the file speaks of."""
    rows, erased = _without_erased(session, rows)
    first, later, conflicts = _sorted_out(rows, seen)
    groups = [_group(rows_of_deal) for rows_of_deal in first.values()]
    standing = _digests(session, first)
    match = Match(more_contacts=[_group(more) for more in later.values()], conflicts=conflicts)
    match.added.extend(g for g in groups if g.facts.external_id not in standing)
    touched = {
        standing[g.facts.external_id][0]: g
        for g in groups
        if g.facts.external_id in standing and standing[g.facts.external_id][1] != g.digest
    }
    match.changed.extend(_changes(session, touched, present))
    unchanged = len(groups) - len(match.added) - len(match.changed)
    return replace(match, unchanged=unchanged, erased=erased)


def _without_erased(session: Session, rows: Sequence[DealRow]) -> tuple[list[DealRow], int]:
    """The rows without those contacts who asked to be forgotten, and how many those are."""
    erased = erased_digests(session)
    if not erased:
        return list(rows), 0
    kept = [
        row._replace(contact=None)
        if row.contact and address_digest(row.contact.email) in erased
        else row
        for row in rows
    ]
    return kept, sum(after is not before for after, before in zip(kept, rows, strict=True))


def _sorted_out(
    rows: Sequence[DealRow], seen: SeenDeals
) -> tuple[dict[str, list[DealRow]], dict[str, list[DealRow]], list[Conflict]]:
    first: dict[str, list[DealRow]] = {}
    later: dict[str, list[DealRow]] = defaultdict(list)
    conflicts = []
    for row in rows:
        key = row.facts.external_id
        earlier = seen.earlier_line(row)
        if earlier is None:
            seen.remember(row)
            first[key] = [row]
        elif not seen.agrees(row):
            conflicts.append(Conflict(row, earlier))
        else:
            (first[key] if key in first else later[key]).append(row)
    return first, later, conflicts


def _group(rows: Sequence[DealRow]) -> Group:
    row = rows[0]
    contacts = {r.contact.email: r.contact for r in rows if r.contact}
    digest = row.digest if len(rows) == 1 else _digest_of(r.digest for r in rows)
    return Group(
        digest=digest,
        account=row.account,
        facts=row.facts,
        alternatives=alternatives_of(row.alternatives, row.facts.outcome),
        seller=row.seller,
        contacts=tuple(contacts.values()),
    )


def _digest_of(digests: Iterable[str]) -> str:
    return sha256("".join(digests).encode()).hexdigest()


def _digests(session: Session, ids: Iterable[str]) -> dict[str, tuple[int, str]]:
    query = select(Deal.external_id, Deal.id, Deal.row_digest).where(among(Deal.external_id, ids))
    return {row[0]: (row[1], row[2]) for row in session.execute(query)}


def _changes(session: Session, touched: dict[int, Group], present: frozenset[str]) -> list[Change]:
    if not touched:
        return []
    alternatives = alternatives_told_by_crm(session, touched)
    contacts = _contacts(session, touched)
    query = (
        select(Deal.id, Account.name_key, User.email, *_FACTS)
        .join(Deal.account)
        .outerjoin(Deal.seller)
        .where(Deal.id.in_(touched))
        .order_by(Deal.id)
    )
    changes = []
    for deal_id, account_key, seller_email, *columns in session.execute(query):
        group = touched[deal_id]
        was = DealFacts(*columns)
        fields = {
            name
            for name, before, after in zip(DealFacts._fields, was, group.facts, strict=True)
            if before != after and _FIELD_OF_COLUMN.get(name, name) in present
        }
        if account_key != name_key(group.account):
            fields.add("account")
        if "seller_email" in present and seller_email != (group.seller and group.seller.email):
            fields.add("seller")
        if "competitor" in present and _keys(alternatives[deal_id]) != _keys(group.alternatives):
            fields.add("alternatives")
        if "contact_email" in present and _differ(contacts[deal_id], group.contacts):
            fields.add("contacts")
        changes.append(Change(deal_id, was, group, tuple(sorted(fields))))
    return changes


def alternatives_told_by_crm(
    session: Session, deal_ids: Iterable[int]
) -> dict[int, list[NamedAlternative]]:
    """What earlier imports said of the alternatives of these deals."""
    query = (
        select(Alternative.deal_id, Alternative.kind, Alternative.standing, Competitor)
        .outerjoin(Alternative.competitor)
        .where(Alternative.deal_id.in_(deal_ids), Alternative.source == Source.CRM)
        .order_by(Alternative.id)
    )
    told: dict[int, list[NamedAlternative]] = defaultdict(list)
    for deal_id, kind, standing, competitor in session.execute(query):
        key, name = (competitor.name_key, competitor.name) if competitor else ("", "")
        told[deal_id].append(NamedAlternative(kind, key, name, standing))
    return told


def _contacts(session: Session, deal_ids: Iterable[int]) -> dict[int, _Linked]:
    query = (
        select(DealContact, Contact)
        .join(DealContact.contact)
        .where(DealContact.deal_id.in_(deal_ids))
        .order_by(DealContact.deal_id, DealContact.contact_id)
    )
    found: dict[int, _Linked] = defaultdict(dict)
    for link, contact in session.execute(query):
        found[link.deal_id][contact.email] = (link, contact)
    return found


def _keys(named: Iterable[NamedAlternative]) -> set[tuple[str, str, str]]:
    return {(one.kind, one.name_key, one.standing) for one in named}


def _differ(standing: _Linked, told: Sequence[ContactFacts]) -> bool:
    addresses = {facts.email for facts in told}
    kept = {
        email
        for email, (link, contact) in standing.items()
        if link.is_chosen_to_ask or contact.is_erased
    }
    if standing.keys() - kept != addresses - kept:
        return True
    return any(
        _differs(link, contact, facts)
        for facts in told
        if facts.email in standing
        for link, contact in [standing[facts.email]]
    )


def _differs(link: DealContact, contact: Contact, facts: ContactFacts) -> bool:
    return (
        facts.role not in {"", link.role}
        or is_decider(facts.role or link.role) != link.is_decider
        or differs_from(contact, facts)
    )


def differs_from(contact: Contact, facts: ContactFacts) -> bool:
    """Whether a row tells something new about a person; an empty cell tells nothing."""
    return any(
        told not in (None, "") and told != getattr(contact, name)
        for name, told in (
            ("name", facts.name),
            ("may_ask", facts.may_ask),
            ("locale", facts.locale),
            ("last_active_on", facts.last_active_on),
        )
    )
