"""Decisions about deals: pure, values in, value out."""

import re
from functools import lru_cache
from typing import NamedTuple

from survey.deals.types import AlternativeKind, Outcome, Standing

LONGEST_NAME = 300
"""What the columns of a name and of its key hold; PostgreSQL refuses more."""
_ROLES_OF_DECIDERS: dict[str, tuple[str, ...]] = {
    # The roles every Salesforce begins with (OpportunityContactRole.Role), as far as they decide.
    "Salesforce": (
        "decision maker",
        "economic buyer",
        "economic decision maker",
        "executive sponsor",
    ),
    # The values of HubSpot's contact property “Buying role” (hs_buying_role), likewise.
    "HubSpot": ("decision maker", "budget holder", "executive sponsor"),
    "common use": ("decider", "final decision maker", "final approver", "budget owner"),
}
_DECIDERS = frozenset(role for roles in _ROLES_OF_DECIDERS.values() for role in roles)
# Salesforce marks one contact of a deal as primary, HubSpot labels one so; who decided is another
# matter, so a decider goes before.
_PRIMARY = frozenset({"primary", "primary contact", "main contact"})
_NO_COMPETITORS = {
    "current supplier": AlternativeKind.CURRENT_SUPPLIER,
    "incumbent": AlternativeKind.CURRENT_SUPPLIER,
    "status quo": AlternativeKind.CURRENT_SUPPLIER,
    "in-house": AlternativeKind.IN_HOUSE,
    "in house": AlternativeKind.IN_HOUSE,
    "own build": AlternativeKind.IN_HOUSE,
    "nothing": AlternativeKind.NOTHING,
    "do nothing": AlternativeKind.NOTHING,
}
_NOBODY_NAMED = {"none", "n/a", "na", "-", "unknown", "no competitor"}


class NamedAlternative(NamedTuple):
    """An alternative as an import names it; the name is empty unless it is a competitor."""

    kind: AlternativeKind
    name_key: str
    name: str
    standing: Standing


@lru_cache(maxsize=10_000)
def name_key(name: str) -> str:
    """How an account or a competitor is found again: small letters, single spaces.

    No longer than `LONGEST_NAME` where the name is not: only “İ” becomes two signs when it becomes
    small, and loses its dot where there is no room for that.
    """
    key = " ".join(name.lower().split())
    return key if len(key) <= LONGEST_NAME else key.replace("i\u0307", "i")


@lru_cache(maxsize=1000)
def is_decider(role: str) -> bool:
    """Whether the CRM's word for a contact's role says that this person decided."""
    return not _DECIDERS.isdisjoint(_words(role))


@lru_cache(maxsize=1000)
def is_primary(role: str) -> bool:
    """Whether the CRM's word for a contact's role says that we turn to this person first."""
    return not _PRIMARY.isdisjoint(_words(role))


def _words(role: str) -> list[str]:
    """The roles a contact has: CRMs write several into one cell, “Decision Maker;Influencer”."""
    spaced = role.lower().replace("-", " ").replace("_", " ")
    return [" ".join(each.split()) for each in re.split("[;,/|]", spaced)]


@lru_cache(maxsize=10_000)
def alternatives_of(names: tuple[str, ...], outcome: Outcome) -> tuple[NamedAlternative, ...]:
    """What the CRM's competitor column says.

    The only one named on a lost deal is the one they chose; of several nobody told which.
    """
    kinds = {
        (_NO_COMPETITORS.get(key, AlternativeKind.COMPETITOR), key): name
        for name in names
        for key in [name_key(name)]
        if key not in _NOBODY_NAMED
    }
    is_sole = len(kinds) == 1
    standing = Standing.CHOSEN if is_sole and outcome is Outcome.LOST else Standing.CONSIDERED
    named = {
        NamedAlternative(kind, key, name, standing)
        if kind is AlternativeKind.COMPETITOR
        else NamedAlternative(kind, "", "", standing)
        for (kind, key), name in kinds.items()
    }
    return tuple(sorted(named))
