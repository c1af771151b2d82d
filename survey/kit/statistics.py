"""The few statistics behind the figures: intervals, a test of two shares, and many tests at once.

Counts here are small (a company gets 4-10 answers a month), so the test is exact, not asymptotic.
"""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
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

    Source: Wilson (1927), as scipy's `binomtest(...).proportion_ci(method="wilson")` has it. Not
    called from there because that runs a test first: 1.2 ms each, sixty times a page.
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
    """The two-sided p-value that both counts come from the same share (Fisher's exact test)."""
    if one.of == 0 or other.of == 0:
        return 1.0
    import numpy  # slow import: comes with scipy
    from scipy.stats import fisher_exact  # slow import: over a second

    table = numpy.array([[one.hits, one.of - one.hits], [other.hits, other.of - other.hits]])
    return float(fisher_exact(table, alternative="two-sided").pvalue)


def discoveries(
    probabilities: Sequence[float], *, rate: float = FALSE_DISCOVERY_RATE
) -> list[bool]:
    """Which of several tests stand when all are read together (Benjamini and Hochberg, 1995).

    Among those that stand, at most `rate` are expected to be false alarms.
    """
    if not probabilities:
        return []
    from scipy.stats import false_discovery_control  # slow import: over a second

    return [bool(adjusted <= rate) for adjusted in false_discovery_control(probabilities)]


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
