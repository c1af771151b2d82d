"""Tables in files: reading CSV as people really save it, writing CSV that no spreadsheet runs.

The encoding is never guessed (a detector failed on 4 of 8 real samples): a byte order mark
decides, else strict UTF-8, else the reader asks. A file is checked to its end before its first
row is given out, so that a damaged file is refused whole.
"""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import IO, NamedTuple

from survey.kit.errors import SurveyError

LARGEST_FILE_BYTES = 256 * 1024 * 1024
LONGEST_CELL = 100_000
_CHUNK_BYTES = 1 << 20
_DELIMITERS = ",;\t|"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
# Also in full width, and behind what a spreadsheet may skip: spaces, quotes, marks without width.
_SKIPPED = r"[\s\"'\u200b-\u200f\u2060\ufeff]*"
_STARTS = r"=+@\uff1d\uff0b\uff0d\uff20-"
_FORMULA_STARTS = re.compile(rf"{_SKIPPED}[\t\r\n{_STARTS}]")
_FORMULA_INSIDE = re.compile(rf"(?<=[;\r\n])(?!(?<=\r)\n)(?={_SKIPPED}[{_STARTS}])")

# A header may begin with a bracket, but not with one before a quote or another bracket.
_JSON_START = re.compile(r"\ufeff?\s*(?:\{\s*[\"}]|\[\s*[\"\[\]{])")
_LONGEST_START = 4096
_SEPARATOR_HINT = re.compile(r"sep=(.)[\r\n]", re.IGNORECASE)

csv.field_size_limit(LONGEST_CELL)

Cell = str | int | float | None


class FileNotReadable(SurveyError):
    """The file as a whole cannot be read as a table."""


class Row(NamedTuple):
    """One row: the line of the file where it starts, and its cells as written."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A checked file: its header, and how many rows that are not blank follow it."""

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    row_count: int
    _header_line: int

    def rows(self) -> Iterator[Row]:
        """The rows under the header, as they are read from the disk; blank ones are left out."""
        with self.path.open(encoding=self.encoding, newline="") as lines:
            yield from (
                row
                for row in _records(lines, self.delimiter, name=self.path.name)
                if row.line > self._header_line
            )


