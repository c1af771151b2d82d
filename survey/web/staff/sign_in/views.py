"""Signing in and out."""

import hashlib
import re

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_security.utils import login_user, logout_user

from survey.kit.passwords import is_password
from survey.team import actions, queries
from survey.team.models import User
from survey.team.rules import LinkPurpose
from survey.web.shared import access
from survey.web.shared.door import database, now, session, settings, wake
from survey.web.shared.forms import UNPROCESSABLE
from survey.web.shared.guards import limiter
from survey.web.staff.access import signed_in
from survey.web.staff.door import actor_of, reader, reader_or_none
from survey.web.staff.sign_in.adapter import StaffUser
from survey.web.staff.sign_in.forms import ForgotForm, NewPasswordForm, SignInForm

bp = Blueprint("sign_in", __name__)

_OUR_PATH = re.compile(r"/(?!/)[^\\\x00-\x1f\x7f]*")
"""Browsers read `//` and `/\\` as another host, and leave control characters out before they do."""


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
        user = _named(form.email.data or "")
        fits = is_password(form.password.data or "", user.password_hash if user else None)
        if user is not None and fits and user.is_active:
            cookie.clear()
            cookie.permanent = True
            login_user(StaffUser(user), remember=False)
            return redirect(_inside(form.next.data), 303)
        form.refuse("password", "The address or the password is not right. Please try again.")
    return render_template("staff/sign_in/show.html", form=form), UNPROCESSABLE


def _named(email: str) -> User | None:
    # Signing in writes nothing, and checking a password takes long on purpose: on SQLite nobody
    # who wants to write should wait for it, so this session is closed before.
    with database().reading() as looking:
        return queries.user_by_email(looking, email)


@bp.post("/sign-out")
@signed_in
def leave() -> ResponseReturnValue:
    actions.end_sessions(session(), reader())
    logout_user()
    cookie.clear()
    flash("You are signed out, here and everywhere else.", "done")
    return redirect(url_for("staff.sign_in.show"), 303)


@bp.get("/forgot")
@access.public("who cannot sign in has to get here")
def forgot() -> ResponseReturnValue:
    return render_template("staff/sign_in/forgot.html", form=ForgotForm())


@bp.post("/forgot")
@limiter.limit("10 per 15 minutes")
@access.public("says the same whether the address is known or not; tries are limited")
def send_link() -> ResponseReturnValue:
    form = ForgotForm()
    if not form.validate():
        return render_template("staff/sign_in/forgot.html", form=form), UNPROCESSABLE
    user = queries.user_by_email(session(), form.email.data or "")
    if user is not None and user.is_active:
        actions.ask_new_password(session(), user, now=now())
        wake("deliver")
    flash("If that address may sign in, a link is on its way to it.", "done")
    return redirect(url_for("staff.sign_in.show"), 303)


@bp.get("/reset/<token>")
@access.public("the signed link is the right to set a password, once")
def reset(token: str) -> ResponseReturnValue:
    user = _user_of(token)
    return render_template("staff/sign_in/reset.html", form=NewPasswordForm(), user=user)


@bp.post("/reset/<token>")
@limiter.limit("10 per 15 minutes")
@access.public("the signed link is the right to set a password, once")
def set_password(token: str) -> ResponseReturnValue:
    user, form = _user_of(token), NewPasswordForm()
    if form.validate():
        try:
            actions.set_password(
                session(), user, form.password.data or "", actor=actor_of(user), now=now()
            )
        except actions.WeakPassword as error:
            form.refuse("password", str(error))
        else:
            flash("Your new password is set. Please sign in with it.", "done")
            return redirect(url_for("staff.sign_in.show"), 303)
    return render_template("staff/sign_in/reset.html", form=form, user=user), UNPROCESSABLE


@bp.get("/look-around/<token>")
@access.public("only the demo signs such links, and production refuses them")
def look_around(token: str) -> ResponseReturnValue:
    """Sign in to the demo without a password. It writes nothing but the cookie."""
    if settings().is_production:
        abort(404)
    user = _user_of(token, LinkPurpose.LOOK_AROUND)
    cookie.clear()
    login_user(StaffUser(user), remember=False)
    return redirect(_inside(request.args.get("next")), 303)


def _user_of(token: str, purpose: LinkPurpose = LinkPurpose.SET_PASSWORD) -> User:
    """Whom the link is for. A refused link answers 410 with its reason."""
    try:
        return actions.user_of_link(
            session(),
            token,
            purpose=purpose,
            secrets=settings().secrets,
            now=now(),
        )
    except actions.LinkRefused as error:
        abort(410, str(error))


def _inside(target: str | None) -> str:
    """The page to go on to: one of ours, whatever the address said."""
    return target if target and _OUR_PATH.fullmatch(target) else "/"
