"""Reading CSV as people really save it."""

import codecs
import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.kit import tables
from survey.kit.tables import FileNotReadable, open_table, write_csv
from tests.others import at_hand


def saved(folder: Path, content: bytes) -> Path:
    path = folder / "deals.csv"
    path.write_bytes(content)
    return path


def cells(path: Path, **told: str) -> list[list[str]]:
    table = open_table(path, **told)
    return [list(table.header), *(row.cells for row in table.rows())]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
        (b"a;b\r\n1,5;2\r\n", [["a", "b"], ["1,5", "2"]]),
        (b"a\tb\n1\t2", [["a", "b"], ["1", "2"]]),
        (b"a|b\r1|2\r", [["a", "b"], ["1", "2"]]),
        (b"sep=;\r\na;b\r\n1;2\r\n", [["a", "b"], ["1", "2"]]),
        (b"\n\n\na,b\n1,2\n", [["a", "b"], ["1", "2"]]),
        (b'"a, b",c\n"x\ny",2\n', [["a, b", "c"], ["x\ny", "2"]]),
        (b'a,b\n"say ""hi""",2\n', [["a", "b"], ['say "hi"', "2"]]),
        (b"a,b\n,\n1,2\n\n,,\n", [["a", "b"], ["1", "2"]]),
        (codecs.BOM_UTF8 + "ä,b\n1,ß\n".encode(), [["ä", "b"], ["1", "ß"]]),
        ("a,b\n1,ß\n".encode("utf-16"), [["a", "b"], ["1", "ß"]]),
        (codecs.BOM_UTF16_BE + "a,b\n1,ß\n".encode("utf-16-be"), [["a", "b"], ["1", "ß"]]),
    ],
)
def test_table_reads_what_programs_write(
    tmp_path: Path, content: bytes, expected: list[list[str]]
) -> None:
    assert cells(saved(tmp_path, content)) == expected


def test_table_in_another_encoding_asks_for_it_and_reads_it_when_told(tmp_path: Path) -> None:
    path = saved(tmp_path, "name\nMüller\n".encode("cp1252"))

    with pytest.raises(FileNotReadable, match=r"not UTF-8 \(line 2\).*encoding = \"cp1252\""):
        open_table(path)
    assert cells(path, encoding="cp1252") == [["name"], ["Müller"]]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"a,b\n1,2\n\x00,2\n", "NUL byte on line 3"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b'\xef\xbb\xbf[\n  {"deal_id": "D-1"}\n]', "is JSON. Export it as CSV"),
        (b'{"deal_id": "D-1"}\n{"deal_id": "D-2"}\n', "is JSON. Export it as CSV"),
        (b'a,b\n1,2\n"3,4\n5,6\n', "starts on line 3: a quote opens there and is never closed"),
        (b'a,b\n1,2\n"3"x,4\n5,6\n', "starts on line 3: a quote stands inside"),
        (b"a,b\n1," + b"x" * 100_001, "longer than 100000 characters"),
    ],
)
def test_table_that_is_damaged_is_refused_with_its_reason(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    with pytest.raises(FileNotReadable, match=reason):
        open_table(saved(tmp_path, content))


@pytest.mark.parametrize("header", ["[Deal ID],Name", "{id},Name", '"{""a"": 1}",Name'])
def test_header_that_begins_with_a_bracket_is_no_json(tmp_path: Path, header: str) -> None:
    assert len(open_table(saved(tmp_path, f"{header}\n1,2\n".encode())).header) == 2


def test_table_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotReadable, match="no file"):
        open_table(tmp_path / "none.csv")


def test_table_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "LARGEST_FILE_BYTES", 5)

    with pytest.raises(FileNotReadable, match=r"too large.*Split it"):
        open_table(saved(tmp_path, b"a,b\n1,2\n"))


@pytest.mark.parametrize("told", ["klingon", "base64", "undefined"])
def test_encoding_nobody_knows_is_refused(tmp_path: Path, told: str) -> None:
    with pytest.raises(FileNotReadable, match="no encoding that we know"):
        open_table(saved(tmp_path, b"a\n1\n"), encoding=told)


