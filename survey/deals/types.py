"""How a deal ended, what the buyer could do instead, and what an import says of both."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Outcome(StrEnum):
    WON = "won"
    LOST = "lost"
    NO_DECISION = "no_decision"
    OPEN = "open"


class AlternativeKind(StrEnum):
    COMPETITOR = "competitor"
    CURRENT_SUPPLIER = "current_supplier"
    IN_HOUSE = "in_house"
    NOTHING = "nothing"


class Standing(StrEnum):
    """How far an alternative got; a later one includes the earlier."""

    CONSIDERED = "considered"
    CLOSEST = "closest"
    CHOSEN = "chosen"


class Source(StrEnum):
    """Who says so."""

    CRM = "crm"
    BUYER = "buyer"
    PERSON = "person"


class DealFacts(NamedTuple):
    """What a row says about the deal itself, named and ordered as the table's columns."""

    external_id: str
    name: str
    outcome: Outcome
    amount_minor: int | None
    currency: str | None
    opened_on: date | None
    closed_on: date | None
    decided_on: date | None
    product: str
    region: str
    segment: str
    country: str | None
    deal_type: str
    lead_source: str
    stage: str
    crm_reason: str


class SellerFacts(NamedTuple):
    """Who sold, as a row says."""

    email: str
    name: str
    team: str


class ContactFacts(NamedTuple):
    """A person at the account, as a row says."""

    email: str
    name: str
    role: str
    may_ask: bool | None
    locale: str | None
    last_active_on: date | None


class DealRow(NamedTuple):
    """One row of an import, read and found sound."""

    line: int
    digest: str
    """SHA-256 of the row as written, and of how it was read."""
    account: str
    facts: DealFacts
    alternatives: tuple[str, ...]
    seller: SellerFacts | None
    contact: ContactFacts | None


class Problem(NamedTuple):
    """Why a row, or one cell of it, did not go in."""

    file: str
    line: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        cell = f", {self.column} “{self.value}”" if self.column else ""
        return f"{self.file}, line {self.line}{cell}: {self.reason}."


class DealSort(StrEnum):
    """How a list of deals may be ordered; each ends in the newest first."""

    CLOSED = "closed"
    AMOUNT = "amount"
    ACCOUNT = "account"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class DealSearch:
    """Which deals somebody looks for; what is empty or None does not count."""

    words: str = ""
    """Anything of the name, the account, the CRM's id or a contact's address."""
    outcome: Outcome | None = None
    product: str = ""
    region: str = ""
    seller_id: int | None = None
    closed_from: date | None = None
    closed_to: date | None = None
    sort: DealSort = DealSort.CLOSED
    is_reversed: bool = False

    @property
    def is_narrowed(self) -> bool:
        """Whether it leaves deals out."""
        told = (self.words, self.outcome, self.product, self.region, self.closed_from)
        return any(told) or self.closed_to is not None or self.seller_id is not None
