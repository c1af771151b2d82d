"""Our own people: adding, changing, shutting out."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.kit.errors import SurveyError
from survey.team import actions, queries
from survey.team.models import User
from survey.team.types import Role
from survey.web.shared.door import now, session, wake
from survey.web.shared.forms import UNPROCESSABLE
from survey.web.staff import access
from survey.web.staff.door import actor, reader
from survey.web.staff.people.forms import FindForm, NewUserForm, UserForm

bp = Blueprint("people", __name__)


@bp.get("/people")
@access.allows(Role.ADMIN)
def index() -> ResponseReturnValue:
    form = FindForm(request.args)
    users = queries.users(session(), find=(form.find.data or "") if form.validate() else "")
    return render_template(
        "staff/people/index.html",
        form=form,
        active=[user for user in users if user.is_active],
        waiting=[user for user in users if not user.is_active],
        me=reader(),
    )


@bp.get("/people/add")
@access.allows(Role.ADMIN)
def add() -> ResponseReturnValue:
    teams = queries.teams(session())
    return render_template("staff/people/add.html", form=NewUserForm(), teams=teams)


@bp.post("/people/add")
@access.allows(Role.ADMIN)
def create() -> ResponseReturnValue:
    form = NewUserForm()
    if form.validate():
        try:
            user = actions.add_user(
                session(),
                email=form.email.data or "",
                name=form.name.data or "",
                role=Role(form.role.data),
                team_name=form.team_name.data or "",
                actor=actor(),
                now=now(),
            )
        except SurveyError as error:
            form.refuse("email", str(error))
        else:
            return _welcome(user)
    teams = queries.teams(session())
    return render_template("staff/people/add.html", form=form, teams=teams), UNPROCESSABLE


@bp.get("/people/<public_id>")
@access.allows(Role.ADMIN)
def edit(public_id: str) -> ResponseReturnValue:
    user = _found(public_id)
    team_name = user.team.name if user.team else ""
    form = UserForm(role=user.role.value, team_name=team_name, gets_report=user.gets_report)
    return _edit_page(user, form)


@bp.post("/people/<public_id>")
@access.allows(Role.ADMIN)
def change(public_id: str) -> ResponseReturnValue:
    user, form = _found(public_id), UserForm()
    if form.validate():
        try:
            actions.change_user(
                session(),
                user,
                role=Role(form.role.data),
                team_name=form.team_name.data or "",
                gets_report=bool(form.gets_report.data),
                actor=actor(),
                now=now(),
            )
        except actions.ReportNotForRole as error:
            form.refuse("gets_report", str(error))
        except SurveyError as error:
            form.refuse("role", str(error))
        else:
            flash(f"{user.name} is changed.", "done")
            return redirect(url_for("staff.people.index"), 303)
    return _edit_page(user, form), UNPROCESSABLE


@bp.post("/people/<public_id>/disable")
@access.allows(Role.ADMIN)
def disable(public_id: str) -> ResponseReturnValue:
    user = _found(public_id)
    actions.disable_user(session(), user, actor=actor(), now=now())
    flash(f"{user.name} may no longer sign in.", "done")
    return redirect(url_for("staff.people.index"), 303)


@bp.post("/people/<public_id>/let-in")
@access.allows(Role.ADMIN)
def let_in(public_id: str) -> ResponseReturnValue:
    user = _found(public_id)
    if not user.is_active:
        actions.add_user(session(), email=user.email, role=user.role, actor=actor(), now=now())
    return _welcome(user)


def _welcome(user: User) -> ResponseReturnValue:
    send = actions.ask_new_password if user.password_hash else actions.welcome
    send(session(), user, now=now())
    wake("deliver")
    flash(f"{user.name} may sign in. A link to choose a password is on its way.", "done")
    return redirect(url_for("staff.people.index"), 303)


def _found(public_id: str) -> User:
    return queries.user_by_public_id(session(), public_id) or abort(404)


def _edit_page(user: User, form: UserForm) -> str:
    teams = queries.teams(session())
    return render_template("staff/people/edit.html", user=user, form=form, teams=teams, me=reader())
