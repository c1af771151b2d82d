"""The list of addresses never to mail: finding, adding, lifting, and the whole of it as a file."""

import io
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.audit.actions import record
from survey.audit.types import Subject
from survey.kit.errors import SurveyError
from survey.kit.paging import CursorNotUsable
from survey.kit.tables import FileNotReadable
from survey.mail import queries
from survey.mail.actions import suppressions
from survey.mail.listing import Listing, read_listing, write_listing
from survey.mail.models import Suppression
from survey.mail.rules import is_persons_own_word
from survey.mail.types import SuppressionReason
from survey.responses.types import Doubt
from survey.team.types import Role
from survey.web.shared.door import now, session
from survey.web.shared.forms import UNPROCESSABLE
from survey.web.shared.guards import largest_body
from survey.web.staff import access
from survey.web.staff.door import actor
from survey.web.staff.suppressions.forms import (
    REASON_WORDS,
    AddForm,
    FindForm,
    LiftForm,
    ListForm,
)

bp = Blueprint("suppressions", __name__)

_LARGEST_LIST = 32 * 1024 * 1024


@bp.get("/suppressions")
@access.allows(Role.ADMIN, Role.MANAGER)
def index() -> ResponseReturnValue:
    form = FindForm(request.args)
    find = (form.find.data or "") if form.validate() else ""
    reason = _reason(request.args.get("reason"))
    try:
        page = queries.suppressions(
            session(), find=find, reason=reason, cursor=request.args.get("page")
        )
    except CursorNotUsable:
        abort(404)
    return render_template(
        "staff/suppressions/index.html",
        page=page,
        form=form,
        find=find,
        reason=reason,
        reason_words=REASON_WORDS,
        count=queries.count_suppressions(session()),
    )


@bp.get("/suppressions/add")
@access.allows(Role.ADMIN, Role.MANAGER)
def add() -> ResponseReturnValue:
    return _adding(AddForm(), ListForm())


@bp.post("/suppressions/add")
@access.allows(Role.ADMIN, Role.MANAGER)
def add_one() -> ResponseReturnValue:
    form = AddForm()
    if form.validate():
        try:
            kept = suppressions.add_by_hand(
                session(),
                form.address.data or "",
                note=form.note.data or "",
                actor=actor(),
                now=now(),
            )
        except SurveyError as error:
            form.refuse("address", str(error))
        else:
            flash("This address is never mailed again.", "done")
            digest = kept.address_digest
            return redirect(url_for("staff.suppressions.show", digest=digest), 303)
    return _adding(form, ListForm(formdata=None)), UNPROCESSABLE


@bp.post("/suppressions/import")
@access.allows(Role.ADMIN, Role.MANAGER)
@largest_body(_LARGEST_LIST)
def take_in() -> ResponseReturnValue:
    form = ListForm()
    if form.validate():
        try:
            listing = _uploaded(form)
        except FileNotReadable as error:
            form.refuse("file", str(error))
        else:
            new = suppressions.take_in(session(), listing.entries, actor=actor(), now=now())
            return render_template("staff/suppressions/taken_in.html", listing=listing, new=new)
    return _adding(AddForm(formdata=None), form), UNPROCESSABLE


@bp.post("/suppressions/export")
@access.allows(Role.ADMIN, Role.MANAGER)
def export() -> ResponseReturnValue:
    file = io.StringIO(newline="")
    write_listing(file, queries.every_suppression(session()))
    record(session(), actor(), "suppressions_exported", Subject("suppression"), now=now())
    return Response(
        file.getvalue().encode("utf-8-sig"),
        mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=never-to-mail.csv"},
    )


@bp.get("/suppressions/<digest>")
@access.allows(Role.ADMIN, Role.MANAGER)
def show(digest: str) -> ResponseReturnValue:
    return _page(_found(digest), LiftForm())


@bp.post("/suppressions/<digest>/lift")
@access.allows(Role.ADMIN, Role.MANAGER)
def lift(digest: str) -> ResponseReturnValue:
    suppression, form = _found(digest), LiftForm()
    if form.validate():
        try:
            suppressions.lift(
                session(),
                suppression,
                why=form.why.data or "",
                is_asked_by_person=bool(form.is_asked.data),
                actor=actor(),
                now=now(),
            )
        except suppressions.NotOursToLift as error:
            form.refuse("is_asked", str(error))
        else:
            flash("This address may be mailed again.", "done")
            return redirect(url_for("staff.suppressions.index"), 303)
    return _page(suppression, form), UNPROCESSABLE


def _page(suppression: Suppression, form: LiftForm) -> str:
    return render_template(
        "staff/suppressions/show.html",
        suppression=suppression,
        reason_words=REASON_WORDS,
        is_own_word=is_persons_own_word(suppression.reason),
        doubts=[Doubt(doubt).sentence for doubt in suppression.doubts],
        form=form,
    )


def _adding(form: AddForm, list_form: ListForm) -> str:
    return render_template("staff/suppressions/add.html", form=form, list_form=list_form)


def _uploaded(form: ListForm) -> Listing:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        form.file.data.save(path)
        return read_listing(path)


def _found(digest: str) -> Suppression:
    return queries.suppression_by_digest(session(), digest) or abort(404)


def _reason(name: str | None) -> SuppressionReason | None:
    if not name:
        return None
    try:
        return SuppressionReason(name)
    except ValueError:
        abort(404)
