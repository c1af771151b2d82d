"""Intervals and tests against scipy and against published examples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, false_discovery_control, fisher_exact

from survey.kit.statistics import (
    Count,
    Interval,
    VisibleChange,
    discoveries,
    same_share_probability,
    smallest_visible_change,
    wilson,
)

counts = st.integers(1, 400).flatmap(
    lambda of: st.integers(0, of).map(lambda hits: Count(hits, of))
)


def test_count_refuses_more_hits_than_there_are() -> None:
    with pytest.raises(ValueError, match="7 of 6 is not a share"):
        Count(7, 6)


@given(counts)
@settings(deadline=None)
def test_wilson_interval_is_scipys(count: Count) -> None:
    expected = binomtest(count.hits, count.of).proportion_ci(method="wilson")

    interval = wilson(count)

    assert interval.low == pytest.approx(expected.low, abs=1e-12)
    assert interval.high == pytest.approx(expected.high, abs=1e-12)


def test_wilson_interval_of_the_published_example() -> None:
    # Newcombe (1998), Statistics in Medicine 17, table I: 81 of 263 gives 0.2553 to 0.3662.
    interval = wilson(Count(81, 263))

    assert (round(interval.low, 4), round(interval.high, 4)) == (0.2553, 0.3662)


def test_wilson_interval_of_nothing_is_everything() -> None:
    assert wilson(Count(0, 0)) == Interval(0.0, 1.0)


def test_same_share_probability_of_the_lady_tasting_tea() -> None:
    # Fisher (1935): three of four cups right in each row gives 34/70 two-sided.
    assert same_share_probability(Count(3, 4), Count(1, 4)) == pytest.approx(34 / 70)


def test_same_share_probability_without_answers_says_nothing() -> None:
    assert same_share_probability(Count(0, 0), Count(3, 9)) == 1.0


@given(counts, counts)
@settings(deadline=None)
def test_same_share_probability_is_scipys(one: Count, other: Count) -> None:
    table = [[one.hits, one.of - one.hits], [other.hits, other.of - other.hits]]

    expected = fisher_exact(np.array(table)).pvalue

    assert same_share_probability(one, other) == pytest.approx(expected, rel=1e-6, abs=1e-12)
    assert same_share_probability(other, one) == pytest.approx(expected, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Count(16_200, 80_000), Count(48_000, 240_000)),
        (Count(9, 80_000), Count(48, 240_000)),
        (Count(40_000, 80_000), Count(48_000, 240_000)),
    ],
)
def test_same_share_probability_of_many_thousands_is_scipys(one: Count, other: Count) -> None:
    table = [[one.hits, one.of - one.hits], [other.hits, other.of - other.hits]]

    expected = fisher_exact(np.array(table)).pvalue

    assert same_share_probability(one, other) == pytest.approx(expected, rel=1e-5, abs=1e-12)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
@settings(deadline=None, derandomize=True)
def test_discoveries_are_scipys(probabilities: list[float]) -> None:
    expected = [adjusted <= 0.1 for adjusted in false_discovery_control(probabilities)]

    assert discoveries(probabilities) == expected


def test_discoveries_stand_as_in_the_published_example() -> None:
    # Benjamini and Hochberg (1995), section 3.2: fifteen p-values, four stand at q = 0.05.
    published = [
        *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
        *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000),
    ]

    standing = discoveries(published, rate=0.05)

    assert standing == [True] * 4 + [False] * 11


def test_discoveries_among_nothing_are_none() -> None:
    assert discoveries([]) == []


def test_smallest_visible_change_is_where_the_test_turns() -> None:
    before = Count(12, 60)

    change = smallest_visible_change(before, 20, level=0.05)

    showing = [k for k in range(21) if same_share_probability(Count(k, 20), before) <= 0.05]
    assert change == VisibleChange(
        fall_to=max(k for k in showing if k < 4), rise_to=min(k for k in showing if k > 4)
    )


def test_smallest_visible_change_of_three_answers_is_none() -> None:
    assert smallest_visible_change(Count(3, 9), 3, level=0.01) == VisibleChange(None, None)
