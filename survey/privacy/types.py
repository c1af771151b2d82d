"""The words of privacy: who is meant, what was erased, what the ledger says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from survey.mail.types import SuppressionReason


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever an address reaches, by the rows that speak of them."""

    address: str
    contacts: Sequence[int] = ()
    names: Sequence[str] = ()
    """How they are called and written, to find them in what others wrote."""
    deals: Sequence[int] = ()
    invitations: Sequence[int] = ()
    responses: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure met, in numbers."""

    contacts: int
    mails: int
    answers: int
    codings: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger says last of one mailbox."""

    digest: str
    """`mail.rules.address_digest` of it."""
    reason: SuppressionReason | None
    """Why it is never to be mailed; None: it was lifted."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What the ledger says of all."""

    entries: dict[str, Entry]
    """By digest."""
    to_seal_anew: frozenset[str] = frozenset()
    """Digests that only an earlier secret opens."""
    unreadable: int = 0
    """Lines that no secret of ours opens."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the list and the ledger learned of each other."""

    taken_in: int = 0
    written: int = 0
    erased: int = 0
    unreadable: int = 0
