"""Months as addresses and commands write them."""

import pytest

from survey.kit.clock import Month, NotAMonth


def test_month_is_read_as_it_is_written() -> None:
    assert str(Month.parse("2026-10")) == "2026-10"


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "0001-01", "1899-12", "3000-01", "9999-12"]
)
def test_month_that_no_figure_can_be_of_is_refused(text: str) -> None:
    with pytest.raises(NotAMonth, match="Write it as 2026-10"):
        Month.parse(text)
