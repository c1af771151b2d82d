"""Answers that are held: found, explained, and released in one press."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from survey.responses import queries
from survey.responses.actions import held
from survey.responses.types import Doubt
from survey.responses.visibility import Sight, sight_of
from survey.team.types import Role
from survey.web.shared.door import now, session, wake
from survey.web.staff import access
from survey.web.staff.door import actor, reader
from survey.web.staff.feedback.reading import month_of

bp = Blueprint("held", __name__)

LOOKERS = (Role.ADMIN, Role.MANAGER, Role.ANALYST)


@bp.get("/feedback/held")
@access.allows(*LOOKERS)
def index() -> ResponseReturnValue:
    rows = [
        (response, sight_of(session(), reader(), response) is Sight.WHOLE)
        for response in queries.held(session())
    ]
    return render_template("staff/held/index.html", rows=rows, doubt=Doubt, month_of=month_of)


@bp.post("/feedback/<public_id>/release")
@access.allows(*LOOKERS)
def release(public_id: str) -> ResponseReturnValue:
    response = queries.find_response(session(), public_id) or abort(404)
    try:
        held.release_response(session(), response, actor=actor(), now=now())
    except held.NotHeld as error:
        flash(str(error), "problem")
    else:
        wake("code")
        flash("Released. The answer counts from now on, in the month it arrived.", "done")
    return redirect(url_for(".index"), 303)
