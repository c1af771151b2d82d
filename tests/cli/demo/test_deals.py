"""The demo's deals are believable, and the same for the same day."""

from collections import Counter
from datetime import date, timedelta

import pytest

from survey.cli.demo.deals import Row, plain, rows_of_a_year

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def deals() -> list[Row]:
    """One row per deal."""
    return list({row["deal_id"]: row for row in rows_of_a_year(TODAY)}.values())


def _closed(deals: list[Row], since: date, until: date) -> list[Row]:
    return [
        d for d in deals if d["closed_on"] and since <= date.fromisoformat(d["closed_on"]) < until
    ]


def test_year_has_its_deals_within_twelve_months(deals: list[Row]) -> None:
    closed = _closed(deals, TODAY - timedelta(days=368), TODAY)

    assert len(closed) == 1200
    assert {deal["outcome"] for deal in closed} == {"won", "lost", "no_decision"}


def test_same_day_gives_the_same_deals() -> None:
    assert rows_of_a_year(TODAY) == rows_of_a_year(TODAY)


def test_nine_sellers_sell_in_three_teams(deals: list[Row]) -> None:
    assert len({deal["seller_email"] for deal in deals}) == 9
    assert len({deal["team"] for deal in deals}) == 3


def test_five_competitors_are_met_and_one_rises(deals: list[Row]) -> None:
    early = Counter(d["competitor"] for d in _closed(deals, date(2025, 12, 1), date(2026, 5, 1)))
    late = Counter(d["competitor"] for d in _closed(deals, date(2026, 8, 1), date(2026, 11, 1)))

    assert early.keys() - {""} == {"Bluepeak", "Nimbria", "Orvano", "Quillstone", "Tessera"}
    assert early["Nimbria"] / early.total() < 0.06
    assert late["Nimbria"] / late.total() > 0.15


def test_plain_leaves_no_accents() -> None:
    assert plain("Käserei Älvnäs Kjær & Søn") == "kaserei alvnas kjaer & son"
