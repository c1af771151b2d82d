"""Reading one cell: pure, and never a guess. What could mean two things is refused by name."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from survey.deals.mapping import Mapping, folded
from survey.deals.rules import LONGEST_NAME, name_key
from survey.deals.types import Outcome
from survey.kit.errors import SurveyError

_OUTCOMES = {folded(outcome): outcome for outcome in Outcome}
_YES_NO = {
    "yes": True, "y": True, "true": True, "1": True,
    "no": False, "n": False, "false": False, "0": False,
}  # fmt: skip
_ISO_DAY = re.compile(r"(\d{4})[-/](\d{2})[-/](\d{2})", re.ASCII)
_ISO_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*", re.ASCII)
_OTHER_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{2}|\d{4})(?:\s.*)?", re.ASCII)
_EXCEL_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1980, 2100
_MONTHS_A_YEAR = 12
# Excel writes 6.34E+17; `12E5` without a sign may be somebody's real id.
_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?[eE]\+\d+|\d+[.,]\d+[eE]\d+", re.ASCII)
_LOCALE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}))?", re.ASCII)
_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs"}
_KEPT = "\u200c\u200d"
"""Joiners: several scripts and most emoji are spelt with them."""


class CellNotUsable(SurveyError):
    """A cell says nothing that we can take; the message says why, without a subject."""


def line_of_text(longest: int) -> Callable[[str], str]:
    """A reader of short text on one line, of at most so many characters."""

    def read(cell: str) -> str:
        text = cell.strip() if cell.isprintable() else one_line(cell)
        if len(text) > longest:
            raise CellNotUsable(f"is longer than {longest} characters")
        return text

    return read


def read_paragraphs(cell: str) -> str:
    """Text that may have several lines."""
    if cell.isprintable():
        return cell.strip()
    lines = (one_line(line) for line in cell.splitlines())
    return "\n".join(lines).strip()


def one_line(text: str) -> str:
    """Text without line breaks and without signs that a page cannot show."""
    spaced = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(
        sign for sign in spaced if sign in _KEPT or unicodedata.category(sign) not in _UNSEEN
    ).strip()


def read_id(cell: str) -> str:
    """The CRM's own id."""
    text = cell.strip()
    if _SCIENTIFIC.fullmatch(text):
        raise CellNotUsable(
            "is in scientific notation, so digits are lost: a spreadsheet rounded the id. Export it"
            " as text"
        )
    return _ID(text)


_ID = line_of_text(200)
read_name = line_of_text(LONGEST_NAME)
"""A reader of the name of an account or a competitor."""


def outcome_reader(mapping: Mapping) -> Callable[[str], Outcome]:
    """A reader of outcomes: the mapping's words, then our own, then its `*`."""

    def read(cell: str) -> Outcome:
        word = folded(cell)
        outcome = mapping.outcomes.get(word) or _OUTCOMES.get(word) or mapping.other_outcomes
        if outcome is None:
            raise CellNotUsable(
                "is no outcome that we know (won, lost, no_decision, open); say in the mapping what"
                f' it means: [outcomes] "{cell.strip()[:40]}" = "lost"'
            )
        return outcome

    return lru_cache(maxsize=1000)(read)


def day_reader(date_format: str | None, zone: ZoneInfo) -> Callable[[str], date]:
    """A reader of days: ISO 8601, or the mapping's own format; a moment counts in `zone`."""

    def read(cell: str) -> date:
        text = cell.strip()
        day = _iso_day(text, zone) or _formatted_day(text, date_format)
        if day is None:
            raise CellNotUsable(_why_no_day(text, date_format))
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            raise CellNotUsable(f"is the year {day.year}; that cannot be right")
        return day

    return lru_cache(maxsize=20_000)(read)


def _iso_day(text: str, zone: ZoneInfo) -> date | None:
    try:
        if day := _ISO_DAY.fullmatch(text):
            return date(*map(int, day.groups()))
        if _ISO_MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text)
            return moment.astimezone(zone).date() if moment.tzinfo else moment.date()
    except (ValueError, OverflowError):
        pass
    return None


def _formatted_day(text: str, date_format: str | None) -> date | None:
    if date_format is None:
        return None
    try:
        return datetime.strptime(text, date_format).date()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        return None


def _why_no_day(text: str, date_format: str | None) -> str:
    if date_format is not None:
        return f"is not a date written as {date_format} or as 2026-11-22"
    if parts := _OTHER_DAY.fullmatch(text):
        first, second = int(parts[1]), int(parts[2])
        if 0 < first <= _MONTHS_A_YEAR and 0 < second <= _MONTHS_A_YEAR and first != second:
            return (
                "is ambiguous: which number is the day? Say so in the mapping:"
                ' [formats] date = "%d/%m/%Y"'
            )
        return 'is a date in an order we do not guess; map it: [formats] date = "%d/%m/%Y"'
    if _EXCEL_SERIAL.fullmatch(text):
        return "is a spreadsheet's day number; format the column as a date, like 2026-11-22"
    return "is not a date; write it as 2026-11-22"


def read_yes_no(cell: str) -> bool:
    answer = _YES_NO.get(cell.strip().casefold())
    if answer is None:
        raise CellNotUsable("is neither yes nor no")
    return answer


def read_locale(cell: str) -> str:
    """A language tag such as `de-CH`."""
    tag = _LOCALE.fullmatch(cell.strip())
    if tag is None:
        raise CellNotUsable("is no language; write it as de or de-CH")
    language, script, region = tag.groups()
    parts = (language.lower(), script and script.title(), region and region.upper())
    return "-".join(filter(None, parts))


def read_alternatives(cell: str) -> tuple[str, ...]:
    """Names parted by semicolons, each once, in their order."""
    names = (one_line(name) for name in cell.split(";"))
    return tuple({name_key(read_name(name)): name for name in names if name}.values())
