"""Words for pages and mail: names as one says them, days and months as one writes them."""

from datetime import date, timedelta

from survey.kit.clock import Month

# Not `calendar.month_name`: that follows the machine's locale, and these words are English.
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
_TITLES = frozenset({"dr", "mr", "mrs", "ms", "miss", "mx", "prof", "sir", "herr", "frau", "the"})
_SHORTEST_NAME = 2
_A_YEAR_DAYS = 366


def first_name(name: str) -> str:
    """The first name to greet someone by; empty where the name does not plainly say it.

    "SMITH, JOHN", "j.smith", "Dr. Berg" and "" all give nothing: a wrong greeting is worse
    than none.
    """
    first = next(iter(name.split()), "")
    letters = first.replace("-", "").replace("’", "").replace("'", "")
    is_plain = (
        len(letters) >= _SHORTEST_NAME
        and "," not in name
        and letters.isalpha()
        and letters[0].isupper()
        and not letters.isupper()
        and letters.lower() not in _TITLES
    )
    return first if is_plain else ""


def counted(number: int, one: str, several: str = "") -> str:
    """A number of things as "1 answer", "1,204 answers"; `several` where an s is not enough."""
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"


def day_in_words(day: date) -> str:
    """A day as "20 December 2026"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def month_in_words(month: Month) -> str:
    """A month as "March 2027"."""
    return f"{_MONTHS[month.number - 1]} {month.year}"


def weeks_ago_in_words(day: date, today: date) -> str:
    """How long ago a day was, by the calendar's weeks: "Last week"; begins a sentence."""
    weeks = (_monday_of(today) - _monday_of(day)).days // 7
    return {0: "A few days ago", 1: "Last week"}.get(weeks, "Some weeks ago")


def span_in_words(first: date | None, last: date | None) -> str:
    """When something was: "between March and June", "in March"; "recently" where it is not known
    or was longer than a year.
    """
    if first is None or last is None or not 0 <= (last - first).days <= _A_YEAR_DAYS:
        return "recently"
    began, ended = _MONTHS[first.month - 1], _MONTHS[last.month - 1]
    if (first.year, first.month) == (last.year, last.month):
        return f"in {ended}"
    if first.year == last.year:
        return f"between {began} and {ended}"
    return f"between {began} {first.year} and {ended} {last.year}"


def _monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
