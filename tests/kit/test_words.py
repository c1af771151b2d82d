from datetime import date

import pytest

from survey.kit.clock import Month
from survey.kit.words import (
    counted,
    day_in_words,
    first_name,
    month_in_words,
    span_in_words,
    weeks_ago_in_words,
)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Anna Berg", "Anna"),
        ("Anna", "Anna"),
        ("Jean-Luc Moreau", "Jean-Luc"),
        ("D’Arcy Stone", "D’Arcy"),
        ("Żaneta Nowak", "Żaneta"),
        ("李 雷", ""),
        ("SMITH, JOHN", ""),
        ("JOHN SMITH", ""),
        ("Smith, John", ""),
        ("Dr. Anna Berg", ""),
        ("Mr Smith", ""),
        ("j.smith", ""),
        ("J. Smith", ""),
        ("anna berg", ""),
        ("Anna@berg.example", ""),
        ("Purchasing42 Team", ""),
        ("   ", ""),
        ("", ""),
    ],
)
def test_first_name_greets_only_where_the_name_is_plain(name: str, first: str) -> None:
    assert first_name(name) == first


def test_days_and_months_read_as_english() -> None:
    assert day_in_words(date(2026, 12, 20)) == "20 December 2026"
    assert month_in_words(Month(2027, 3)) == "March 2027"


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 3, 4), date(2026, 6, 30), "between March and June"),
        (date(2026, 6, 1), date(2026, 6, 30), "in June"),
        (date(2025, 11, 4), date(2026, 2, 3), "between November 2025 and February 2026"),
        (date(2025, 6, 1), date(2026, 6, 20), "recently"),
        (date(2026, 6, 30), date(2026, 6, 1), "recently"),
        (None, date(2026, 6, 1), "recently"),
        (date(2026, 6, 1), None, "recently"),
    ],
)
def test_span_says_when_something_was(first: date | None, last: date | None, words: str) -> None:
    assert span_in_words(first, last) == words


@pytest.mark.parametrize(
    ("number", "told"),
    [(0, "0 losses"), (1, "1 loss"), (2, "2 losses"), (1204, "1,204 losses")],
)
def test_counted_says_one_or_several(number: int, told: str) -> None:
    assert counted(number, "loss", "losses") == told


def test_counted_adds_an_s_where_that_is_enough() -> None:
    assert (counted(1, "answer"), counted(3, "answer")) == ("1 answer", "3 answers")


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 10, 19), "A few days ago"),  # Monday of the same week
        (date(2026, 10, 16), "Last week"),
        (date(2026, 10, 12), "Last week"),
        (date(2026, 10, 11), "Some weeks ago"),
    ],
)
def test_weeks_ago_follow_the_calendars_weeks(day: date, words: str) -> None:
    assert weeks_ago_in_words(day, date(2026, 10, 22)) == words
