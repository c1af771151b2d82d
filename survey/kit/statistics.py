"""The few statistics behind the figures: intervals, a test of two shares, and many tests at once.

Counts here are small (a company gets 4-10 answers a month), so the test is exact, not asymptotic.
"""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, lgamma, sqrt
from statistics import NormalDist

CONFIDENCE = 0.95
FALSE_DISCOVERY_RATE = 0.1


@dataclass(frozen=True, slots=True)
class Count:
    """`hits` of `of`: the two whole numbers behind every share."""

    hits: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.hits <= self.of:
            raise ValueError(f"{self.hits} of {self.of} is not a share")

    @property
    def share(self) -> float:
        """Between 0 and 1; 0 of 0 is 0."""
        return self.hits / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the true share lies with 95 % confidence, both ends between 0 and 1."""

    low: float
    high: float


def wilson(count: Count) -> Interval:
    """The Wilson score interval of a share; 0 of 0 may be anything.

    Source: Wilson (1927), as scipy's `binomtest(...).proportion_ci(method="wilson")` has it. The
    tests compare the two.
    """
    if count.of == 0:
        return Interval(0.0, 1.0)
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    n, share = count.of, count.share
    middle = share + z * z / (2 * n)
    spread = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    # At 0 and n of n the formula's end is the edge itself; only rounding would miss it.
    low = 0.0 if count.hits == 0 else (middle - spread) / scale
    high = 1.0 if count.hits == n else (middle + spread) / scale
    return Interval(low, high)


@lru_cache(maxsize=20_000)
def same_share_probability(one: Count, other: Count) -> float:
    """The two-sided p-value that both counts come from the same share.

    Fisher's exact test (1935): the probability of all tables with the same totals that are no
    likelier than the one seen, as scipy's `fisher_exact` has it. Not called from there because
    its import alone takes longer than a page may.
    """
    hits, of = one.hits + other.hits, one.of + other.of

    def log_probability(k: int) -> float:
        ways = _log_ways(one.of, k) + _log_ways(other.of, hits - k)
        return ways - _log_ways(of, hits)

    seen = log_probability(one.hits) + _ROUNDING
    likely = (log_probability(k) for k in _tables_worth_counting(one, other))
    return min(1.0, sum(exp(log) for log in likely if log <= seen))


_ROUNDING = 1e-7
"""Tables that are equally likely differ by less than this in the logarithm."""


def _log_ways(of: int, hits: int) -> float:
    """The logarithm of how many ways there are to choose `hits` out of `of`."""
    return lgamma(of + 1) - lgamma(hits + 1) - lgamma(of - hits + 1)


def _tables_worth_counting(one: Count, other: Count) -> range:
    """The hits of `one` that the totals allow; of many thousands those that are not hopeless.

    Twelve standard deviations off the mean a table is less likely than one in 10 to the 30th.
    """
    hits, of = one.hits + other.hits, one.of + other.of
    lowest, highest = max(0, hits - other.of), min(hits, one.of)
    if not of:
        return range(1)
    mean = hits * one.of / of
    reach = 40 + 12 * sqrt(mean * (1 - hits / of))
    return range(
        max(lowest, min(one.hits, int(mean - reach))),
        min(highest, max(one.hits, int(mean + reach))) + 1,
    )


def discoveries(
    probabilities: Sequence[float], *, rate: float = FALSE_DISCOVERY_RATE
) -> list[bool]:
    """Which of several tests stand when all are read together (Benjamini and Hochberg, 1995).

    Among those that stand, at most `rate` are expected to be false alarms.
    """
    ranked = sorted(probabilities)
    standing = [
        probability
        for rank, probability in enumerate(ranked, start=1)
        if probability <= rate * rank / len(ranked)
    ]
    limit = max(standing, default=-1.0)
    return [probability <= limit for probability in probabilities]


@dataclass(frozen=True, slots=True)
class VisibleChange:
    """What would have shown: a fall to `fall_to` hits or fewer, a rise to `rise_to` or more.

    None where even the most extreme count of so few answers would have shown nothing.
    """

    fall_to: int | None
    rise_to: int | None


@lru_cache(maxsize=20_000)
def smallest_visible_change(before: Count, of: int, *, level: float) -> VisibleChange:
    """The smallest counts out of `of` that a test at `level` would tell from `before`."""

    def shows(hits: int) -> bool:
        return same_share_probability(Count(hits, of), before) <= level

    if not of or not before.of:
        return VisibleChange(None, None)
    level_with_before = round(before.share * of)
    above = range(level_with_before, of + 1)
    below = range(level_with_before, -1, -1)
    rise = bisect.bisect_left(above, True, key=shows)
    fall = bisect.bisect_left(below, True, key=shows)
    return VisibleChange(
        fall_to=below[fall] if fall < len(below) else None,
        rise_to=above[rise] if rise < len(above) else None,
    )
