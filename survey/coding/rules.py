"""What may become of a coding, what a quote may rest on, and what a click says of rivals."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from survey.coding.types import CodingState
from survey.deals.rules import NamedAlternative, name_key
from survey.deals.types import AlternativeKind, Outcome, Standing
from survey.responses.types import Ended

MOVES: Mapping[CodingState, frozenset[CodingState]] = {
    CodingState.SUGGESTED: frozenset({CodingState.CONFIRMED, CodingState.REJECTED}),
    CodingState.CONFIRMED: frozenset({CodingState.REJECTED}),
    CodingState.REJECTED: frozenset({CodingState.CONFIRMED}),
}
"""From each state, where a person may move a coding; doing the same again is no move."""


_ENDED: Mapping[Ended, str] = {
    Ended.CHOSE_SUPPLIER: "competitor",
    Ended.KEPT_CURRENT: "current_supplier",
    Ended.IN_HOUSE: "in_house",
    Ended.PUT_OFF: "no_decision",
    Ended.CHOSE_US: "won",
}
_OUTCOMES: Mapping[Outcome, str] = {
    Outcome.WON: "won",
    Outcome.LOST: "competitor",
    Outcome.NO_DECISION: "no_decision",
}


_INSTEAD: Mapping[str, tuple[AlternativeKind, Standing]] = {
    f"ended.{Ended.CHOSE_SUPPLIER}": (AlternativeKind.COMPETITOR, Standing.CHOSEN),
    f"ended.{Ended.KEPT_CURRENT}": (AlternativeKind.CURRENT_SUPPLIER, Standing.CHOSEN),
    f"ended.{Ended.IN_HOUSE}": (AlternativeKind.IN_HOUSE, Standing.CHOSEN),
    f"ended.{Ended.PUT_OFF}": (AlternativeKind.NOTHING, Standing.CHOSEN),
    "closest.competitor": (AlternativeKind.COMPETITOR, Standing.CLOSEST),
    "closest.current_supplier": (AlternativeKind.CURRENT_SUPPLIER, Standing.CLOSEST),
    "closest.in_house": (AlternativeKind.IN_HOUSE, Standing.CLOSEST),
    "closest.nothing": (AlternativeKind.NOTHING, Standing.CLOSEST),
}
# A name has rarely more words; more are a sentence.
_LONGEST_NAME = 4
_LITTLE = frozenset({"the", "and", "for", "from", "with", "by", "of"})
_MOST_RESEMBLING = 5
# The share of letters two names have in common, as `difflib` counts it, from which both may be one:
# "Trailhaed" and "Trailhead" have 0.89, "Trailhead" and "Tailspin" 0.59.
_RESEMBLES = 0.7
ALTERNATIVE_QUESTIONS = ("ended", "closest")
"""What those who went elsewhere, and those who chose us, are asked of what they had instead."""


def alternative_named(question: str, choice: str | None, words: str) -> NamedAlternative | None:
    """What the buyer had instead, by a click and the name written beside it."""
    said = _INSTEAD.get(f"{question}.{choice}")
    if said is None:
        return None
    kind, standing = said
    name = words.strip() if kind is AlternativeKind.COMPETITOR else ""
    return NamedAlternative(kind, name_key(name), name, standing)


def names_in(written: str) -> list[str]:
    """The words of a supplier's name as a buyer wrote it, each a name of its own.

    Of a sentence only the words that are written like names; little words are no names.
    """
    words = [word for word in re.findall(r"[^\W_]+", written) if word.lower() not in _LITTLE]
    if len(words) <= _LONGEST_NAME:
        return words
    return [word for word in words if not word.islower()]


def resembling(written: str, names: Iterable[str]) -> list[str]:
    """Those of the names that the written one may mean, the likeliest first."""
    by_key = {name_key(name): name for name in names}
    key = name_key(written)
    beginning = [each for each in sorted(by_key) if each.startswith(key) or key.startswith(each)]
    near = get_close_matches(key, by_key, n=_MOST_RESEMBLING, cutoff=_RESEMBLES)
    return [by_key[each] for each in dict.fromkeys([*beginning, *near])][:_MOST_RESEMBLING]


def happened(outcome: Outcome, ended: Ended | None) -> str:
    """What happened in the words of `Reason.applies_to`: the buyer's own, else the CRM's."""
    return (_ENDED.get(ended) if ended else None) or _OUTCOMES.get(outcome, "")


def may_move(old: CodingState, new: CodingState) -> bool:
    return new in MOVES[old]


def stands_in(quote: str, words: str) -> bool:
    """Whether the quote is the buyer's own words, letter for letter but for white space."""
    wanted = _single_spaced(quote)
    return bool(wanted) and wanted in _single_spaced(words)


def _single_spaced(words: str) -> str:
    return re.sub(r"\s+", " ", words).strip()
