"""HTML, JSON and CSV hold one set of figures, and these are the figures counted by hand."""

import csv
import io
import json
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from sqlalchemy.orm import Session

from survey.config import shipped_folder
from survey.kit.clock import Month
from survey.reports.queries import month_report
from survey.reports.types import Format
from survey.reports.written import written
from tests.reports.september import AUGUST, make_september
from tests.reports.year import AFTER, SEPTEMBER

NUMBERS = (
    *("deals", "of", "percent", "low_percent", "high_percent"),
    *("before_deals", "before_of", "fall_to", "rise_to", "words"),
)
EVERY_SECTION = {
    *("answers", "coverage", "not_asked", "declined", "closing_months", "difference"),
    *("reasons", "categories", "hands", "price", "competitors"),
}


def forms(session: Session, month: Month) -> tuple[dict[str, Any], list[dict[str, str]], Tag]:
    """The month as JSON, as the lines of its CSV, and as a page."""
    report = month_report(session, month, now=AFTER)
    json_, csv_, html = (
        written(report, each, templates=shipped_folder("templates")).decode("utf-8-sig")
        for each in (Format.JSON, Format.CSV, Format.HTML)
    )
    lines = list(csv.DictReader(io.StringIO(csv_, newline="")))
    return json.loads(json_), lines, BeautifulSoup(html, "html.parser")


