"""What is done with deals: taking them in from a CRM's export, and what buyers say of rivals."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session, joinedload

from survey.audit.actions import record, record_many
from survey.audit.types import Actor, Subject
from survey.deals.matching import Change, Conflict, Group, SeenDeals, differs_from, match_deals
from survey.deals.models import Account, Alternative, Competitor, Contact, Deal, DealContact
from survey.deals.rules import NamedAlternative, is_decider, name_key
from survey.deals.types import (
    AlternativeKind,
    ContactFacts,
    DealFacts,
    DealRow,
    Source,
    Standing,
)
from survey.kit.bulk import among, insert_rows, new_row_ids
from survey.kit.ids import new_public_ids
from survey.team.actions import seller_for


@dataclass(slots=True)
class Intake:
    """What one run of an import remembers from batch to batch."""

    present: frozenset[str]
    """The fields that the file speaks of; others keep what they were."""
    seen: SeenDeals = field(default_factory=SeenDeals)
    sellers: dict[str, int] = field(default_factory=dict)
    refused_to_be_asked: set[str] = field(default_factory=set)
    """Addresses of which a row said no: no other row of the run may say yes."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a batch did, in deals; and the rows that contradict earlier ones."""

    added: int
    changed: int
    unchanged: int
    conflicts: Sequence[Conflict]
    erased: int = 0
    """Rows that named somebody who was erased, and stays so."""


def import_deals(
    session: Session, rows: Sequence[DealRow], *, intake: Intake, actor: Actor, now: datetime
) -> Imported:
    """Take in a batch of rows: new deals are added, changed ones follow, others are left alone.

    Doing it twice does nothing the second time. A deal's own history keeps what changed.
    """
    refused = {row.contact.email for row in rows if row.contact and row.contact.may_ask is False}
    intake.refused_to_be_asked |= refused
    match = match_deals(session, rows, present=intake.present, seen=intake.seen)
    _take_in_new(session, match.added, intake, now=now)
    changed = [change for change in match.changed if change.fields]
    _follow_changes(session, match.changed, intake, now=now)
    record_many(session, actor, "deal_changed", [_told(change) for change in changed], now=now)
    _add_contacts(session, match.more_contacts, intake, now=now)
    _refuse(session, refused)
    return Imported(
        added=len(match.added),
        changed=len(changed),
        unchanged=match.unchanged + len(match.changed) - len(changed),
        conflicts=match.conflicts,
        erased=match.erased,
    )


def record_import(session: Session, *, counts: dict[str, int], actor: Actor, now: datetime) -> None:
    """Write into the audit trail that a file came in, and with how many deals."""
    record(session, actor, "deals_imported", Subject(Deal.__tablename__), now=now, **counts)


_DEAL_COLUMNS = (
    "id", "public_id", "account_id", "seller_id", "row_digest", "created_at", "changed_at",
    *DealFacts._fields,
)  # fmt: skip


def _take_in_new(
    session: Session, groups: Sequence[Group], intake: Intake, *, now: datetime
) -> None:
    if not groups:
        return
    accounts = _account_ids(session, groups, now=now)
    sellers = _seller_ids(session, groups, intake, now=now)
    deal_ids = new_row_ids(session, Deal, len(groups))
    deals = [
        (
            deal_id, public_id, accounts[name_key(group.account)],
            sellers[group.seller.email] if group.seller else None,
            group.digest, now, now, *group.facts,
        )
        for deal_id, public_id, group in zip(
            deal_ids, new_public_ids(len(groups)), groups, strict=True
        )
    ]  # fmt: skip
    insert_rows(session, Deal, _DEAL_COLUMNS, deals)
    owned = list(zip(deal_ids, groups, strict=True))
    _add_alternatives(session, [(deal_id, group.alternatives) for deal_id, group in owned])
    contacts = _contact_ids(session, groups, accounts, intake, now=now)
    _link_contacts(
        session,
        [(deal_id, contacts[c.email], c) for deal_id, group in owned for c in group.contacts],
    )


def _follow_changes(
    session: Session, changes: Sequence[Change], intake: Intake, *, now: datetime
) -> None:
    if not changes:
        return
    groups = [change.group for change in changes]
    accounts = _account_ids(session, groups, now=now)
    sellers = _seller_ids(session, groups, intake, now=now)
    contacts = _contact_ids(session, groups, accounts, intake, now=now)
    updates: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for change in changes:
        columns = _columns_of(change, accounts, sellers, now=now)
        updates[tuple(columns)].append(columns)
    for rows in updates.values():
        session.execute(update(Deal), rows)
    _replace_alternatives(session, [c for c in changes if "alternatives" in c.fields])
    _replace_contacts(session, [c for c in changes if "contacts" in c.fields], contacts)


