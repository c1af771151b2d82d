"""Nothing that a buyer or a CRM wrote becomes a formula in a spreadsheet that opens the CSV."""

import csv
import io

import numpy as np
from sqlalchemy.orm import Session

from survey.config import shipped_folder
from survey.reports.queries import month_report
from survey.reports.types import Format
from survey.reports.written import written
from tests.factories import make_alternative, make_answer, make_company, make_competitor
from tests.reports.year import AFTER, SEPTEMBER, answer

STARTS = ["=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
"""OWASP's list for CSV injection, and the same in full width."""
BEFORE = ["", " ", "\u00a0", '"', "'", '" ', "\ufeff"]
EVERY = [f"{before}{start}1+1" for before in BEFORE for start in STARTS]


def csv_of(session: Session) -> str:
    report = month_report(session, SEPTEMBER, now=AFTER)
    content = written(report, Format.CSV, templates=shipped_folder("templates"))
    return content.decode("utf-8-sig")


def cells_of(text: str) -> list[list[str]]:
    """The table as numpy reads it, whose parser knows nothing of the writer's."""
    table = np.loadtxt(
        io.StringIO(text, newline=""), dtype=str, delimiter=",", quotechar='"', comments=None
    )
    return [[str(cell) for cell in row] for row in table]


def test_names_of_competitors_stay_text(session: Session) -> None:
    make_company(session)
    response = answer(session, name="=cmd|' /C calc'!A0", segment="=SUM(A1:A9)")
    for name in EVERY:
        rival = make_competitor(session, name=name, name_key=f"{name!r}")
        make_alternative(session, deal=response.deal, competitor=rival)

    rows = cells_of(csv_of(session))

    labels = {row[4] for row in rows if row[1] == "competitors"}
    assert labels == {f"'{name}" for name in EVERY}
    assert "'=SUM(A1:A9)" in {row[4] for row in rows if row[1] == "difference"}
    assert not any("calc" in cell for row in rows for cell in row)


def test_words_of_buyers_stay_text_where_cells_are_parted_by_semicolons(session: Session) -> None:
    make_company(session)
    words = [f"Slow.{part}{start}1+1" for start in "=+-" for part in (";", "\n", '; "')]
    for each in words:
        answer(session, each)

    text = csv_of(session)

    by_comma = {row[-1] for row in cells_of(text) if row[1] == "answer"}
    assert by_comma == {
        f"Slow.{part}{start}1+1" for start in "=+-" for part in (";'", "\n'", ";' \"")
    }
    parted = csv.reader(io.StringIO(text, newline=""), delimiter=";", quoting=csv.QUOTE_NONE)
    starts = {cell.strip(' "')[:1] for row in parted for cell in row}
    assert starts & set(STARTS) == set()


def test_dangerous_first_words_of_buyers_stay_text(session: Session) -> None:
    make_company(session)
    response = answer(session)
    make_answer(session, response=response, text='=HYPERLINK("http://evil.example","click")')

    (row,) = (row for row in cells_of(csv_of(session)) if row[1] == "answer")

    assert row[-1].startswith("'=HYPERLINK(")
