"""The taxonomy as its page shows it: what was looked for, and how often each reason was named."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from survey.taxonomy.models import Category, Reason
from survey.taxonomy.queries import Branch
from survey.taxonomy.types import Control

_APPLIES_TO = {
    "won": "won",
    "competitor": "lost to a competitor",
    "current_supplier": "kept the current supplier",
    "in_house": "done in-house",
    "no_decision": "no decision",
}


@dataclass(frozen=True, slots=True)
class ShownReason:
    """A reason with how often it was named, also under the codes it had before."""

    reason: Reason
    uses: int

    @property
    def decisions(self) -> list[tuple[str, str, str]]:
        """The decision rule step by step: what was said, the code it means, and what follows."""
        steps = (step.partition(" → ") for step in self.reason.decision_rule.split("; "))
        return [(_capital(said), *_code_and_rest(means)) for said, _, means in steps]

    @property
    def typical_of(self) -> str:
        """The outcomes it is typical of, in words; empty where it is typical of all."""
        keys = self.reason.applies_to.split("|")
        words = [_APPLIES_TO[key] for key in keys if key in _APPLIES_TO]
        return "" if len(words) == len(_APPLIES_TO) else ", ".join(words)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category with those of its reasons that were looked for."""

    category: Category
    reasons: tuple[ShownReason, ...]


def shelves(
    branches: Iterable[Branch],
    uses: Mapping[int, int],
    *,
    find: str = "",
    control: str = "",
    only_first: bool = False,
) -> list[Shelf]:
    """The tree without reasons that were not looked for, and without categories then empty."""
    shown = []
    for branch in branches:
        reasons = tuple(
            ShownReason(reason, uses.get(reason.id, 0))
            for reason in branch.reasons
            if _holds_words(reason, find)
            and control in ("", reason.control.value)
            and (reason.is_switched_on or not only_first)
        )
        if reasons:
            shown.append(Shelf(branch.category, reasons))
    return shown


def in_hands(branches: Iterable[Branch]) -> dict[Control, int]:
    """How many reasons are in whose hands."""
    counts = dict.fromkeys(Control, 0)
    for branch in branches:
        for reason in branch.reasons:
            counts[reason.control] += 1
    return counts


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _code_and_rest(means: str) -> tuple[str, str]:
    found = re.match(r"[A-Z][A-Z0-9-]*[A-Z0-9]", means)
    return (found[0], means[found.end() :]) if found else ("", means)


def _holds_words(reason: Reason, find: str) -> bool:
    words = " ".join(
        (
            reason.code,
            reason.label,
            reason.definition,
            reason.decision_rule,
            reason.buyer_against,
            reason.buyer_for,
            reason.phrase_against,
            reason.phrase_for,
        )
    ).casefold()
    return all(word in words for word in find.casefold().split())