def _columns_of(
    change: Change, accounts: dict[str, int], sellers: dict[str, int], *, now: datetime
) -> dict[str, Any]:
    group = change.group
    columns: dict[str, Any] = {"id": change.deal_id, "row_digest": group.digest}
    if change.fields:
        columns["changed_at"] = now
    for name in change.fields:
        if name in DealFacts._fields:
            columns[name] = getattr(group.facts, name)
    if "account" in change.fields:
        columns["account_id"] = accounts[name_key(group.account)]
    if "seller" in change.fields:
        columns["seller_id"] = sellers[group.seller.email] if group.seller else None
    return columns


def _told(change: Change) -> tuple[Subject, dict[str, Any]]:
    details: dict[str, Any] = {"fields": list(change.fields)}
    if "outcome" in change.fields:
        details["outcome_from"] = change.was.outcome.value
        details["outcome_to"] = change.group.facts.outcome.value
    return Subject(Deal.__tablename__, change.deal_id), details


def _add_contacts(
    session: Session, groups: Sequence[Group], intake: Intake, *, now: datetime
) -> None:
    if not groups:
        return
    told = [group.facts.external_id for group in groups]
    found = session.execute(
        select(Deal.external_id, Deal.id, Deal.account_id).where(Deal.external_id.in_(told))
    )
    deals = {row[0]: (row[1], row[2]) for row in found}
    accounts = {name_key(group.account): deals[group.facts.external_id][1] for group in groups}
    contacts = _contact_ids(session, groups, accounts, intake, now=now)
    wanted = {
        (deals[group.facts.external_id][0], contacts[c.email]): c
        for group in groups
        for c in group.contacts
    }
    standing = session.execute(
        select(DealContact.deal_id, DealContact.contact_id).where(
            DealContact.deal_id.in_([deal_id for deal_id, _ in wanted])
        )
    )
    for row in standing:
        wanted.pop((row[0], row[1]), None)
    _link_contacts(session, [(*pair, facts) for pair, facts in wanted.items()])


def _account_ids(session: Session, groups: Sequence[Group], *, now: datetime) -> dict[str, int]:
    names = {name_key(group.account): group for group in groups}
    found = session.execute(
        select(Account.name_key, Account.id).where(among(Account.name_key, names))
    )
    ids = {row[0]: row[1] for row in found}
    missing = [key for key in names if key not in ids]
    fresh = new_row_ids(session, Account, len(missing)) if missing else []
    rows = [
        (number, public_id, names[key].account, key, names[key].facts.country, now)
        for number, public_id, key in zip(fresh, new_public_ids(len(missing)), missing, strict=True)
    ]
    columns = ("id", "public_id", "name", "name_key", "country", "created_at")
    insert_rows(session, Account, columns, rows)
    return ids | dict(zip(missing, fresh, strict=True))


def _seller_ids(
    session: Session, groups: Sequence[Group], intake: Intake, *, now: datetime
) -> dict[str, int]:
    for group in groups:
        seller = group.seller
        if seller and seller.email not in intake.sellers:
            user = seller_for(
                session, seller.email, name=seller.name, team_name=seller.team, now=now
            )
            intake.sellers[seller.email] = user.id
    return intake.sellers


def _contact_ids(
    session: Session,
    groups: Sequence[Group],
    accounts: dict[str, int],
    intake: Intake,
    *,
    now: datetime,
) -> dict[str, int]:
    told: dict[str, tuple[ContactFacts, int]] = {}
    for group in groups:
        for facts in group.contacts:
            told[facts.email] = (facts, accounts[name_key(group.account)])
    if not told:
        return {}
    refused = intake.refused_to_be_asked
    for email, (facts, account_id) in told.items():
        if email in refused:
            told[email] = (facts._replace(may_ask=False), account_id)
    standing = {
        contact.email: contact
        for contact in session.scalars(select(Contact).where(among(Contact.email, told)))
    }
    for email, contact in standing.items():
        _learn(contact, told[email][0])
    session.flush()
    ids = {email: contact.id for email, contact in standing.items()}
    return ids | _new_contacts(session, {e: t for e, t in told.items() if e not in ids}, now=now)


def _refuse(session: Session, emails: Collection[str]) -> None:
    """Let nobody be asked of whom a row said no, even where it changed no deal: a row of a batch
    before may have said yes.
    """
    if emails:
        may_be_asked = Contact.may_ask.is_not(False)
        refused = update(Contact).where(among(Contact.email, emails), may_be_asked)
        session.execute(refused.values(may_ask=False))


def _learn(contact: Contact, facts: ContactFacts) -> None:
    if not differs_from(contact, facts):
        return
    contact.name = facts.name or contact.name
    contact.locale = facts.locale or contact.locale
    contact.may_ask = contact.may_ask if facts.may_ask is None else facts.may_ask
    contact.last_active_on = facts.last_active_on or contact.last_active_on


