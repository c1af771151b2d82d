"""Salesforce exports, recognised by their own headers and joined into one table of deals.

Opportunity is needed; Account, Contact, User and OpportunityContactRole are joined to it where
they are given. Salesforce writes booleans as 1 and empty, and marks deleted rows instead of
leaving them out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from survey.deals.mapping import Mapping
from survey.kit.errors import SurveyError
from survey.kit.tables import Row, Table

_SIGNS = {
    "OpportunityContactRole": {"Id", "OpportunityId", "ContactId", "Role"},
    "Opportunity": {"Id", "Name", "StageName", "CloseDate", "IsClosed", "IsWon"},
    "Contact": {"Id", "LastName", "Email", "AccountId"},
    "User": {"Id", "Username", "Email", "IsActive"},
    "Account": {"Id", "Name", "BillingCountry"},
}
"""Headers that tell an export, the surest first."""

_JOINED = (
    "Outcome", "Account.Name", "Account.Country", "Account.Industry", "Owner.Email", "Owner.Name",
    "Contact.Email", "Contact.Name", "Contact.Role", "Contact.MayAsk", "Contact.LastActivity",
)  # fmt: skip
_KNOWN = {
    "deal_id": "Id",
    "deal_name": "Name",
    "account": "Account.Name",
    "outcome": "Outcome",
    "amount": "Amount",
    "currency": "CurrencyIsoCode",
    "closed_on": "CloseDate",
    "opened_on": "CreatedDate",
    "competitor": "MainCompetitors__c",
    "segment": "Account.Industry",
    "country": "Account.Country",
    "deal_type": "Type",
    "lead_source": "LeadSource",
    "stage": "StageName",
    "seller_email": "Owner.Email",
    "seller_name": "Owner.Name",
    "crm_reason": "Loss_Reason__c",
    "contact_email": "Contact.Email",
    "contact_name": "Contact.Name",
    "contact_role": "Contact.Role",
    "contact_active_on": "Contact.LastActivity",
    "may_ask": "Contact.MayAsk",
}

_YES = {"1", "true"}

Record = dict[str, str]


class ExportNotComplete(SurveyError):
    """Salesforce files were given without the one that holds the deals, or one of them twice."""


@dataclass(frozen=True, slots=True)
class SalesforceExport:
    """A recognised set of exports, read as one table."""

    deals: Table
    _accounts: dict[str, Record] = field(default_factory=dict)
    _users: dict[str, Record] = field(default_factory=dict)
    _contacts: dict[str, Record] = field(default_factory=dict)
    _roles: dict[str, list[Record]] = field(default_factory=dict)
    _people: dict[str, list[Record]] = field(default_factory=dict)
    shared_addresses: tuple[str, ...] = ()
    """Addresses of several contacts: whose they are cannot be known, so they are left out."""

    @property
    def header(self) -> tuple[str, ...]:
        return (*self.deals.header, *_JOINED)

    def mapping(self, told: Mapping) -> Mapping:
        """What the headers mean; what a person told comes first."""
        standing = set(self.header)
        return told.over(Mapping({name: c for name, c in _KNOWN.items() if c in standing}))

    def rows(self) -> Iterator[Row]:
        """The deals, each once per contact. Deleted ones are left out."""
        width = len(self.deals.header)
        for row in self.deals.rows():
            if len(row.cells) < width or any(row.cells[width:]):
                yield Row(row.line, row.cells[: width - 1])  # too narrow: the reader tells it
                continue
            deal = dict(zip(self.deals.header, row.cells[:width], strict=True))
            if deal.get("IsDeleted") == "1":
                continue
            common = self._common(deal)
            for contact, role in self._asked(deal) or [({}, "")]:
                yield Row(row.line, [*row.cells[:width], *common, *_contact_cells(contact, role)])

    def _common(self, deal: Record) -> list[str]:
        account_id = deal.get("AccountId", "")
        account = self._accounts.get(account_id, {})
        owner = self._users.get(deal.get("OwnerId", ""), {})
        return [
            _outcome(deal),
            account.get("Name") or account_id,
            account.get("BillingCountry", ""),
            account.get("Industry", ""),
            owner.get("Email", ""),
            owner.get("Name")
            or f"{owner.get('FirstName', '')} {owner.get('LastName', '')}".strip(),
        ]

    def _asked(self, deal: Record) -> list[tuple[Record, str]]:
        # A role says who took part; without any, everybody at the account is a candidate.
        if roles := self._roles.get(deal["Id"]):
            named = [(self._contacts.get(r["ContactId"], {}), r.get("Role", "")) for r in roles]
        elif contact := self._contacts.get(deal.get("ContactId", "")):
            named = [(contact, "")]
        else:
            named = [(contact, "") for contact in self._people.get(deal.get("AccountId", ""), [])]
        return [(contact, role) for contact, role in named if self._has_address(contact)]

    def _has_address(self, contact: Record) -> bool:
        address = contact.get("Email", "").lower()
        return address != "" and address not in self.shared_addresses


def _contact_cells(contact: Record, role: str) -> list[str]:
    return [
        contact.get("Email", ""),
        _name_of(contact),
        role,
        "no" if contact.get("HasOptedOutOfEmail") in _YES else "",
        contact.get("LastActivityDate", ""),
    ]


def recognise(tables: Sequence[Table]) -> SalesforceExport | None:
    """The export set that these files are; None: they are something else.

    Raises `ExportNotComplete`.
    """
    kinds = [_kind_of(table) for table in tables]
    if not any(kinds):
        return None
    by_kind = {kind: table for kind, table in zip(kinds, tables, strict=True) if kind}
    if len(by_kind) < len(tables):
        raise ExportNotComplete(
            "A Salesforce export is imported by itself, with each of its files once: Opportunity,"
            " Account, Contact, User, OpportunityContactRole."
        )
    if "Opportunity" not in by_kind:
        names = ", ".join(by_kind)
        raise ExportNotComplete(f"The Salesforce files hold {names}; add the export Opportunity.")
    contacts = _records(by_kind.get("Contact"))
    return SalesforceExport(
        deals=by_kind["Opportunity"],
        _accounts=_records(by_kind.get("Account")),
        _users=_records(by_kind.get("User")),
        _contacts=contacts,
        _roles=_grouped(_records(by_kind.get("OpportunityContactRole")), "OpportunityId"),
        _people=_grouped(contacts, "AccountId"),
        shared_addresses=_shared(contacts),
    )


def _kind_of(table: Table) -> str | None:
    headers = set(table.header)
    return next((kind for kind, signs in _SIGNS.items() if signs <= headers), None)


def _outcome(deal: Record) -> str:
    if deal.get("IsClosed") not in _YES:
        return "open"
    return "won" if deal.get("IsWon") in _YES else "lost"


def _name_of(person: Record) -> str:
    parts = (person.get("FirstName", ""), person.get("LastName", ""))
    return person.get("Name") or " ".join(filter(None, parts))


def _records(table: Table | None) -> dict[str, Record]:
    if table is None:
        return {}
    rows = (dict(zip(table.header, row.cells, strict=False)) for row in table.rows())
    return {row["Id"]: row for row in rows if row.get("IsDeleted") != "1"}


def _grouped(records: dict[str, Record], column: str) -> dict[str, list[Record]]:
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in records.values():
        groups[record.get(column, "")].append(record)
    groups.pop("", None)
    return dict(groups)


def _shared(contacts: dict[str, Record]) -> tuple[str, ...]:
    people = {(c.get("Email", "").lower(), _name_of(c)) for c in contacts.values()}
    counts = Counter(address for address, _ in people if address)
    return tuple(sorted(address for address, count in counts.items() if count > 1))
