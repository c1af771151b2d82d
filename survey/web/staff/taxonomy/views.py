"""The tree of reasons, with definitions, decision rules, buyers' words and use."""

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from survey.coding.queries import uses_by_reason
from survey.taxonomy import queries
from survey.taxonomy.models import Release
from survey.taxonomy.table import written_table
from survey.team.types import Role
from survey.web.shared.door import session
from survey.web.staff import access
from survey.web.staff.door import reader
from survey.web.staff.taxonomy.forms import FindForm
from survey.web.staff.taxonomy.shown import in_hands, shelves

bp = Blueprint("taxonomy", __name__)


@bp.get("/taxonomy")
@access.signed_in
def index() -> ResponseReturnValue:
    form = FindForm(request.args)
    release = _release()
    branches = queries.tree(session(), release)
    uses = uses_by_reason(session(), queries.heirs_in(session(), release))
    return render_template(
        "staff/taxonomy/index.html",
        form=form,
        release=release,
        releases=queries.releases(session()),
        changes=queries.changes_of(session(), release),
        shelves=shelves(
            branches,
            uses,
            find=form.find.data or "",
            control=form.control.data or "",
            only_first=bool(form.first.data),
        ),
        hands=in_hands(branches),
        may_read_answers=reader().role is not Role.VIEWER,
    )


@bp.get("/taxonomy/export")
@access.signed_in
def export() -> ResponseReturnValue:
    release = _release()
    table = written_table(queries.rows_of(session(), release))
    return Response(
        table,
        mimetype="text/csv",
        headers={"Content-Disposition": f"attachment; filename=taxonomy-{release.number}.csv"},
    )


def _release() -> Release:
    """The release in the address, else the one in use; 404 where there is none."""
    number = request.args.get("release", type=int)
    if number is None:
        release = queries.newest_release(session())
    else:
        release = queries.release_of_number(session(), number)
    return release or abort(404)
