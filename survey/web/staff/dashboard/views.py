"""The first page: what decided our deals."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from survey.insights import charts, rules, trends
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
    chips_of,
    filled,
    may_count,
    narrowed_to,
    scope_of,
    wanted_filter,
    without_idle_fields,
)

bp = Blueprint("dashboard", __name__)


@bp.get("/")
@access.signed_in
def show() -> ResponseReturnValue:
    wanted = wanted_filter()
    form = filled(WindowForm(formdata=None), wanted)
    without_idle_fields(form)
    counted = may_count(wanted)
    figures = _figures(counted) if counted else None
    return render_template(
        "staff/dashboard/show.html",
        form=form,
        window=wanted.window,
        chips=chips_of(form, "staff.dashboard.show", wanted.address),
        insight=figures,
        charts=charts,
        trends=trends,
        months=[{"label": str(month), "num": True} for month in wanted.window.months],
        addressed=behind(counted) if counted else None,
        stepped=behind_steps(counted) if counted else None,
        narrowed=narrowed_to(counted) if counted else None,
        headline=rules.headline(figures) if figures else "",
        has_deals=has_deals(session()),
    )


def _figures(counted: Filter) -> Insight:
    """What this reader may see of it; a seller sees the team's totals."""
    figures = insight(session(), scope_of(counted), now=now(), reader=reader())
    if reader().role is Role.SELLER:
        return rules.for_a_team(figures)
    return rules.for_a_viewer(figures) if reader().role is Role.VIEWER else figures
