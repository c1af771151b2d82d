"""What may become of a coding, and what a quote may rest on."""

import re
from collections.abc import Mapping

from survey.coding.types import CodingState

MOVES: Mapping[CodingState, frozenset[CodingState]] = {
    CodingState.SUGGESTED: frozenset({CodingState.CONFIRMED, CodingState.REJECTED}),
    CodingState.CONFIRMED: frozenset({CodingState.REJECTED}),
    CodingState.REJECTED: frozenset({CodingState.CONFIRMED}),
}
"""From each state, where a person may move a coding; doing the same again is no move."""


def may_move(old: CodingState, new: CodingState) -> bool:
    return new in MOVES[old]


def stands_in(quote: str, words: str) -> bool:
    """Whether the quote is the buyer's own words, letter for letter but for white space."""
    wanted = _single_spaced(quote)
    return bool(wanted) and wanted in _single_spaced(words)


def _single_spaced(words: str) -> str:
    return re.sub(r"\s+", " ", words).strip()
