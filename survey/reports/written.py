"""A report as a file: HTML that stands alone and prints, JSON, or CSV that no spreadsheet runs."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from survey.insights.charts import Addressed, Stepped
from survey.insights.types import Window
from survey.kit.tables import Cell, write_csv
from survey.kit.words import month_in_words
from survey.reports.cells import NUMBERS
from survey.reports.sheet import laid_out
from survey.reports.types import Card, Format, MonthReport, Section, Sheet

MEDIA_TYPES = {
    Format.HTML: "text/html; charset=utf-8",
    Format.JSON: "application/json",
    Format.CSV: "text/csv; charset=utf-8",
}
COLUMNS = ("months", "section", "outcome", "code", "label", "note", "figure", *NUMBERS)


def written(report: MonthReport, how: Format, *, templates: Path) -> bytes:
    """The whole report in one of its forms: the same figures in each."""
    sheet = laid_out(report)
    if how is Format.CSV:
        return _csv(sheet)
    if how is Format.JSON:
        return json.dumps(_json(sheet), indent=2, ensure_ascii=False).encode() + b"\n"
    return _html(sheet, templates)


def _json(sheet: Sheet) -> dict[str, Any]:
    return {
        "month": str(sheet.month),
        "headline": sheet.headline,
        "sections": [_section(section) for section in sheet.sections],
        "reading": sheet.reading,
        "answers": [_card(card) for card in sheet.cards],
        "method": {fact.key: fact.plain for fact in sheet.method},
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "key": section.key,
        "outcome": section.outcome,
        "title": section.title,
        "columns": [
            {"key": column.key, "label": column.label, "months": _months(column.window)}
            for column in section.columns
        ],
        "rows": [
            {
                "code": row.code,
                "label": row.label,
                "note": row.note,
                "figures": {
                    column.key: dict(figure.numbers)
                    for column, figure in zip(section.columns, row.figures, strict=True)
                },
            }
            for row in section.rows
        ],
    }


def _card(card: Card) -> dict[str, Any]:
    return {
        "outcome": card.outcome,
        "question": card.question,
        "words": card.words,
        "reasons": list(card.reasons),
    }


def _csv(sheet: Sheet) -> bytes:
    # Excel reads UTF-8 only with the mark in front.
    text = io.StringIO(newline="")
    write_csv(text, COLUMNS, _lines(sheet))
    return text.getvalue().encode("utf-8-sig")


def _lines(sheet: Sheet) -> Iterator[tuple[Cell, ...]]:
    """A line for each figure, under `COLUMNS`."""
    month = str(sheet.month)
    unnumbered = ("",) * (len(NUMBERS) - 1)
    yield (month, "headline", "", "", "", "", "", *unnumbered, sheet.headline)
    for section in sheet.sections:
        outcome = section.outcome.value if section.outcome else ""
        for row in section.rows:
            for column, figure in zip(section.columns, row.figures, strict=True):
                named = (section.key, outcome, row.code, row.label, row.note, column.key)
                numbers = (figure.numbers.get(name, "") for name in NUMBERS)
                yield (_months(column.window), *named, *numbers)
    yield (month, "reading", "", "", "", "", "", *unnumbered, sheet.reading)
    for card in sheet.cards:
        reasons = "; ".join(card.reasons)
        named = ("answer", card.outcome.value, "", reasons, card.question, "")
        yield (month, *named, *unnumbered, card.words)
    for fact in sheet.method:
        yield (month, "method", "", fact.key, fact.label, "", "", *unnumbered, fact.words)


def _months(window: Window) -> str:
    first, last = str(window.first), str(window.last)
    return first if first == last else f"{first} to {last}"


def _html(sheet: Sheet, templates: Path) -> bytes:
    environment = Environment(loader=FileSystemLoader(templates), autoescape=True)
    page = environment.get_template("report/standalone.html").render(
        sheet=sheet,
        deals={},
        more=None,
        addressed=_nowhere,
        stepped=_no_deals,
        month_in_words=month_in_words,
    )
    return page.encode()


def _nowhere(_window: Window) -> Addressed:
    """A file leads nowhere: who holds it may not be one of us."""
    return lambda **_more: None


def _no_deals(_window: Window) -> Stepped:
    return lambda _step: None