def _new_contacts(
    session: Session, told: dict[str, tuple[ContactFacts, int]], *, now: datetime
) -> dict[str, int]:
    if not told:
        return {}
    fresh = new_row_ids(session, Contact, len(told))
    rows = [
        (
            number, public_id, account_id, facts.email, facts.name, facts.locale, facts.may_ask,
            facts.last_active_on, now,
        )
        for number, public_id, (facts, account_id) in zip(
            fresh, new_public_ids(len(told)), told.values(), strict=True
        )
    ]  # fmt: skip
    columns = (
        "id", "public_id", "account_id", "email", "name", "locale", "may_ask", "last_active_on",
        "created_at",
    )  # fmt: skip
    insert_rows(session, Contact, columns, rows)
    return dict(zip(told, fresh, strict=True))


def _link_contacts(session: Session, links: Iterable[tuple[int, int, ContactFacts]]) -> None:
    rows = [
        (deal_id, contact_id, facts.role, is_decider(facts.role), False)
        for deal_id, contact_id, facts in links
    ]
    columns = ("deal_id", "contact_id", "role", "is_decider", "is_chosen_to_ask")
    insert_rows(session, DealContact, columns, rows)


def _replace_contacts(
    session: Session, changes: Sequence[Change], contacts: dict[str, int]
) -> None:
    for change in changes:
        told = {contacts[facts.email]: facts for facts in change.group.contacts}
        links = session.scalars(
            select(DealContact)
            .where(DealContact.deal_id == change.deal_id)
            .options(joinedload(DealContact.contact))
        ).all()
        for link in links:
            facts = told.pop(link.contact_id, None)
            if facts is not None:
                link.role = facts.role or link.role
                link.is_decider = is_decider(link.role)
            elif not (link.is_chosen_to_ask or link.contact.is_erased):
                session.delete(link)
        session.flush()
        _link_contacts(session, [(change.deal_id, number, facts) for number, facts in told.items()])


def _replace_alternatives(session: Session, changes: Sequence[Change]) -> None:
    if not changes:
        return
    session.execute(
        delete(Alternative).where(
            Alternative.deal_id.in_([change.deal_id for change in changes]),
            Alternative.source == Source.CRM,
        )
    )
    _add_alternatives(session, [(c.deal_id, c.group.alternatives) for c in changes])


def _add_alternatives(
    session: Session, told: Sequence[tuple[int, Sequence[NamedAlternative]]]
) -> None:
    names = {one.name_key: one.name for _, named in told for one in named if one.name_key}
    competitors = _competitor_ids(session, names)
    rows = [
        (deal_id, one.kind, competitors.get(one.name_key), one.standing, Source.CRM)
        for deal_id, named in told
        for one in named
    ]
    columns = ("deal_id", "kind", "competitor_id", "standing", "source")
    insert_rows(session, Alternative, columns, rows)


def keep_buyers_alternatives(
    session: Session, deal_id: int, told: Iterable[NamedAlternative]
) -> None:
    """Make the deal's alternatives of source buyer say what its buyers say now. Safe to repeat.

    A supplier is known by exactly its name, but for letter case and spaces. One we do not know
    stays without a name: free text must not fill our list of competitors. What the CRM says is
    left as it is.
    """
    told = list(told)
    query = select(Competitor.name_key, Competitor.id)
    known = dict(
        iter(session.execute(query.where(Competitor.name_key.in_({t.name_key for t in told}))))
    )
    wanted: dict[tuple[AlternativeKind, int | None], Standing] = {}
    for one in sorted(told, key=lambda each: list(Standing).index(each.standing)):
        wanted[one.kind, known.get(one.name_key)] = one.standing
    standing = session.scalars(
        select(Alternative)
        .where(Alternative.deal_id == deal_id, Alternative.source == Source.BUYER)
        .order_by(Alternative.id)
    )
    for alternative in standing:
        now_said = wanted.pop((alternative.kind, alternative.competitor_id), None)
        if now_said is None:
            session.delete(alternative)
        else:
            alternative.standing = now_said
    session.add_all(
        Alternative(
            deal_id=deal_id,
            kind=kind,
            competitor_id=competitor_id,
            standing=said,
            source=Source.BUYER,
        )
        for (kind, competitor_id), said in wanted.items()
    )
    session.flush()


def _competitor_ids(session: Session, names: dict[str, str]) -> dict[str, int]:
    if not names:
        return {}
    query = select(Competitor.name_key, Competitor.id).where(Competitor.name_key.in_(names))
    ids = {row[0]: row[1] for row in session.execute(query)}
    for key, name in names.items():
        if key not in ids:
            [ids[key]] = session.scalars(
                insert(Competitor).values(name=name, name_key=key).returning(Competitor.id)
            )
    return ids