def open_table(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> Table:
    """Check a CSV file from end to end and tell its header. Raises `FileNotReadable`."""
    name = path.name
    if not path.is_file():
        raise FileNotReadable(f"There is no file “{path}”. Check the name.")
    if path.stat().st_size > LARGEST_FILE_BYTES:
        raise FileNotReadable(
            f"“{name}” is too large ({path.stat().st_size // 2**20} MB; at most"
            f" {LARGEST_FILE_BYTES // 2**20} MB). Split it into several files."
        )
    encoding = _encoding_of(path, encoding)
    _refuse_undecodable(path, encoding)
    _refuse_json(path, encoding)
    with path.open(encoding=encoding, newline="") as lines:
        delimiter = delimiter or _delimiter_of(lines, name=name)
    with path.open(encoding=encoding, newline="") as lines:
        records = _records(lines, delimiter, name=name)
        header = next(records, None)
        if header is not None and _says_separator(header.cells):
            header = next(records, None)
        if header is None:
            raise FileNotReadable(f"“{name}” is empty. Export it again, with its header row.")
    row_count = _count_below(path, header.line, encoding=encoding, delimiter=delimiter)
    names = tuple(" ".join(cell.split()) for cell in header.cells)
    return Table(path, encoding, delimiter, names, row_count, header.line)


def _count_below(path: Path, header_line: int, *, encoding: str, delimiter: str) -> int:
    """Read the file to its end: rows under the header that are not blank."""
    with path.open(encoding=encoding, newline="") as lines:
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            for _ in reader:
                if reader.line_num >= header_line:
                    break
            return sum(map(any, reader))
        except csv.Error:
            lines.seek(0)
            for _ in _records(lines, delimiter, name=path.name):
                pass  # comes to the damaged row and tells where it starts
            raise


def write_csv(file: IO[str], header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write a table that a spreadsheet shows and never runs: a would-be formula becomes text.

    Open the file with `newline=""`; write it as `utf-8-sig`, so that Excel reads it right.
    """
    writer = csv.writer(file, lineterminator="\r\n")
    for row in chain([header], rows):
        writer.writerow([_inert(cell) for cell in row])


def _inert(cell: Cell) -> Cell:
    # OWASP, "CSV Injection": a leading quote makes a spreadsheet take the cell as text. Inside a
    # cell too: a spreadsheet whose country parts cells by semicolons starts a cell there, whatever
    # the quotes around it.
    if not isinstance(cell, str):
        return cell
    text = _FORMULA_INSIDE.sub("'", cell)
    return f"'{text}" if _FORMULA_STARTS.match(cell) else text


def _encoding_of(path: Path, told: str | None) -> str:
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(_WORKBOOKS):
        raise FileNotReadable(
            f"“{path.name}” is an Excel workbook. Save it as “CSV UTF-8” and import that."
        )
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    if told is None:
        return "utf-8"
    try:
        "".encode(told)
    except (LookupError, UnicodeError):
        raise FileNotReadable(
            f"“{told}” is no encoding that we know. Try “cp1252” or “latin-1”."
        ) from None
    return codecs.lookup(told).name


def _refuse_undecodable(path: Path, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK_BYTES)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                line += error.object[: error.start].count(b"\n")
                raise FileNotReadable(_not_decodable(path.name, encoding, line)) from None
            nul = text.find("\0")
            if nul >= 0:
                line += text.count("\n", 0, nul)
                raise FileNotReadable(
                    f"“{path.name}” holds a NUL byte on line {line}: it is damaged, or it is not a"
                    " CSV file. Export it again."
                )
            line += text.count("\n")
            if not chunk:
                return


def _refuse_json(path: Path, encoding: str) -> None:
    with path.open(encoding=encoding) as file:
        start = file.read(_LONGEST_START)
    if _JSON_START.match(start):
        raise FileNotReadable(f"“{path.name}” is JSON. Export it as CSV and import that.")


def _not_decodable(name: str, encoding: str, line: int) -> str:
    if encoding == "utf-8":
        return (
            f"“{name}” is not UTF-8 (line {line}). Save it as “CSV UTF-8”, or say in the mapping"
            ' which encoding it has: [formats] encoding = "cp1252".'
        )
    return f"“{name}” is not {encoding} (line {line}). Save it as “CSV UTF-8”."


def _delimiter_of(lines: IO[str], *, name: str) -> str:
    # Excel's own hint comes first; else the separator that parts the header into most columns.
    start = lines.read(_CHUNK_BYTES).lstrip("\ufeff\r\n")
    hint = _SEPARATOR_HINT.match(start)
    if hint:
        return hint[1]
    widths = {mark: _width(start, mark, name=name) for mark in _DELIMITERS}
    return max(_DELIMITERS, key=lambda mark: widths[mark])


def _width(start: str, delimiter: str, *, name: str) -> int:
    try:
        header = next(_records(StringIO(start, newline=""), delimiter, name=name), None)
    except FileNotReadable:
        return 0
    return len(header.cells) if header else 0


def _says_separator(cells: list[str]) -> bool:
    return cells[0].lower() == "sep=" and not any(cells[1:])


def _records(lines: Iterable[str], delimiter: str, *, name: str) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cells):
                yield Row(line, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise FileNotReadable(_not_parsable(name, line, str(error))) from None


def _not_parsable(name: str, line: int, error: str) -> str:
    if "unexpected end" in error:
        wrong = "a quote opens there and is never closed"
    elif "field larger" in error:
        wrong = f"a cell is longer than {LONGEST_CELL} characters, or a quote is never closed"
    else:
        wrong = 'a quote stands inside a quoted cell; write it twice: ""'
    return f"“{name}” is damaged in the row that starts on line {line}: {wrong}."