def words_of(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


def in_words(numbers: dict[str, Any]) -> list[str]:
    """What a page must show of a figure that JSON gives as numbers."""
    if "deals" not in numbers:
        return [numbers.get("words", "–")]
    deals, of = numbers["deals"], numbers.get("of")
    told = [f"{deals:,} of {of:,}" if of is not None else f"{deals:,}"]
    if "percent" in numbers:
        told.append(f"{numbers['percent']}%")
    if "low_percent" in numbers:
        told.append(f"({numbers['low_percent']}–{numbers['high_percent']}%)")
    if "before_of" in numbers:
        told.append(f"was {numbers['before_deals']:,} of {numbers['before_of']:,}")
    told += [f"{numbers[name]:,}" for name in ("fall_to", "rise_to") if name in numbers]
    return told + ([numbers["words"]] if "words" in numbers else [])


def rows_of(page: Tag, section: dict[str, Any]) -> list[Tag]:
    """The rows of a section itself, not of those folded into it."""
    first, _, last = section["columns"][0]["months"].partition(" to ")
    parts = (section["key"], section["outcome"], first, last or first)
    part = page.find(id="-".join(filter(None, parts)))
    assert isinstance(part, Tag), parts
    return [row for row in part.select("tbody tr") if row.find_parent(id=True) is part]


@pytest.mark.parametrize("month", [SEPTEMBER, AUGUST, Month(2026, 3)], ids=["many", "few", "none"])
def test_every_figure_stands_in_all_three_forms(session: Session, month: Month) -> None:
    make_september(session)

    said, lines, page = forms(session, month)

    told = []
    for section in said["sections"]:
        rows = rows_of(page, section)
        assert len(rows) == len(section["rows"]) > 0, section["key"]
        for row, shown in zip(section["rows"], rows, strict=True):
            label, *cells = map(words_of, shown.select("th, td"))
            assert label == f"{row['label']} {row['note']}".strip()
            for column, cell in zip(section["columns"], cells, strict=True):
                numbers = row["figures"][column["key"]]
                assert [each for each in in_words(numbers) if each not in cell] == [], cell
                told.append(
                    {"months": column["months"], "section": section["key"]}
                    | {"outcome": section["outcome"] or "", "figure": column["key"]}
                    | {name: row[name] for name in ("code", "label", "note")}
                    | {name: str(numbers.get(name, "")) for name in NUMBERS}
                )
    others = {"headline", "reading", "answer", "method"}
    assert told == [line for line in lines if line["section"] not in others]


@pytest.mark.parametrize("month", [SEPTEMBER, AUGUST, Month(2026, 3)], ids=["many", "few", "none"])
def test_headline_answers_and_method_stand_in_all_three_forms(
    session: Session, month: Month
) -> None:
    make_september(session)

    said, lines, page = forms(session, month)
    by_section = {name: [line for line in lines if line["section"] == name] for name in
                  ("headline", "reading", "answer", "method")}  # fmt: skip

    text = words_of(page)
    assert [line["words"] for line in by_section["headline"]] == [said["headline"]]
    assert [line["words"] for line in by_section["reading"]] == [said["reading"]]
    assert said["headline"] in text
    assert said["reading"] in text
    assert [line["words"] for line in by_section["answer"]] == [a["words"] for a in said["answers"]]
    cards = [words_of(card) for card in page.select(".answer-card")]
    for card, answer in zip(cards, said["answers"], strict=True):
        assert (answer["words"] or "No words given") in card
        assert answer["question"] in card
        assert all(reason in card for reason in answer["reasons"])
    assert [line["code"] for line in by_section["method"]] == list(said["method"])
    for line in by_section["method"]:
        assert f"{line['label']} {line['words']}" in text


def test_every_section_is_filled_and_coverage_comes_first(session: Session) -> None:
    make_september(session)

    said, *_ = forms(session, SEPTEMBER)

    keys = [section["key"] for section in said["sections"]]
    assert set(keys) == EVERY_SECTION
    assert keys[:6] == [
        *("answers", "coverage", "not_asked", "declined", "closing_months", "difference"),
    ]


class Told:
    """Figures of the JSON by section, months, outcome and row."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.sections = said["sections"]

    def __call__(
        self, key: str, row: str, column: str, *, months: str = "", outcome: str | None = None
    ) -> dict[str, Any]:
        (numbers,) = (
            found["figures"][column]
            for section in self.sections
            if (section["key"], section["outcome"]) == (key, outcome)
            and months in ("", section["columns"][0]["months"])
            for found in section["rows"]
            if row in (found["code"], found["label"])
        )
        assert isinstance(numbers, dict)
        return numbers


YEAR = "2025-10 to 2026-09"


def rate(deals: int, of: int, percent: int, low: int, high: int) -> dict[str, int]:
    """The ends are those of scipy's `binomtest(deals, of).proportion_ci(method="wilson")`."""
    return {
        "deals": deals, "of": of, "percent": percent, "low_percent": low, "high_percent": high
    }  # fmt: skip


def test_coverage_is_as_counted_by_hand(session: Session) -> None:
    make_september(session)
    said, *_ = forms(session, SEPTEMBER)
    told = Told(said)

    def both(key: str, row: str) -> tuple[int, int]:
        figures = (told(key, row, column) for column in ("this_month", "twelve_months"))
        month, year = (each["deals"] for each in figures)
        return month, year

    arrived = [both("answers", row) for row in ("lost", "won", "no_decision", "all", "disputed")]
    assert arrived == [(8, 11), (5, 5), (1, 1), (14, 17), (1, 1)]
    steps = ("closed", "eligible", "invited", "delivered", "started", "answered", "held")
    assert [both("coverage", step) for step in steps] == [
        *((2, 22), (0, 19), (0, 19), (0, 19), (0, 17), (0, 17), (1, 1)),
    ]
    assert both("not_asked", "The deal has no contact with an address.") == (1, 2)
    assert both("not_asked", "Somebody asked us to hold, and said why.") == (1, 1)
    assert both("declined", "Has no time for it.") == (0, 1)
    assert told("closing_months", "2026-08", "answered") == rate(14, 17, 82, 59, 94)
    assert told("difference", "outcome:lost", "of_closed") == {"deals": 16, "of": 22, "percent": 73}
    assert told("difference", "outcome:lost", "of_answers") == (
        {"deals": 11, "of": 17, "percent": 65}
    )
    assert told("difference", "outcome:lost", "answered") == rate(11, 16, 69, 44, 86)


def test_reasons_price_and_hands_are_as_counted_by_hand(session: Session) -> None:
    make_september(session)
    said, *_ = forms(session, SEPTEMBER)
    told = Told(said)

    def of_losses(key: str, row: str, column: str, months: str = "2026-09") -> dict[str, Any]:
        return told(key, row, column, months=months, outcome="lost")

    assert said["headline"].startswith(
        "14 answers arrived in September 2026 (8 lost, 5 won, 1 no decision)."
    )
    assert of_losses("reasons", "PRI-01", "weighed_most") == rate(4, 8, 50, 22, 78)
    assert of_losses("reasons", "PRI-01", "named") == rate(5, 8, 63, 31, 86)
    assert of_losses("reasons", "PRI-01", "weighed_most", YEAR) == rate(4, 11, 36, 15, 65)
    assert of_losses("categories", "PRD", "weighed_most", YEAR) == rate(5, 11, 45, 21, 72)
    assert of_losses("categories", "No reason that explains it", "weighed_most") == (
        rate(1, 8, 13, 2, 47)
    )
    won = told("reasons", "PRD-02", "weighed_most", months="2026-09", outcome="won")
    assert won == rate(5, 5, 100, 57, 100)

    hands = [
        told("hands", "lost", column, months="2026-09")
        for column in ("ours", "shared", "theirs", "at_least", "at_most")
    ]
    assert hands[:3] == [{"deals": 2}, {"deals": 4}, {"deals": 1}]
    assert hands[3:] == [rate(2, 7, 29, 8, 64), rate(6, 7, 86, 49, 97)]
    assert told("price", "lost", "named", months="2026-09") == rate(5, 8, 63, 31, 86)
    assert told("price", "lost", "weighed_most", months="2026-09") == rate(4, 8, 50, 22, 78)
    changed_it = told("price", "lost", "would_have_changed_it", months="2026-09")
    assert changed_it == {"deals": 2, "of": 3}


def test_competitors_and_changes_are_as_counted_by_hand(session: Session) -> None:
    make_september(session)
    said, *_ = forms(session, SEPTEMBER)
    told = Told(said)

    def of_rival(column: str) -> dict[str, Any]:
        return told("competitors", "Fleetwise", column, months=YEAR)

    assert of_rival("won_of_decided") == rate(1, 5, 20, 4, 62)
    assert [of_rival(column) for column in ("lost", "won", "no_decision")] == [
        *({"deals": 4}, {"deals": 1}, {"deals": 0}),
    ]
    assert of_rival("weighed_most_in_losses") == {"deals": 3, "of": 4, "words": "Dearer"}
    # 7 of 8 against 0 of 3: 8 tables of 330, 2.4%; the level is 10% over the four reasons shown.
    lately = told("reasons", "PRI-01", "lately", months="2026-09", outcome="lost")
    assert lately == {
        "deals": 4, "of": 8, "before_deals": 0, "before_of": 3,
        "rise_to": 7, "words": "No clear change",
    }  # fmt: skip


def test_method_is_told_whole(session: Session) -> None:
    make_september(session)

    said, *_ = forms(session, SEPTEMBER)

    assert said["method"] == {
        "answers": 14,
        "data_cut": "2026-09-30T22:00:00+00:00",
        "time_zone": "Europe/Amsterdam",
        "frozen_at": None,
        "taxonomy_release": 3,
        "questionnaires": ["not_won 2"],
        "grey_threshold": 5,
        "intervals": "Wilson, 95%",
        "changes": "Fisher’s exact test, Benjamini–Hochberg, q = 0.1",
        "anonymity_threshold": 5,
    }
