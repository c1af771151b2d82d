"""When a mail may arrive: on a working morning or early afternoon, where its reader lives."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.invitations.hours import (
    add_working_days,
    next_office_hour,
    zones_of,
)

BERLIN = ZoneInfo("Europe/Berlin")
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2029, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 (the strategy adds the zone)
COUNTRIES = st.sampled_from(
    ["DE", "GB", "US", "AU", "BR", "CA", "IN", "NZ", "RU", "JP", "IL", None]
)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-10-23T06:59:00", "2026-10-23T07:00:00"),  # Friday 08:59 summer time
        ("2026-10-23T13:59:59", "2026-10-23T13:59:59"),  # Friday 15:59:59
        ("2026-10-23T14:00:00", "2026-10-26T08:00:00"),  # Friday 16:00, clocks change on Sunday
        ("2026-10-24T10:00:00", "2026-10-26T08:00:00"),  # Saturday
        ("2026-03-27T20:00:00", "2026-03-30T07:00:00"),  # Friday before the spring change
    ],
)
def test_office_hour_follows_the_wall_clock_over_clock_changes(at: str, opens: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)

    assert next_office_hour(moment, (BERLIN,)) == datetime.fromisoformat(opens).replace(tzinfo=UTC)


def test_country_with_far_ends_is_asked_when_both_work() -> None:
    early_monday = datetime(2026, 11, 23, 6, tzinfo=UTC)

    opens = next_office_hour(early_monday, zones_of("us", BERLIN))

    assert opens == datetime(2026, 11, 23, 17, tzinfo=UTC)  # noon in New York, nine in Los Angeles


def test_unknown_country_has_the_company_zone() -> None:
    assert zones_of(None, BERLIN) == (BERLIN,)
    assert zones_of("XX", BERLIN) == (BERLIN,)


def test_every_country_has_zones_that_share_an_hour() -> None:
    monday = datetime(2026, 11, 23, tzinfo=UTC)

    for country in ("AU", "BR", "CA", "ID", "MX", "RU", "UA", "US"):
        zones = zones_of(country, BERLIN)
        opens = next_office_hour(monday, zones)
        assert all(time(9) <= opens.astimezone(zone).time() < time(16) for zone in zones), country


@given(at=MOMENTS, country=COUNTRIES)
def test_office_hour_is_a_weekday_from_nine_to_four(at: datetime, country: str | None) -> None:
    zones = zones_of(country, BERLIN)

    opens = next_office_hour(at, zones)

    assert at <= opens <= at + timedelta(days=4)
    assert next_office_hour(opens, zones) == opens
    for zone in zones:
        local = opens.astimezone(zone)
        assert local.weekday() < 5
        assert time(9) <= local.time() < time(16)


@given(at=MOMENTS, days=st.integers(0, 15))
def test_working_days_are_counted_without_weekends(at: datetime, days: int) -> None:
    later = add_working_days(at, days, BERLIN).astimezone(BERLIN)

    start = at.astimezone(BERLIN).date()
    between = (
        (start + timedelta(days=n)).weekday() for n in range(1, (later.date() - start).days + 1)
    )
    assert sum(weekday < 5 for weekday in between) == days


def test_three_working_days_from_friday_end_on_wednesday() -> None:
    friday = datetime(2026, 11, 20, 10, tzinfo=BERLIN)

    assert add_working_days(friday, 3, BERLIN) == datetime(2026, 11, 25, 10, tzinfo=BERLIN)
