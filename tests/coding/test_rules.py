"""What may become of a coding, and what a quote may rest on."""

import pytest

from survey.coding.rules import happened, may_move, names_in, resembling, stands_in
from survey.coding.types import CodingState
from survey.deals.types import Outcome
from survey.responses.types import Ended

_ALLOWED = {
    ("suggested", "confirmed"),
    ("suggested", "rejected"),
    ("confirmed", "rejected"),
    ("rejected", "confirmed"),
}


@pytest.mark.parametrize("old", list(CodingState))
@pytest.mark.parametrize("new", list(CodingState))
def test_may_move_allows_what_the_table_on_paper_says(old: CodingState, new: CodingState) -> None:
    assert may_move(old, new) is ((old.value, new.value) in _ALLOWED)


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("no connector for our ERP", True),
        ("  no connector\n for our ERP ", True),
        ("No connector for our ERP", False),
        ("no connectors", False),
        ("", False),
        ("   ", False),
    ],
)
def test_quote_stands_only_as_written(quote: str, stands: bool) -> None:
    words = "Nice people, but there was no connector\nfor our ERP, and IT said no."

    assert stands_in(quote, words) is stands


@pytest.mark.parametrize(
    ("outcome", "ended", "told"),
    [
        (Outcome.LOST, None, "competitor"),
        (Outcome.LOST, Ended.KEPT_CURRENT, "current_supplier"),
        (Outcome.NO_DECISION, Ended.CHOSE_SUPPLIER, "competitor"),
        (Outcome.NO_DECISION, Ended.NOT_SAID, "no_decision"),
        (Outcome.LOST, Ended.CHOSE_US, "won"),
        (Outcome.WON, None, "won"),
        (Outcome.OPEN, None, ""),
    ],
)
def test_what_happened_is_the_buyers_word_before_the_crms(outcome, ended, told):
    assert happened(outcome, ended) == told


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Trailhead", ["Trailhead"]),
        ("trail head ltd", ["trail", "head", "ltd"]),
        ("The Northern Works of York", ["Northern", "Works", "York"]),
        ("we took the one from Acme in the end", ["Acme"]),
        ("  ", []),
    ],
)
def test_names_in_finds_the_words_of_a_name(written, found):
    assert names_in(written) == found


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("TRAILHAED", ["Trailhead"]),
        ("Base", ["Base Camp", "Basecone"]),
        ("Base Camp Inc", ["Base Camp"]),
        ("Zebra", []),
    ],
)
def test_resembling_finds_what_may_be_meant(written, found):
    assert resembling(written, ["Acme", "Base Camp", "Basecone", "Trailhead"]) == found
