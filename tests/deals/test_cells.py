"""Reading one cell."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.deals import cells
from survey.deals.cells import CellNotUsable
from survey.deals.mapping import Mapping
from survey.deals.types import Outcome

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("text", "date_format", "expected"),
    [
        ("2026-02-01", None, date(2026, 2, 1)),
        ("2026/02/01", None, date(2026, 2, 1)),
        ("2024-07-11T21:22:07.000+0000", None, date(2024, 7, 11)),
        ("2024-07-11T22:22:07.000+0000", None, date(2024, 7, 12)),
        ("2024-07-11 23:59", None, date(2024, 7, 11)),
        ("31-12-12", "%d-%m-%y", date(2012, 12, 31)),
        ("02/01/2014", "%d/%m/%Y", date(2014, 1, 2)),
        ("02/01/2014", "%m/%d/%Y", date(2014, 2, 1)),
        ("2014-01-02", "%m/%d/%Y", date(2014, 1, 2)),
    ],
)
def test_day_is_read(text: str, date_format: str | None, expected: date) -> None:
    assert cells.day_reader(date_format, AMSTERDAM)(text) == expected


@pytest.mark.parametrize(
    ("text", "date_format", "reason"),
    [
        ("02/01/2014", None, "ambiguous"),
        ("2.1.14", None, "ambiguous"),
        ("31/12/2012", None, "order we do not guess"),
        ("01/01/2014", None, "order we do not guess"),
        ("45123", None, "spreadsheet's day number"),
        ("2026-13-01", None, "not a date"),
        ("2026-02-30", None, "not a date"),
        ("20140102", None, "not a date"),
        ("yesterday", None, "not a date"),
        ("0203-01-01", None, "year 203"),
        ("31/12/2012", "%m/%d/%Y", "not a date written as"),
        ("２０２６-01-01", None, "not a date"),
    ],
)
def test_day_that_could_be_another_is_refused(
    text: str, date_format: str | None, reason: str
) -> None:
    with pytest.raises(CellNotUsable, match=reason):
        cells.day_reader(date_format, AMSTERDAM)(text)


@pytest.mark.parametrize("text", ["6.34E+17", "6,34E+17", "1E+15", "6.34e+17", "6.34E17"])
def test_id_in_scientific_notation_is_refused(text: str) -> None:
    with pytest.raises(CellNotUsable, match="scientific notation"):
        cells.read_id(text)


@pytest.mark.parametrize("text", ["006f4000002NAbGAAW", "12E5", "6340000000000000", "E+17", "007"])
def test_id_is_kept_as_written(text: str) -> None:
    assert cells.read_id(f" {text} ") == text


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("won", Outcome.WON),
        ("LOST", Outcome.LOST),
        ("No decision", Outcome.NO_DECISION),
        ("no_decision", Outcome.NO_DECISION),
        ("Closed Won", Outcome.WON),
    ],
)
def test_outcome_is_read(text: str, outcome: Outcome) -> None:
    mapping = Mapping(outcomes={"closedwon": Outcome.WON})

    assert cells.outcome_reader(mapping)(text) == outcome


def test_outcome_nobody_explained_is_refused() -> None:
    with pytest.raises(CellNotUsable, match=r'\[outcomes\] "Closed Won" = "lost"'):
        cells.outcome_reader(Mapping())("Closed Won")


def test_star_explains_every_other_outcome_and_no_known_one() -> None:
    read = cells.outcome_reader(Mapping(other_outcomes=Outcome.OPEN))

    assert [read("Prospecting"), read("won")] == [Outcome.OPEN, Outcome.WON]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("  Acme  ", "Acme"),
        ("Ac\tme\r\nLtd", "Ac me Ltd"),
        ("Mu\u0308ller\x07", "Müller"),
        ("\ufeffAcme\u200b", "Acme"),
        ("\u202eemca", "emca"),
        ("👩‍💻", "👩‍💻"),
    ],
)
def test_line_holds_only_what_a_page_can_show(written: str, shown: str) -> None:
    assert cells.line_of_text(10)(written) == shown


def test_line_that_is_too_long_is_refused() -> None:
    with pytest.raises(CellNotUsable, match="longer than 10"):
        cells.line_of_text(10)("x" * 11)


def test_name_of_letters_that_grow_when_small_is_as_long_as_others() -> None:
    assert cells.read_name("İ" * 300) == "İ" * 300
    with pytest.raises(CellNotUsable, match="longer than 300"):
        cells.read_name("İ" * 301)


@given(st.text())
def test_paragraphs_are_read_once_and_for_all(text: str) -> None:
    once = cells.read_paragraphs(text)

    assert cells.read_paragraphs(once) == once


@pytest.mark.parametrize(("text", "answer"), [("Yes", True), ("0", False), ("TRUE", True)])
def test_yes_and_no_are_read(text: str, *, answer: bool) -> None:
    assert cells.read_yes_no(text) is answer


def test_neither_yes_nor_no_is_refused() -> None:
    with pytest.raises(CellNotUsable, match="neither yes nor no"):
        cells.read_yes_no("maybe")


@pytest.mark.parametrize(
    ("text", "tag"), [("de", "de"), ("DE_ch", "de-CH"), ("zh-hant-tw", "zh-Hant-TW")]
)
def test_locale_is_read(text: str, tag: str) -> None:
    assert cells.read_locale(text) == tag


def test_locale_nobody_speaks_is_refused() -> None:
    with pytest.raises(CellNotUsable, match="no language"):
        cells.read_locale("German")


def test_alternatives_are_read_once_each() -> None:
    assert cells.read_alternatives("Acme; ;Globex;ACME ") == ("ACME", "Globex")
