"""Office hours: weekday 09-16 on the recipient's own clock, and working days. Pure.

The hours are those of the field's practice: mail that arrives on a working morning is answered,
mail that arrives at night is swept away with the rest of it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

_OPENS = time(9)
_CLOSES = time(16)
_SATURDAY = 5
# Two zones of one country agree on a moment within a week or never.
_MOST_STEPS = 16

# Countries whose people live in several zones: the two ends in which most of them live, so that a
# mail falls into the working day at both. The other countries have one zone in the tz database,
# or name the zone of nearly everyone first.
_ZONES_APART = {
    "AU": ("Australia/Sydney", "Australia/Perth"),
    "BR": ("America/Sao_Paulo", "America/Manaus"),
    "CA": ("America/Toronto", "America/Vancouver"),
    "ID": ("Asia/Jakarta", "Asia/Jayapura"),
    "MX": ("America/Mexico_City", "America/Tijuana"),
    "RU": ("Europe/Moscow", "Asia/Yekaterinburg"),
    "UA": ("Europe/Kyiv",),
    "US": ("America/New_York", "America/Los_Angeles"),
}


def zones_of(country: str | None, otherwise: ZoneInfo) -> tuple[ZoneInfo, ...]:
    """The zones a mail to that country (ISO 3166, two letters) has to suit.

    An unknown country has the zone given as `otherwise`: the company's own.
    """
    names = _zone_names().get((country or "").upper())
    return tuple(ZoneInfo(name) for name in names) if names else (otherwise,)


def next_office_hour(at: datetime, zones: Sequence[ZoneInfo]) -> datetime:
    """The first moment not before `at` that is weekday 09-16 in every zone, in UTC.

    Where the zones share no such hour, the first one decides.
    """
    return _next_shared_hour(at.astimezone(UTC), tuple(zones))


@lru_cache(maxsize=4096)  # a plan of many deals asks for the same few moments
def _next_shared_hour(at: datetime, zones: tuple[ZoneInfo, ...]) -> datetime:
    moment = at
    for _ in range(_MOST_STEPS):
        opens = max(_next_open(moment, zone) for zone in zones)
        if opens == moment:
            return moment
        moment = opens
    return _next_open(at, zones[0])


def add_working_days(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The same wall-clock time `days` working days later in that zone, in UTC."""
    local = at.astimezone(zone)
    left = days
    while left:
        local += timedelta(days=1)
        left -= local.weekday() < _SATURDAY
    return local.astimezone(UTC)


def _next_open(moment: datetime, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    is_weekday = local.weekday() < _SATURDAY
    if is_weekday and _OPENS <= local.time() < _CLOSES:
        return moment
    day = local.date()
    if not (is_weekday and local.time() < _OPENS):
        day += timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, _OPENS, zone).astimezone(UTC)


@cache
def _zone_names() -> dict[str, tuple[str, ...]]:
    """Zone names by country, from the tz database's own table (its first per country)."""
    table: dict[str, tuple[str, ...]] = {}
    lines = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            table.setdefault(country, (zone,))
    return table | _ZONES_APART
