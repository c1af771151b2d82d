"""What may become of a coding, and what a quote may rest on."""

import re
from collections.abc import Mapping

from survey.coding.types import CodingState
from survey.deals.types import Outcome
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