def test_rows_know_the_line_where_they_start(tmp_path: Path) -> None:
    path = saved(tmp_path, b'a,b\n\n"x\ny",2\n3,4\n')

    assert [row.line for row in open_table(path).rows()] == [3, 5]


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
            min_size=3,
            max_size=3,
        ).filter(any),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8-sig", "utf-16"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_table_reads_back_any_text(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[list[str]],
    delimiter: str,
    encoding: str,
    line_end: str,
) -> None:
    written = io.StringIO()
    writer = csv.writer(
        written, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL
    )
    writer.writerows([["first", "second", "third"], *rows])
    path = saved(tmp_path_factory.mktemp("any"), written.getvalue().encode(encoding))

    assert cells(path) == [["first", "second", "third"], *rows]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r1", "  =1", "\u00a0=1", '"=1', "\uff1d1"]
)
def test_written_text_is_never_a_formula(text: str) -> None:
    file = io.StringIO()

    write_csv(file, ["quote"], [[text]])

    assert list(csv.reader(io.StringIO(file.getvalue(), newline=""))) == [["quote"], ["'" + text]]


@pytest.mark.parametrize("part", [";", "\n", "\r", "\r\n", "; "])
def test_written_text_is_no_formula_where_a_country_parts_cells_elsewhere(part: str) -> None:
    file = io.StringIO()

    write_csv(file, ["quote"], [[f"slow{part}=1+1"], ["so-so; a=b"]])

    end = part.rstrip(" ")
    (_, first, second) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert first == [f"slow{end}'{part.removeprefix(end)}=1+1"]
    assert second == ["so-so; a=b"]


def test_written_numbers_stay_numbers() -> None:
    file = io.StringIO()

    write_csv(file, ["change", "note"], [[-5, "fine"], [None, "a-b"]])

    assert file.getvalue() == "change,note\r\n-5,fine\r\n,a-b\r\n"


@pytest.mark.parametrize(
    "name",
    [
        "comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "newlines",
        "newlines_crlf", "quotes_and_newlines", "simple", "simple_crlf", "utf8",
    ],
)  # fmt: skip
def test_spectrum_is_read_as_it_expects(name: str) -> None:
    folder = at_hand("csv/spectrum")
    # The collection was stored with LF, so that its CRLF cases lost theirs.
    expected = json.loads((folder / f"{name}.json").read_text().replace("\\r\\n", "\\n"))
    header, *rows = cells(folder / f"{name}.csv")

    assert [dict(zip(header, row, strict=True)) for row in rows] == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("blanks", [["a", "b", "c", "d", "e", "f"], ["", "NA", "N/A", "NONE", "NULL", "."]]),
        ("mac_newlines", [["a", "b", "c"], ["1", "2", "3"], ["Once upon\ra time", "5", "6"]]),
        ("optional_quote_characters", [["a", "b", "c"], ["1", "2", "3"]]),
        ("test_empty_columns_long_row", [["a", "b", "c"]]),
        ("test_header_newline", [["start end", "b", "c"], ["d", "e", "f"]]),
        ("test_skip_lines", [["a", "b", "c"], ["1", "2", "3"]]),
        ("test_utf16_big", [["a", "b", "c"], ["1", "2", "3"], ["4", "5", "ʤ"]]),
        ("test_utf16_little", [["a", "b", "c"], ["1", "2", "3"], ["4", "5", "ʤ"]]),
        ("test_utf8_bom", [["foo", "bar", "baz"], ["1", "2", "3"], ["4", "5", "ʤ"]]),
    ],
)
def test_csvkit_is_read(name: str, expected: list[list[str]]) -> None:
    assert cells(at_hand(f"csv/csvkit/{name}.csv")) == expected


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("empty.csv", "is empty"),
        ("null_byte.csv", "NUL byte on line 2"),
        ("test_latin1.csv", "not UTF-8"),
        ("dummy.xlsx", "Excel workbook"),
    ],
)
def test_csvkit_is_refused_plainly(name: str, reason: str) -> None:
    path = at_hand(f"csv/csvkit/{name}")

    with pytest.raises(FileNotReadable, match=reason):
        open_table(path)
