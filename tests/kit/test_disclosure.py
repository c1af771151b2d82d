"""Small numbers, and when “only in totals” joins a total."""

from datetime import UTC, datetime
from fractions import Fraction
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


@pytest.mark.parametrize(
    ("hits", "of", "percent"),
    [(5, 8, 63), (1, 8, 13), (3, 8, 38), (7, 8, 88), (1, 200, 1), (29, 200, 15), (23, 40, 58),
     (57, 200, 29), (1, 201, 0), (0, 9, 0), (9, 9, 100)],
)  # fmt: skip
def test_half_a_percent_is_rounded_up(hits: int, of: int, percent: int) -> None:
    """Python’s `round` would take 62.5, 12.5, 0.5, 14.5 and 28.5 down."""
    assert Rate(Count(hits, of)).percent == percent


def test_no_percentage_is_further_than_half_from_its_share() -> None:
    """By fractions, which round nothing: above half a point below, at most half a point above."""
    for of in range(5, 120):
        for hits in range(of + 1):
            percent = Rate(Count(hits, of)).percent

            assert percent is not None
            assert Fraction(-1, 2) < percent - Fraction(100 * hits, of) <= Fraction(1, 2)


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
