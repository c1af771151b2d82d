"""What buyers said: the stream, one answer, and replies that came by mail."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.audit.actions import record
from survey.audit.types import Subject
from survey.coding.queries import (
    Supplier,
    competitors_by_name,
    for_response,
    suppliers_written,
)
from survey.coding.rules import happened
from survey.insights.queries.feedback import feedback
from survey.invitations.models import Invitation
from survey.kit.paging import CursorNotUsable
from survey.responses import queries as responses
from survey.responses.actions.answering import AlreadyAnswered, record_reply
from survey.responses.models import Response
from survey.responses.types import Doubt, ResponseState
from survey.responses.visibility import Sight, sight_of
from survey.taxonomy.queries import current_release, tree
from survey.team.types import Role
from survey.web.shared.door import now, session, wake
from survey.web.shared.forms import UNPROCESSABLE
from survey.web.shared.words import zone
from survey.web.staff import access
from survey.web.staff.coding.forms import (
    CodingForm,
    SupplierForm,
    coding_forms,
    supplier_forms,
)
from survey.web.staff.door import actor, reader
from survey.web.staff.feedback.forms import FindInvitationForm, ReplyForm
from survey.web.staff.feedback.reading import Reading, document_of, fields_of, month_of, read
from survey.web.staff.feedback.replies import answers_from, second_question
from survey.web.staff.feedback.wanted import chips, filled_form, kept, wanted_answers
from survey.web.staff.finding import asked_answers

bp = Blueprint("feedback", __name__)

_INVITATIONS_SHOWN = 50
_CODERS = frozenset({Role.ADMIN, Role.ANALYST})
_LOOKERS = _CODERS | {Role.MANAGER}


@bp.get("/feedback")
@access.allows(Role.ADMIN, Role.MANAGER, Role.ANALYST, Role.SELLER)
def index() -> ResponseReturnValue:
    wanted = wanted_answers()
    bar = asked_answers(wanted)
    among = bar.listed if bar else None
    try:
        page = feedback(session(), reader(), wanted, among=among, cursor=request.args.get("page"))
    except CursorNotUsable:
        abort(404)
    branches = tree(session(), current_release(session()))
    form = filled_form(wanted, branches)
    return render_template(
        "staff/feedback/index.html",
        form=form,
        page=page,
        wanted=wanted,
        bar=bar,
        chips=chips(form, wanted, branches),
        may_record=reader().role in _CODERS,
        held=_held(),
        kept=kept(form, wanted),
        address=wanted.address(),
        month_of=month_of,
    )


def _held() -> int | None:
    """How many answers wait to be looked at; None for who may not."""
    return responses.count_of_held(session()) if reader().role in _LOOKERS else None


@bp.get("/feedback/<public_id>")
@access.allows(Role.ADMIN, Role.MANAGER, Role.ANALYST, Role.SELLER)
def show(public_id: str) -> ResponseReturnValue:
    response = responses.find_response(session(), public_id)
    sight = sight_of(session(), reader(), response) if response else Sight.NOTHING
    if response is None or sight is Sight.NOTHING:
        abort(404)
    reading = read(response, sight)
    is_held = response.state is ResponseState.HELD
    may_code = reader().role in _CODERS and not is_held
    return render_template(
        "staff/feedback/show.html",
        reading=reading,
        response=response,
        codings=for_response(session(), response),
        is_held=is_held,
        doubts=[Doubt(reason).sentence for reason in response.hold_reasons],
        may_code=may_code,
        coding_forms=_coding_forms(response, reading) if may_code else {},
        suppliers=_supplier_forms(response) if may_code else [],
        month_of=month_of,
    )


def _coding_forms(response: Response, reading: Reading) -> dict[str, CodingForm]:
    typical = happened(response.deal.outcome, response.ended)
    branches = tree(session(), current_release(session()), happened=typical)
    return coding_forms(branches, reading.told, outcome=response.deal.outcome)


def _supplier_forms(response: Response) -> list[tuple[Supplier, SupplierForm]]:
    written = suppliers_written(session(), response)
    return supplier_forms(written, competitors_by_name(session()))


@bp.get("/feedback/replies")
@access.allows(Role.ADMIN, Role.ANALYST)
def replies() -> ResponseReturnValue:
    form = FindInvitationForm(request.args)
    find = (form.find.data or "") if form.validate() else ""
    found = responses.unanswered(session(), find=find, limit=_INVITATIONS_SHOWN)
    return render_template("staff/feedback/replies.html", form=form, invitations=found)


@bp.get("/feedback/replies/<public_id>")
@access.allows(Role.ADMIN, Role.ANALYST)
def reply(public_id: str) -> ResponseReturnValue:
    invitation = _invitation(public_id)
    return _reply_page(invitation, _reply_form(invitation))


@bp.post("/feedback/replies/<public_id>")
@access.allows(Role.ADMIN, Role.ANALYST)
def keep_reply(public_id: str) -> ResponseReturnValue:
    invitation = _invitation(public_id)
    form, document = _reply_form(invitation), document_of(invitation)
    answers = answers_from(form, document) if form.validate() else {}
    if not answers:
        return _reply_page(invitation, form), UNPROCESSABLE
    try:
        response = record_reply(session(), invitation, document, answers, now=now(), zone=zone())
    except AlreadyAnswered as error:
        form.refuse("words", str(error))
        return _reply_page(invitation, form), UNPROCESSABLE
    wake("code")
    record(session(), actor(), "reply_recorded", Subject("response", response.id), now=now())
    flash("The reply is recorded and the link is closed. Now find the reasons in it.", "done")
    return redirect(url_for("staff.feedback.show", public_id=response.public_id), 303)


def _invitation(public_id: str) -> Invitation:
    return responses.find_invitation(session(), public_id) or abort(404)


def _reply_form(invitation: Invitation) -> ReplyForm:
    form, document = ReplyForm(), document_of(invitation)
    form.offer(document.question(document.first), second_question(document), fields_of(invitation))
    return form


def _reply_page(invitation: Invitation, form: ReplyForm) -> str:
    return render_template("staff/feedback/reply.html", form=form, invitation=invitation)
