"""Small numbers, and when “only in totals” joins a total."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.kit.clock import Month
from survey.kit.disclosure import THRESHOLD_FLOOR, Quarter, Rate, may_join_totals
from survey.kit.statistics import Count

BERLIN = ZoneInfo("Europe/Berlin")


def test_rate_of_enough_answers_has_words_percentage_and_range() -> None:
    rate = Rate(Count(6, 9))

    assert (rate.words, rate.percent, rate.range_words) == ("6 of 9", 67, "35\N{EN DASH}88%")


def test_rate_of_four_answers_is_grey_and_has_no_percentage() -> None:
    rate = Rate(Count(3, 4))

    assert (rate.is_grey, rate.words, rate.percent, rate.range_words) == (
        True,
        "3 of 4",
        None,
        None,
    )


def test_rate_never_goes_below_the_floor() -> None:
    assert Rate(Count(2, 2), threshold=1).is_grey


@pytest.mark.parametrize(
    ("month", "expected"),
    [(Month(2026, 1), "2026 Q1"), (Month(2026, 3), "2026 Q1"), (Month(2026, 10), "2026 Q4")],
)
def test_quarter_of_a_month(month: Month, expected: str) -> None:
    assert str(Quarter.of(month)) == expected


def test_quarter_closes_by_the_companys_wall_clock() -> None:
    quarter = Quarter(2026, 3)

    # Berlin is two hours ahead of UTC when September ends.
    assert quarter.is_closed(datetime(2026, 9, 30, 22, 0, tzinfo=UTC), BERLIN)
    assert not quarter.is_closed(datetime(2026, 9, 30, 21, 59, tzinfo=UTC), BERLIN)


@pytest.mark.parametrize(
    ("count", "closed", "filtered", "may"),
    [
        (5, True, False, True),
        (4, True, False, False),
        (5, False, False, False),
        (5, True, True, False),
    ],
)
def test_answers_only_in_totals_join(count: int, closed: bool, filtered: bool, may: bool) -> None:
    assert may_join_totals(count, quarter_is_closed=closed, is_filtered=filtered, least=5) is may


@given(st.integers(0, THRESHOLD_FLOOR - 1), st.booleans(), st.booleans(), st.integers(-5, 10))
def test_answers_only_in_totals_never_join_below_the_floor(
    count: int, closed: bool, filtered: bool, least: int
) -> None:
    assert not may_join_totals(count, quarter_is_closed=closed, is_filtered=filtered, least=least)
