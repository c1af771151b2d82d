"""Every file of two collections of awkward CSV: what each must become, read off it by eye."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from survey.audit.types import Actor, ActorKind
from survey.deals.mapping import ColumnsNotKnown, Mapping
from survey.deals.models import Deal
from survey.jobs.import_deals import ImportReport, import_files
from survey.kit.db import Database
from survey.kit.tables import FileNotReadable
from tests.others import OTHERS, at_hand

FOLDER = OTHERS / "csv"
_QUOTES = "; a cell that holds the separator or a line break needs quotes."
_LACKS = "has no column for deal_id, account, outcome. Name the header in a mapping:"


class Read(NamedTuple):
    """The deals a file becomes where a mapping names its columns, and what is told of its rows."""

    deals: Sequence[tuple[str, ...]] = ()
    """Three of its columns: the id, the account, the reason in the CRM."""
    told: tuple[str, ...] = ()
    columns: tuple[str, str, str] = ("a", "b", "c")
    formats: str = ""


ONE_TWO_THREE = ("1", "2", "3")
FOOBAR = ("foo", "bar", "baz")
READ = {
    "csvkit/bad.csv": Read(
        [("0", "mixed types.... uh oh", "17")],
        (
            f"bad.csv, line 2: The row has 4 cells where the header has 3{_QUOTES}",
            f"bad.csv, line 3: The row has 2 cells where the header has 3{_QUOTES}",
        ),
        ("column_a", "column_b", "column_c"),
    ),
    "csvkit/blanks.csv": Read([("NA", "N/A", "NONE")], columns=("b", "c", "d")),
    "csvkit/mac_newlines.csv": Read([ONE_TWO_THREE, ("Once upon a time", "5", "6")]),
    "csvkit/no_header_row.csv": Read(columns=ONE_TWO_THREE),
    "csvkit/optional_quote_characters.csv": Read([ONE_TWO_THREE]),
    "csvkit/test_empty_columns.csv": Read(
        [],
        (
            "test_empty_columns.csv, line 2, b “”: is empty, but every deal needs it.",
            f"test_empty_columns.csv, line 3: The row has 4 cells where the header has 5{_QUOTES}",
        ),
    ),
    "csvkit/test_empty_columns_long_row.csv": Read(),
    "csvkit/test_empty_columns_short_row.csv": Read(),
    "csvkit/test_extra_header.csv": Read(
        told=(
            f"test_extra_header.csv, line 2: The row has 3 cells where the header has 4{_QUOTES}",
        )
    ),
    "csvkit/test_header_newline.csv": Read([("d", "e", "f")], columns=("start end", "b", "c")),
    "csvkit/test_latin1.csv": Read(
        [ONE_TWO_THREE, ("4", "5", "©")], formats='encoding = "latin-1"'
    ),
    "csvkit/test_locale.csv": Read([("1,7", "200.000.000", "")]),
    "csvkit/test_no_leading_zeroes.csv": Read([("01", "00.11", "0.1")]),
    "csvkit/test_skip_lines.csv": Read([ONE_TWO_THREE]),
    "csvkit/test_utf16_big.csv": Read([ONE_TWO_THREE, ("4", "5", "ʤ")]),
    "csvkit/test_utf16_little.csv": Read([ONE_TWO_THREE, ("4", "5", "ʤ")]),
    "csvkit/test_utf8.csv": Read([ONE_TWO_THREE, ("4", "5", "ʤ")], columns=FOOBAR),
    "csvkit/test_utf8_bom.csv": Read([ONE_TWO_THREE, ("4", "5", "ʤ")], columns=FOOBAR),
    "spectrum/comma_in_quotes.csv": Read(
        [("08123", "Anytown, WW", "120 any st.")], columns=("zip", "city", "address")
    ),
    "spectrum/empty.csv": Read(
        [("2", "3", "4")], ("empty.csv, line 2, b “”: is empty, but every deal needs it.",)
    ),
    "spectrum/empty_crlf.csv": Read(
        [("2", "3", "4")], ("empty_crlf.csv, line 2, b “”: is empty, but every deal needs it.",)
    ),
    "spectrum/escaped_quotes.csv": Read(
        [("1", 'ha "ha" ha', "1"), ("3", "4", "3")], columns=("a", "b", "a")
    ),
    "spectrum/json.csv": Read(
        [("1", '{"type": "Point", "coordinates": [102.0, 0.5]}', "1")],
        columns=("key", "val", "key"),
    ),
    "spectrum/location_coordinates.csv": Read(
        [("2095257564", "Modesto", "37\ufffd36'37.8\"N 121\ufffd2'17.9\"W")],
        columns=("Contact Phone Number", "Cities", "Location Coordinates"),
    ),
    "spectrum/newlines.csv": Read([ONE_TWO_THREE, ("Once upon a time", "5", "6"), tuple("789")]),
    "spectrum/newlines_crlf.csv": Read(
        [ONE_TWO_THREE, ("Once upon a time", "5", "6"), tuple("789")]
    ),
    "spectrum/quotes_and_newlines.csv": Read(
        [("1", "1", 'ha\n"ha"\nha'), ("3", "3", "4")], columns=("a", "a", "b")
    ),
    "spectrum/simple.csv": Read([ONE_TWO_THREE]),
    "spectrum/simple_crlf.csv": Read([ONE_TWO_THREE]),
    "spectrum/utf8.csv": Read([ONE_TWO_THREE, ("4", "5", "ʤ")]),
}
REFUSED = {
    "csvkit/empty.csv": "“empty.csv” is empty. Export it again, with its header row.",
    "csvkit/null_byte.csv": (
        "“null_byte.csv” holds a NUL byte on line 2: it is damaged, or it is not a CSV file."
        " Export it again."
    ),
    "csvkit/dummy.xlsx": (
        "“dummy.xlsx” is an Excel workbook. Save it as “CSV UTF-8” and import that."
    ),
    "csvkit/test_latin1.csv": (
        "“test_latin1.csv” is not UTF-8 (line 3). Save it as “CSV UTF-8”, or say in the mapping"
        ' which encoding it has: [formats] encoding = "cp1252".'
    ),
}
"""Whole files that cannot be read as they are; the others lack our columns until somebody maps."""
ONE_COLUMN = {"test_date_format.csv", "test_numeric_date_format.csv", "test_precision.csv"}
"""The day and the amount in them are what is read; see below."""
ALL = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.glob("*/*") if path.name != "COPYING")


def take_in(database: Database, moment: datetime, name: str, mapping: str) -> ImportReport:
    return import_files(
        database,
        [at_hand(f"csv/{name}")],
        mapping=Mapping.read(mapping),
        zone=ZoneInfo("UTC"),
        actor=Actor(ActorKind.COMMAND, label="survey import"),
        now=moment,
    )


def deals_in(database: Database) -> list[Deal]:
    with database.reading() as session:
        return list(session.scalars(select(Deal).order_by(Deal.id)))


def test_every_file_is_told_here() -> None:
    at_hand("csv")
    tables = {name for name in ALL if not name.endswith(".json")}
    of_one_column = {name for name in tables if Path(name).name in ONE_COLUMN}

    assert READ.keys() | REFUSED.keys() | of_one_column == tables
    assert len(ALL) == 48


def _sentence_about(file: Path) -> str:
    if file.suffix == ".json":
        return f"“{file.name}” is JSON. Export it as CSV and import that."
    return f'“{file.name}” {_LACKS} [columns] deal_id = "…".'


@pytest.mark.parametrize("name", ALL)
def test_a_file_without_our_columns_is_refused_by_a_sentence(
    database: Database, moment: datetime, name: str
) -> None:
    with pytest.raises((FileNotReadable, ColumnsNotKnown)) as refused:
        take_in(database, moment, name, "")

    assert str(refused.value) == REFUSED.get(name, _sentence_about(Path(name)))
    assert deals_in(database) == []


@pytest.mark.parametrize("name", READ)
def test_a_mapped_file_is_taken_in_right(database: Database, moment: datetime, name: str) -> None:
    expected = READ[name]
    number, account, reason = expected.columns
    mapping = (
        f'[columns]\ndeal_id = "{number}"\naccount = "{account}"\ncrm_reason = "{reason}"\n'
        f'[defaults]\noutcome = "open"\n[formats]\n{expected.formats}\n'
    )

    report = take_in(database, moment, name, mapping)

    with database.reading() as session:
        deals = session.scalars(select(Deal).order_by(Deal.id))
        found = [(deal.external_id, deal.account.name, deal.crm_reason) for deal in deals]
    assert found == list(expected.deals)
    assert tuple(str(problem) for problem in report.problems) == expected.told
    assert report.added == len(expected.deals)
    assert report.refused == len(expected.told)
    assert report.rows == len(expected.deals) + len(expected.told)


_CLOSED = '[columns]\ndeal_id = "a"\naccount = "a"\nclosed_on = "a"\n[defaults]\noutcome = "lost"\n'
_PAID = '[columns]\ndeal_id = "a"\naccount = "a"\namount = "a"\n[defaults]\noutcome = "open"\n'


@pytest.mark.parametrize(
    ("name", "written"),
    [("test_date_format.csv", "%d/%m/%Y"), ("test_numeric_date_format.csv", "%Y%m%d")],
)
def test_days_are_read_as_the_mapping_says(
    database: Database, moment: datetime, name: str, written: str
) -> None:
    take_in(database, moment, f"csvkit/{name}", f'{_CLOSED}[formats]\ndate = "{written}"\n')

    assert [deal.closed_on for deal in deals_in(database)] == [date(2014, 1, 2), date(2012, 12, 31)]


def test_days_in_no_format_that_was_named_are_refused(database: Database, moment: datetime) -> None:
    report = take_in(database, moment, "csvkit/test_date_format.csv", _CLOSED)

    first, second = map(str, report.problems)
    assert first == (
        "test_date_format.csv, line 2, a “02/01/2014”: is ambiguous: which number is the day?"
        ' Say so in the mapping: [formats] date = "%d/%m/%Y".'
    )
    assert second == (
        "test_date_format.csv, line 3, a “31/12/2012”: is a date in an order we do not guess; map"
        ' it: [formats] date = "%d/%m/%Y".'
    )
    assert deals_in(database) == []


def test_an_amount_is_read_as_the_mapping_says(database: Database, moment: datetime) -> None:
    columns = _PAID.replace('amount = "a"', 'amount = "b"')
    take_in(
        database,
        moment,
        "csvkit/test_locale.csv",
        f'{columns}currency = "EUR"\n[formats]\ndecimal = ","\n',
    )

    (deal,) = deals_in(database)
    assert (deal.external_id, deal.amount_minor, deal.currency) == ("1,7", 20_000_000_000, "EUR")


def test_an_amount_finer_than_its_money_is_refused(database: Database, moment: datetime) -> None:
    report = take_in(database, moment, "csvkit/test_precision.csv", f'{_PAID}currency = "EUR"\n')

    (problem,) = map(str, report.problems)
    assert problem == (
        "test_precision.csv, line 2, a “1.234567”: has more decimals than EUR has (2)."
    )
    assert deals_in(database) == []
