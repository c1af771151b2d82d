"""The filters that stand in the address of the dashboard, the answers and the reports alike."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import abort, request, url_for
from wtforms import MonthField, SelectField
from wtforms.validators import Optional

from survey.company.queries import the_company
from survey.insights.charts import Addressed, Stepped
from survey.insights.queries.choices import filter_choices
from survey.insights.rules import FilterNotKnown, of_the_team, read_filter
from survey.insights.types import Filter, Scope, Step
from survey.kit.clock import Month, NotAMonth
from survey.team.models import User
from survey.team.types import Role
from survey.web.shared.door import now, session
from survey.web.shared.forms import StaffForm, stripped
from survey.web.shared.words import zone
from survey.web.staff.door import reader

NARROWING = ("competitor", "product", "region", "segment", "team", "seller")
_ONCE = ("outcome", *NARROWING)
_OUTCOMES = {"": "All", "lost": "Lost", "won": "Won", "no_decision": "No decision"}


class FilterForm(StaffForm):
    """What is counted or listed. Reading the address itself is `wanted_filter`'s."""

    class Meta:
        csrf = False

    outcome = SelectField("Outcome", choices=_OUTCOMES)
    competitor = SelectField("Competitor")
    product = SelectField("Product")
    region = SelectField("Region")
    segment = SelectField("Segment")
    team = SelectField("Team")
    seller = SelectField("Seller")

    def offer(self, choices: Mapping[str, Mapping[str, str]]) -> None:
        for name, values in choices.items():
            self[name].choices = {"": "All", **values}


class WindowForm(FilterForm):
    """The filter together with its months."""

    first = MonthField("From", name="from", format="%Y-%m", validators=[Optional()])
    last = MonthField("To", name="to", format="%Y-%m", validators=[Optional()])


FormT = TypeVar("FormT", bound=FilterForm)
Chip = tuple[str, str]
"""Words, and the address without what they name."""


def wanted_filter() -> Filter:
    """The filter in this request's address; 404 where it asks for what cannot be counted."""
    written = {name: stripped(text) for name, text in request.args.items()}
    try:
        return read_filter(written, this_month=Month.of(now(), zone()))
    except (FilterNotKnown, NotAMonth) as error:
        abort(404, str(error))


def filled(form: FormT, wanted: Filter) -> FormT:
    """The form as the page shows it: every choice we have, and the filter in use."""
    form.offer(filter_choices(session()))
    values: dict[str, Any] = {
        "outcome": wanted.outcome.value if wanted.outcome else "",
        "competitor": wanted.competitor,
        "product": wanted.product,
        "region": wanted.region,
        "segment": wanted.segment,
        "team": wanted.team,
        "seller": wanted.seller,
        "first": wanted.window.first.first_day,
        "last": wanted.window.last.first_day,
    }
    for name, value in values.items():
        if name in form:
            form[name].data = value
    return form


def may_count(wanted: Filter) -> Filter | None:
    """What is counted for this reader: a seller's team; without a team, nothing."""
    if reader().role is not Role.SELLER:
        return wanted
    team = reader().team
    return of_the_team(wanted, team.name) if team else None


def scope_of(counted: Filter) -> Scope:
    """The filter with the company's clock and thresholds, as things stand at this request."""
    ours = the_company(session())
    return Scope(
        filter=counted,
        zone=zone(),
        cut_at=now(),
        grey_threshold=ours.grey_threshold,
        anonymity_threshold=ours.anonymity_threshold,
    )


def address_of(page: str, asked: Mapping[str, str]) -> str:
    """The address of an endpoint that asks for this."""
    return _asking(url_for(page), asked)


def _asking(address: str, asked: Mapping[str, str]) -> str:
    """An address whose endpoint is built once for thousands of links: that is what takes time."""
    return f"{address}?{urlencode(asked)}" if asked else address


def behind(wanted: Filter) -> Addressed:
    """Where the answers that a bar counts are read; nowhere for viewers, who read figures only."""
    answers, who = url_for("staff.feedback.index"), reader()

    def address(**more: str) -> str | None:
        if _goes_nowhere(who, wanted, more) or _is_closed_to(who, more):
            return None
        return _asking(answers, wanted.address(**more, counted="y"))

    return address


def every_answer(wanted: Filter) -> str | None:
    """Where all answers are read that the filter finds, whichever of a deal's counts; nowhere for
    viewers.
    """
    if reader().role is Role.VIEWER:
        return None
    return address_of("staff.feedback.index", wanted.address())


def behind_steps(wanted: Filter) -> Stepped:
    """Where the deals that a bar of the funnel counts are listed: those that answered as answers.

    Nowhere for viewers, who read figures only.
    """
    who = reader()

    def address(step: Step, **more: str) -> str | None:
        if _goes_nowhere(who, wanted, more):
            return None
        page = "feedback" if step is Step.ANSWERED else "deals"
        return address_of(f"staff.{page}.index", wanted.address(**more, step=step))

    return address


def _goes_nowhere(who: User, wanted: Filter, more: Mapping[str, str]) -> bool:
    """Whether nobody reads it, or no address could ask for it: for what is not known, or for deals
    against two competitors at once.
    """
    held = wanted.address()
    other = any(held.get(name, value) != value for name, value in more.items() if name in _ONCE)
    return who.role is Role.VIEWER or "" in more.values() or other


def _is_closed_to(who: User, more: Mapping[str, str]) -> bool:
    """A team's rows by competitor, region or product tell its sellers no reasons."""
    narrowed = more.keys() & set(NARROWING)
    return who.role is Role.SELLER and "reason" in more and bool(narrowed)


def narrowed_to(wanted: Filter) -> Addressed:
    """Where the same figures stand for fewer deals; nowhere for sellers, who may not."""

    def address(**more: str) -> str | None:
        if reader().role is Role.SELLER or "" in more.values():
            return None
        return address_of("staff.dashboard.show", wanted.address(**more))

    return address


def without_idle_fields(form: FilterForm) -> None:
    """Take out what this reader may not narrow by, and what there is nothing to choose from for."""
    for name in NARROWING:
        if reader().role is Role.SELLER or not form[name].choices or len(form[name].choices) == 1:
            del form[name]


def chips_of(form: FilterForm, page: str, address: Callable[..., Mapping[str, str]]) -> list[Chip]:
    """What the form's fields narrow now, in words, each with the page's address without it."""
    found = []
    for field in form:
        if isinstance(field, SelectField) and field.data:
            words = _offered(field).get(field.data, field.data)
            without = address_of(page, address(**{field.name: ""}))
            found.append((f"{field.label.text}: {words}", without))
    return found


def _offered(field: SelectField) -> dict[str, str]:
    """The field's choices by what stands in the address, out of their groups."""
    choices = field.choices if isinstance(field.choices, dict) else {}
    found: dict[str, str] = {}
    for value, words in choices.items():
        found |= words if isinstance(words, dict) else {value: words}
    return found
