"""The first page: what decided our deals."""

from urllib.parse import urlencode

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from survey.insights import charts, rules
from survey.insights.queries.choices import has_deals
from survey.insights.queries.insight import insight
from survey.insights.types import Filter, Insight
from survey.team.types import Role
from survey.web.shared.door import now, session
from survey.web.staff import access
from survey.web.staff.door import reader
from survey.web.staff.filters import (
    WindowForm,
    behind,
    behind_steps,
    filled,
    may_count,
    scope_of,
    wanted_filter,
)

bp = Blueprint("dashboard", __name__)

_NARROWING = ("competitor", "product", "region", "segment", "team", "seller")


@bp.get("/")
@access.signed_in
def show() -> ResponseReturnValue:
    wanted = wanted_filter()
    form = filled(WindowForm(formdata=None), wanted)
    for name in _NARROWING:
        if _is_seller() or not form[name].choices or len(form[name].choices) == 1:
            del form[name]
    figures = _figures(wanted)
    return render_template(
        "staff/dashboard/show.html",
        form=form,
        window=wanted.window,
        chips=_chips(form, wanted),
        insight=figures,
        charts=charts,
        addressed=behind(figures.scope.filter) if figures else None,
        stepped=behind_steps(figures.scope.filter) if figures else None,
        headline=rules.headline(figures) if figures else "",
        has_deals=has_deals(session()),
    )


def _is_seller() -> bool:
    return reader().role is Role.SELLER


def _figures(wanted: Filter) -> Insight | None:
    """What this reader may see of it; a seller sees the team's totals, without a team nothing."""
    counted = may_count(wanted)
    if counted is None:
        return None
    figures = insight(session(), scope_of(counted), now=now())
    return rules.for_a_team(figures) if _is_seller() else figures


def _chips(form: WindowForm, wanted: Filter) -> list[tuple[str, str]]:
    """What narrows the figures now, in words, each with the address without it."""
    found = []
    for field in form:
        if isinstance(field, SelectField) and field.data:
            offered = field.choices if isinstance(field.choices, dict) else {}
            words = offered.get(field.data, field.data)
            without = urlencode(wanted.address(**{field.name: ""}))
            found.append((f"{field.label.text}: {words}", f"?{without}"))
    return found
