"""The clock, asked once at the door, and months in the company's time zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Self
from zoneinfo import ZoneInfo, available_timezones

from survey.kit.errors import SurveyError

_MONTHS_A_YEAR = 12
_YEARS = range(1900, 3000)
"""Wide enough for every deal, and far enough from the ends of the calendar to count from."""


class NotAMonth(SurveyError):
    """A month was written in another form than 2026-10."""


def now() -> datetime:
    """The present moment, aware, in UTC. Doors call it once and pass it on as `now`."""
    return datetime.now(UTC)


@cache
def zone_names() -> frozenset[str]:
    """The names of all time zones. Read once: they stand in some 600 files."""
    return frozenset(available_timezones())


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar month. `index` counts months since year 0, so that SQL can group by an integer."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2026-10`. Raises `NotAMonth`, also for a year that no figure can be of."""
        try:
            first = datetime.strptime(text + "-01", "%Y-%m-%d").replace(tzinfo=UTC)
        except ValueError:
            first = None
        if first is None or first.year not in _YEARS:
            raise NotAMonth(f"“{text}” is not a month. Write it as 2026-10.")
        return cls(first.year, first.month)

    @classmethod
    def of(cls, moment: datetime, zone: ZoneInfo) -> Self:
        """The month in which a moment falls, by the company's wall clock."""
        local = moment.astimezone(zone)
        return cls(local.year, local.month)

    @classmethod
    def of_index(cls, index: int) -> Self:
        return cls(index // _MONTHS_A_YEAR, index % _MONTHS_A_YEAR + 1)

    @property
    def index(self) -> int:
        return self.year * _MONTHS_A_YEAR + self.number - 1

    def plus(self, months: int) -> "Month":
        return Month.of_index(self.index + months)

    def starts_at(self, zone: ZoneInfo) -> datetime:
        """The first moment of the month in that zone, in UTC."""
        return datetime(self.year, self.number, 1, tzinfo=zone).astimezone(UTC)

    def ends_at(self, zone: ZoneInfo) -> datetime:
        """The first moment that no longer belongs to the month, in UTC."""
        return self.plus(1).starts_at(zone)

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"
