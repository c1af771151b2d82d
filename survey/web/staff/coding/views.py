"""What waits for a reader, and the reader's decisions."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from survey.audit.actions import record
from survey.audit.types import Subject
from survey.coding import actions, queries
from survey.coding.models import Coding
from survey.coding.types import CodingRole, Direction
from survey.deals.models import Competitor
from survey.kit.disclosure import Rate
from survey.kit.errors import SurveyError
from survey.kit.statistics import Count
from survey.responses.models import Response
from survey.responses.queries import find_response
from survey.responses.visibility import Sight, sight_of
from survey.taxonomy.queries import current_release, reasons_by_code, tree
from survey.taxonomy.types import SaleMoment
from survey.team.types import Role
from survey.web.shared.door import now, session
from survey.web.shared.forms import UNPROCESSABLE
from survey.web.staff import access
from survey.web.staff.coding.forms import CodingForm, SupplierForm
from survey.web.staff.door import actor, reader

bp = Blueprint("coding", __name__)


class NobodyChosen(SurveyError):
    """It was not said who is meant."""


@bp.get("/coding")
@access.allows(Role.ADMIN, Role.ANALYST)
def index() -> ResponseReturnValue:
    agreed = queries.agreement(session())
    return render_template(
        "staff/coding/index.html",
        waiting=queries.awaiting_a_reader(session()),
        agreement=Rate(Count(agreed.same, agreed.both)),
    )


@bp.post("/coding/answers/<public_id>/<question_key>")
@access.allows(Role.ADMIN, Role.ANALYST)
def add(public_id: str, question_key: str) -> ResponseReturnValue:
    response = _response(public_id)
    form = CodingForm(prefix=question_key)
    form.offer(tree(session(), current_release(session())))
    if form.validate():
        try:
            coding = _add(response, question_key, form)
        except SurveyError as error:
            form.refuse("quote", str(error))
        else:
            return _done(coding, "coding_added", "The reason is added.")
    page = render_template(
        "staff/coding/add.html", response=response, question_key=question_key, form=form
    )
    return page, UNPROCESSABLE


@bp.post("/coding/suppliers/<public_id>/<question_key>")
@access.allows(Role.ADMIN, Role.ANALYST)
def supplier(public_id: str, question_key: str) -> ResponseReturnValue:
    """Say whom the buyer means by the supplier written beside a choice."""
    response = _response(public_id)
    written = _supplier(response, question_key)
    form = SupplierForm(prefix=question_key)
    form.offer(queries.competitors_by_name(session()), written=written)
    if form.validate():
        try:
            competitor = _meant(form, written)
        except SurveyError as error:
            form.refuse("competitor", str(error))
        else:
            record(session(), actor(), "supplier_named", _subject(competitor), now=now())
            flash(f"It is {competitor.name}, here and in other answers that write it so.", "done")
            return redirect(_page_of(response), 303)
    page = render_template(
        "staff/coding/supplier.html",
        response=response,
        question_key=question_key,
        written=written,
        form=form,
    )
    return page, UNPROCESSABLE


@bp.post("/coding/<public_id>/confirm")
@access.allows(Role.ADMIN, Role.ANALYST)
def confirm(public_id: str) -> ResponseReturnValue:
    coding = _coding(public_id)
    actions.confirm_coding(session(), coding, decider=reader(), now=now())
    return _done(coding, "coding_confirmed", "The reason is confirmed and counts.")


@bp.post("/coding/<public_id>/reject")
@access.allows(Role.ADMIN, Role.ANALYST)
def reject(public_id: str) -> ResponseReturnValue:
    coding = _coding(public_id)
    actions.reject_coding(session(), coding, decider=reader(), now=now())
    return _done(coding, "coding_rejected", "The reason is rejected and counts no more.")


def _add(response: Response, question_key: str, form: CodingForm) -> Coding:
    reasons = reasons_by_code(session(), current_release(session()))
    return actions.add_coding(
        session(),
        response,
        reason=reasons[form.reason.data],
        role=CodingRole(form.role.data),
        direction=Direction(form.direction.data),
        quote=form.quote.data or "",
        question_key=question_key,
        moment=SaleMoment(form.moment.data) if form.moment.data else None,
        coder=reader(),
        now=now(),
    )


def _supplier(response: Response, question_key: str) -> str:
    """The name the buyer wrote there and that is not on our list as it is; else 404."""
    found = next(
        (
            each.written
            for each in queries.suppliers_written(session(), response)
            if each.question_key == question_key and not each.is_as_listed
        ),
        None,
    )
    return found or abort(404)


def _meant(form: SupplierForm, written: str) -> Competitor:
    if form.name.data:
        return actions.list_supplier(session(), written=written, name=form.name.data)
    chosen = queries.find_competitor(session(), form.competitor.data or "")
    if chosen is None:
        raise NobodyChosen("Please choose a competitor, or write the name to put on the list.")
    return actions.name_supplier(session(), written=written, competitor=chosen).competitor


def _subject(competitor: Competitor) -> Subject:
    return Subject("competitor", competitor.id)


def _response(public_id: str) -> Response:
    response = find_response(session(), public_id)
    if response is None or sight_of(session(), reader(), response) is not Sight.WHOLE:
        abort(404)
    return response


def _coding(public_id: str) -> Coding:
    coding = queries.find_coding(session(), public_id)
    if coding is None or sight_of(session(), reader(), coding.response) is not Sight.WHOLE:
        abort(404)
    return coding


def _done(coding: Coding, action: str, words: str) -> ResponseReturnValue:
    record(session(), actor(), action, Subject("coding", coding.id), now=now())
    flash(words, "done")
    return redirect(_page_of(coding.response), 303)


def _page_of(response: Response) -> str:
    return url_for("staff.feedback.show", public_id=response.public_id, _anchor="reasons")
