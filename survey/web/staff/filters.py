"""The filters that stand in the address of the dashboard, the answers and the reports alike."""

from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import abort, request
from wtforms import MonthField, SelectField
from wtforms.validators import Optional

from survey.company.queries import the_company
from survey.insights.charts import Addressed, Stepped
from survey.insights.queries.choices import filter_choices
from survey.insights.rules import FilterNotKnown, of_the_team, read_filter
from survey.insights.types import Filter, Scope, Step
from survey.kit.clock import Month, NotAMonth
from survey.team.types import Role
from survey.web.shared.door import now, session
from survey.web.shared.forms import StaffForm, stripped
from survey.web.shared.words import zone
from survey.web.staff.door import reader

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


def behind(wanted: Filter) -> Addressed:
    """Where the answers behind a bar are read; nowhere for viewers, who read figures only."""

    def address(**more: str) -> str | None:
        if reader().role is Role.VIEWER or "" in more.values():
            return None
        return "/feedback?" + urlencode(wanted.address(**more))

    return address


def behind_steps(wanted: Filter) -> Stepped:
    """Where the deals that a bar of the funnel counts are listed: those that answered as answers.

    Nowhere for viewers, who read figures only.
    """

    def address(step: Step) -> str | None:
        if reader().role is Role.VIEWER:
            return None
        page = "/feedback" if step is Step.ANSWERED else "/deals"
        return f"{page}?" + urlencode(wanted.address(step=step))

    return address
