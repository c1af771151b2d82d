"""The taxonomy as one table: a row per reason, the same to read and to write.

`export` and `import` round-trip byte for byte: UTF-8, commas, one line feed a row, in the order of
the tree. The column `was` names, joined by `|`, the earlier reasons that a row takes over.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import fields
from importlib.resources import as_file, files
from io import StringIO
from pathlib import Path

from survey.kit.errors import SurveyError
from survey.kit.tables import Row, open_table
from survey.taxonomy.types import APPLIES_TO, Control, ReasonRow, ScreenGroup

COLUMNS = tuple(field.name for field in fields(ReasonRow))

_MOST_PROBLEMS = 5
_CODE = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*")
_LONGEST = {"category_code": 8, "code": 16, "category": 300, "label": 300, "owner": 100}
_NEEDED = ("category_code", "category", "code", "label", "definition", "control")
_FORMULA_STARTS = ("=", "+", "-", "@")
_SWITCH = {"yes", "no"}


class TaxonomyNotReadable(SurveyError):
    """The file is a table, and does not hold a taxonomy."""


def read_table(path: Path) -> tuple[ReasonRow, ...]:
    """The rows of a taxonomy file. Raises `FileNotReadable`, `TaxonomyNotReadable`."""
    table = open_table(path)
    if missing := [column for column in COLUMNS if column not in table.header]:
        raise TaxonomyNotReadable(
            f"“{path.name}” lacks the columns {', '.join(missing)}."
            " Start from what “survey taxonomy export” writes."
        )
    if unknown := [column for column in table.header if column not in COLUMNS]:
        raise TaxonomyNotReadable(f"“{path.name}” has unknown columns: {', '.join(unknown)}.")
    places = [table.header.index(column) for column in COLUMNS]
    numbered = [(row.line, _row(row, places)) for row in table.rows()]
    if problems := _problems(numbered):
        more = len(problems) - _MOST_PROBLEMS
        told = " ".join(problems[:_MOST_PROBLEMS])
        raise TaxonomyNotReadable(told + (f" And {more} more." if more > 0 else ""))
    return tuple(row for _, row in numbered)


def shipped_table() -> tuple[ReasonRow, ...]:
    """The rows that come with the product."""
    with as_file(files("survey.taxonomy").joinpath("shipped", "reasons.csv")) as path:
        return read_table(path)


def written_table(rows: Iterable[ReasonRow]) -> str:
    """The table as text, ready to be encoded as UTF-8."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([getattr(row, column) for column in COLUMNS] for row in rows)
    return text.getvalue()


def _row(row: Row, places: Sequence[int]) -> ReasonRow:
    cells = [row.cells[place] if place < len(row.cells) else "" for place in places]
    return ReasonRow(*(cell.strip() for cell in cells))


def _problems(numbered: Sequence[tuple[int, ReasonRow]]) -> list[str]:
    if not numbered:
        return ["There is no reason in this file."]
    problems = [
        f"Line {line}, {column}: {problem}."
        for line, row in numbered
        for column, problem in _row_problems(row)
    ]
    lines: dict[str, int] = {}
    categories: dict[str, tuple[str, str]] = {}
    for line, row in numbered:
        if (first := lines.setdefault(row.code, line)) != line:
            problems.append(f"Line {line}, code: “{row.code}” stands in line {first} already.")
        words = (row.category, row.category_definition)
        if categories.setdefault(row.category_code, words) != words:
            problems.append(
                f"Line {line}, category: “{row.category_code}” is called otherwise further up."
            )
    return problems


def _row_problems(row: ReasonRow) -> Iterable[tuple[str, str]]:
    for column in _NEEDED:
        if not getattr(row, column):
            yield column, "this may not be empty"
    for column, most in _LONGEST.items():
        if len(getattr(row, column)) > most:
            yield column, f"longer than {most} characters"
    for column in COLUMNS:
        if getattr(row, column).startswith(_FORMULA_STARTS):
            yield column, "begins like a spreadsheet formula"
    for column in ("category_code", "code"):
        if not _CODE.fullmatch(getattr(row, column) or "A"):
            yield column, f"“{getattr(row, column)}” is not a code such as PRI-02"
    yield from _choice_problems(row)


def _choice_problems(row: ReasonRow) -> Iterable[tuple[str, str]]:
    allowed = {
        "control": {control.value for control in Control},
        "screen_group": {"", *(group.value for group in ScreenGroup)},
        "is_switched_on": _SWITCH,
    }
    for column, values in allowed.items():
        value = getattr(row, column)
        if value not in values and (value or column not in _NEEDED):
            yield column, f"“{value}” is none of {', '.join(sorted(values - {''}))}"
    for outcome in filter(None, row.applies_to.split("|")):
        if outcome not in APPLIES_TO:
            yield "applies_to", f"“{outcome}” is none of {', '.join(APPLIES_TO)}"
