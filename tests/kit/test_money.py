"""Amounts of money, read and shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.kit.money import (
    CURRENCIES,
    Money,
    NotACurrency,
    NotAnAmount,
    decimals_of,
    read_amount,
    read_currency,
)


@pytest.mark.parametrize(
    ("text", "currency", "decimal", "minor"),
    [
        ("24710", "EUR", None, 2_471_000),
        ("17309.7", "USD", None, 1_730_970),
        ("0", "EUR", None, 0),
        ("-12.50", "EUR", None, -1250),
        ("1,234,567.89", "USD", None, 123_456_789),
        ("1,234,567", "USD", None, 123_456_700),
        ("1'234'567.89", "CHF", None, 123_456_789),
        ("12 345,50", "EUR", ",", 1_234_550),
        ("1.234,5", "EUR", ",", 123_450),
        ("1.234", "EUR", ",", 123_400),
        ("1,234", "EUR", ".", 123_400),
        ("200.000.000", "EUR", ",", 20_000_000_000),
        ("5000", "JPY", None, 5000),
        ("5000.00", "JPY", None, 5000),
        ("1.5", "KWD", None, 1500),
    ],
)
def test_amount_is_read_as_written(
    text: str, currency: str, decimal: str | None, minor: int
) -> None:
    assert read_amount(text, currency, decimal=decimal) == minor


@pytest.mark.parametrize(
    ("text", "currency", "reason"),
    [
        ("1,234", "EUR", "thousands or decimals"),
        ("1.234", "EUR", "thousands or decimals"),
        ("1.234", "KWD", "thousands or decimals"),
        ("1,7", "EUR", "comma its decimal mark"),
        ("200.000.000", "EUR", "not an amount"),
        ("6.34E+17", "EUR", "scientific notation"),
        ("12.345678", "EUR", "more decimals"),
        ("0.5", "JPY", "more decimals"),
        ("1,23,456", "INR", "not an amount"),
        ("€ 12", "EUR", "not an amount"),
        ("twelve", "EUR", "not an amount"),
        ("", "EUR", "not an amount"),
        ("٣٤", "EUR", "not an amount"),
        ("9" * 19, "EUR", "too large"),
    ],
)
def test_amount_that_could_mislead_is_refused(text: str, currency: str, reason: str) -> None:
    with pytest.raises(NotAnAmount, match=reason):
        read_amount(text, currency)


@given(st.integers(-(10**12), 10**12), st.sampled_from(sorted(CURRENCIES)))
def test_amount_shown_is_read_back(minor: int, currency: str) -> None:
    places = decimals_of(currency)
    whole, part = divmod(abs(minor), 10**places)
    written = f"{'-' if minor < 0 else ''}{whole}" + (f".{part:0{places}d}" if places else "")

    assert read_amount(written, currency, decimal=".") == minor


@pytest.mark.parametrize(
    ("money", "shown"),
    [
        (Money(2_471_000, "EUR"), "24,710 EUR"),
        (Money(2_471_050, "EUR"), "24,710.50 EUR"),
        (Money(-5, "EUR"), "\u22120.05 EUR"),
        (Money(5000, "JPY"), "5,000 JPY"),
        (Money(1_500, "KWD"), "1.500 KWD"),
    ],
)
def test_money_shows_decimals_only_where_they_say_something(money: Money, shown: str) -> None:
    assert str(money) == shown


def test_currency_is_read_in_any_case() -> None:
    assert read_currency(" eur ") == "EUR"


@pytest.mark.parametrize("text", ["", "EURO", "€", "XTS", "ZZZ"])
def test_currency_nobody_issues_is_refused(text: str) -> None:
    with pytest.raises(NotACurrency):
        read_currency(text)
