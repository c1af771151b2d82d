"""The list of deals as the page shows it: addresses of its orders, pages and filters."""

from typing import Any
from urllib.parse import urlencode

from flask import request, url_for

from survey.deals.types import DealSearch, DealSort
from survey.insights.charts import STEP_WORDS
from survey.insights.queries.choices import filter_choices
from survey.insights.queries.steps import DealsBehind
from survey.kit.paging import Page
from survey.kit.words import month_in_words
from survey.team.types import Role
from survey.web.shared.door import session
from survey.web.staff.deals.forms import SearchForm
from survey.web.staff.door import reader

_PAGE = "page"
_NARROWING = ("competitor", "segment", "team")
_OF_A_BAR = ("step", "from", "to", *_NARROWING)


def address(**changed: str | None) -> str:
    """The address of this list with some of it changed; None leaves it out."""
    asked = {name: value for name, value in request.args.items() if value} | changed
    kept = {name: value for name, value in asked.items() if value is not None}
    return f"{url_for('staff.deals.index')}?{urlencode(kept)}"


def columns(search: DealSearch) -> list[dict[str, Any]]:
    """The table's columns; a press on one orders by it, a second press the other way round."""
    return [
        _column("Deal", search, DealSort.NAME),
        _column("Account", search, DealSort.ACCOUNT),
        {"label": "Outcome"},
        _column("Amount", search, DealSort.AMOUNT, is_falling=True) | {"num": True},
        _column("Closed", search, DealSort.CLOSED, is_falling=True),
        {"label": "Seller"},
    ]


def _column(
    label: str, search: DealSearch, sort: DealSort, *, is_falling: bool = False
) -> dict[str, Any]:
    if search.sort is not sort:
        return {"label": label, "sort": address(sort=sort.value, page=None)}
    turned = sort.value if search.is_reversed else f"-{sort.value}"
    falls = is_falling != search.is_reversed
    return {
        "label": label,
        "sort": address(sort=turned, page=None),
        "sorted": "descending" if falls else "ascending",
    }


def neighbours(page: Page[Any]) -> dict[str, str | None]:
    """The addresses of the pages before and after."""
    return {
        "before": address(page=page.previous) if page.previous else None,
        "after": address(page=page.following) if page.following else None,
    }


def kept(bar: DealsBehind | None) -> dict[str, str]:
    """What the address says of the bar, so that a search among its deals keeps it."""
    return {name: request.args[name] for name in _OF_A_BAR if name in request.args} if bar else {}


def bar_chips(bar: DealsBehind | None) -> list[tuple[str, str]]:
    """Which bar's deals these are, and the address without it; first the bar itself."""
    if bar is None:
        return []
    wanted, away = bar.counted_by, dict.fromkeys((*_OF_A_BAR, _PAGE))
    first, last = month_in_words(wanted.window.first), month_in_words(wanted.window.last)
    closed = first if first == last else f"{first} to {last}"
    # A seller's figures are always those of the team: nothing that could be taken away.
    fields = _NARROWING[:-1] if reader().role is Role.SELLER else _NARROWING
    narrowed = {name: value for name in fields if (value := getattr(wanted, name))}
    names = filter_choices(session()) if narrowed else {}
    return [
        (f"{STEP_WORDS[bar.step]}, of the deals closed {closed}", address(**away)),
        *(
            (
                f"{name.capitalize()}: {names[name].get(value, value)}",
                address(**{name: None, _PAGE: None}),
            )
            for name, value in narrowed.items()
        ),
    ]


def chips(form: SearchForm) -> list[tuple[str, str]]:
    """What is filtered now, and the address without it."""
    shown = []
    for field in (
        form.find, form.outcome, form.product, form.region, form.seller, form.closed_from,
        form.closed_to,
    ):  # fmt: skip
        if not field.data or field.errors:
            continue
        labels = {each.value: each.label for each in getattr(field, "choices", None) or []}
        words = f"{field.label.text}: {labels.get(field.data, field.data)}"
        shown.append((words, address(**{field.name: None, _PAGE: None})))
    return shown
