"""How small numbers are shown, and when an answer given “only in totals” may enter a total."""

from dataclasses import dataclass
from datetime import datetime
from math import floor
from typing import ClassVar
from zoneinfo import ZoneInfo

from survey.kit.clock import Month
from survey.kit.statistics import Count, Interval, wilson

DEFAULT_THRESHOLD = 5
THRESHOLD_FLOOR = 3


@dataclass(frozen=True, slots=True)
class Rate:
    """A share as a page may show it: always “6 of 9”, a percentage only when there are enough."""

    count: Count
    threshold: int = DEFAULT_THRESHOLD

    @property
    def is_grey(self) -> bool:
        """Too few answers behind it to speak of a share."""
        return self.count.of < max(self.threshold, THRESHOLD_FLOOR)

    @property
    def words(self) -> str:
        return f"{self.count.hits:,} of {self.count.of:,}"

    @property
    def percent(self) -> int | None:
        """The nearest whole percentage, a half up as people round it: 5 of 8 is 63."""
        # In whole numbers: `round` takes halves to the even side, and floats often just miss them.
        hits, of = self.count.hits, self.count.of
        return None if self.is_grey else (200 * hits + of) // (2 * of)

    @property
    def interval(self) -> Interval | None:
        """The 95 % interval, as long as there are enough answers for one to be read."""
        return None if self.is_grey else wilson(self.count)

    @property
    def range_percents(self) -> tuple[int, int] | None:
        """Both ends of the interval as whole percentages, or None when grey."""
        interval = self.interval
        if interval is None:
            return None
        return floor(100 * interval.low + 0.5), floor(100 * interval.high + 0.5)

    @property
    def range_words(self) -> str | None:
        """“34-81%” with a dash, or None when grey."""
        ends = self.range_percents
        return None if ends is None else f"{ends[0]}\N{EN DASH}{ends[1]}%"


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """Three calendar months."""

    MONTHS: ClassVar[int] = 3

    year: int
    number: int

    @classmethod
    def of(cls, month: Month) -> "Quarter":
        return cls(month.year, (month.number - 1) // Quarter.MONTHS + 1)

    @property
    def first_month(self) -> Month:
        return Month(self.year, (self.number - 1) * Quarter.MONTHS + 1)

    @property
    def next(self) -> "Quarter":
        return Quarter.of(self.first_month.plus(Quarter.MONTHS))

    def starts_at(self, zone: ZoneInfo) -> datetime:
        return self.first_month.starts_at(zone)

    def ends_at(self, zone: ZoneInfo) -> datetime:
        return self.next.starts_at(zone)

    def is_closed(self, now: datetime, zone: ZoneInfo) -> bool:
        return self.ends_at(zone) <= now

    def __str__(self) -> str:
        return f"{self.year} Q{self.number}"


def hide_each_other(count: int) -> bool:
    """Whether so many answers that a reader may not read with names point at none of their authors:
    there are none, or at least three.
    """
    return count == 0 or count >= THRESHOLD_FLOOR


def may_join_totals(count: int, *, quarter_is_closed: bool, is_filtered: bool, least: int) -> bool:
    """Whether a quarter's `count` answers given “only in totals” may enter its totals.

    All of them or none: only together do they hide each other. They enter nothing but the
    unfiltered totals of the whole company for a closed quarter, and only when there are at least
    `least` of them (never fewer than three, whatever a company sets).
    """
    return quarter_is_closed and not is_filtered and count >= max(least, THRESHOLD_FLOOR)
