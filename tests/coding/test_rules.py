"""What may become of a coding, and what a quote may rest on."""

import pytest

from survey.coding.rules import may_move, stands_in
from survey.coding.types import CodingState

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
