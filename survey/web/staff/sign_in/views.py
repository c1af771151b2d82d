"""Signing in and out."""

import hashlib
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_security.utils import login_user, logout_user

from survey.kit.passwords import is_password
from survey.team import actions, queries
from survey.web.shared import access
from survey.web.shared.door import session
from survey.web.shared.forms import UNPROCESSABLE
from survey.web.shared.guards import limiter
from survey.web.staff.access import signed_in
from survey.web.staff.door import reader, reader_or_none
from survey.web.staff.sign_in.adapter import StaffUser
from survey.web.staff.sign_in.forms import SignInForm

bp = Blueprint("sign_in", __name__)


def _one_address() -> str:
    """Counts tries against one user from wherever they come, without keeping the address."""
    email = request.form.get("email", "").strip().lower()
    return hashlib.sha256(email.encode("utf-8", "replace")).hexdigest()


@bp.get("/sign-in")
@access.public("the way in")
def show() -> ResponseReturnValue:
    if reader_or_none() is not None:
        return redirect(_inside(request.args.get("next")), 303)
    form = SignInForm(next=request.args.get("next"))
    return render_template("staff/sign_in/show.html", form=form)


@bp.post("/sign-in")
@limiter.limit("20 per 5 minutes")
@limiter.limit("10 per 15 minutes", key_func=_one_address)
@access.public("the way in; tries are limited by visitor and by user")
def enter() -> ResponseReturnValue:
    form = SignInForm()
    if form.validate():
        user = queries.user_by_email(session(), form.email.data or "")
        fits = is_password(form.password.data or "", user.password_hash if user else None)
        if user is not None and fits and user.is_active:
            cookie.clear()
            cookie.permanent = True
            login_user(StaffUser(user), remember=False)
            return redirect(_inside(form.next.data), 303)
        form.refuse("password", "The address or the password is not right. Please try again.")
    return render_template("staff/sign_in/show.html", form=form), UNPROCESSABLE


@bp.post("/sign-out")
@signed_in
def leave() -> ResponseReturnValue:
    actions.end_sessions(session(), reader())
    logout_user()
    cookie.clear()
    flash("You are signed out, here and everywhere else.", "done")
    return redirect(url_for("staff.sign_in.show"), 303)


def _inside(target: str | None) -> str:
    """The page to go on to: one of ours, whatever the address said."""
    parts = urlsplit(target or "/")
    is_ours = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    is_plain = target is not None and "\\" not in target and not target.startswith("//")
    return target if target and is_ours and is_plain else "/"
