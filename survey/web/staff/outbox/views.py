"""The outbox: what leaves, what does not and why, and the switch that stops it all."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.audit.actions import record
from survey.audit.types import Subject
from survey.kit.errors import SurveyError
from survey.kit.paging import CursorNotUsable
from survey.mail import queries
from survey.mail.actions import settling, stops
from survey.mail.models import Message
from survey.mail.types import MessageState
from survey.team.types import Role
from survey.web.shared.door import now, session, wake
from survey.web.shared.foreign import mail_page
from survey.web.staff import access
from survey.web.staff.door import actor
from survey.web.staff.outbox.previews import draft_of, kind_name

bp = Blueprint("outbox", __name__)


@bp.get("/outbox")
@access.allows(Role.ADMIN, Role.MANAGER)
def index() -> ResponseReturnValue:
    state = _state(request.args.get("state"))
    try:
        page = queries.outbox(session(), state=state, cursor=request.args.get("page"))
    except CursorNotUsable:
        abort(404)
    return render_template(
        "staff/outbox/index.html",
        page=page,
        state=state,
        counts=queries.count_by_state(session()),
        stop=queries.queue_stop(session()),
        kind_name=kind_name,
    )


@bp.get("/outbox/<public_id>")
@access.allows(Role.ADMIN, Role.MANAGER)
def show(public_id: str) -> ResponseReturnValue:
    message = _found(public_id)
    return render_template(
        "staff/outbox/show.html",
        message=message,
        attempts=queries.attempts_of(session(), message),
        draft=draft_of(message),
        kind_name=kind_name,
    )


@bp.get("/outbox/<public_id>/html")
@access.allows(Role.ADMIN, Role.MANAGER)
def html(public_id: str) -> Response:
    draft = draft_of(_found(public_id)) or abort(404)
    return mail_page(draft.html)


@bp.post("/outbox/stop")
@access.allows(Role.ADMIN, Role.MANAGER)
def stop() -> ResponseReturnValue:
    stops.stop_queue(session(), reason="A person stopped it.", now=now())
    record(session(), actor(), "mail_stopped", Subject("queue_stop", 1), now=now())
    flash("No mail leaves any more, until you let it.", "done")
    return redirect(url_for("staff.outbox.index"), 303)


@bp.post("/outbox/release")
@access.allows(Role.ADMIN, Role.MANAGER)
def release() -> ResponseReturnValue:
    if stops.release_queue(session()):
        record(session(), actor(), "mail_released", Subject("queue_stop", 1), now=now())
        wake("deliver")
    flash("Mail leaves again.", "done")
    return redirect(url_for("staff.outbox.index"), 303)


@bp.post("/outbox/<public_id>/send-again")
@access.allows(Role.ADMIN, Role.MANAGER)
def send_again(public_id: str) -> ResponseReturnValue:
    message = _found(public_id)
    try:
        settling.send_again(session(), message, now=now())
    except SurveyError as error:
        flash(str(error), "problem")
    else:
        _note("mail_sent_again", message)
        wake("deliver")
        flash("The mail is in the queue again.", "done")
    return redirect(url_for("staff.outbox.show", public_id=public_id), 303)


@bp.post("/outbox/<public_id>/count-as-sent")
@access.allows(Role.ADMIN, Role.MANAGER)
def count_as_sent(public_id: str) -> ResponseReturnValue:
    message = _found(public_id)
    try:
        settling.count_as_sent(session(), message, now=now())
    except SurveyError as error:
        flash(str(error), "problem")
    else:
        _note("mail_counted_as_sent", message)
        flash("The mail counts as sent.", "done")
    return redirect(url_for("staff.outbox.show", public_id=public_id), 303)


def _note(action: str, message: Message) -> None:
    record(session(), actor(), action, Subject("message", message.id), now=now())


def _found(public_id: str) -> Message:
    return queries.find(session(), public_id) or abort(404)


def _state(name: str | None) -> MessageState | None:
    if not name:
        return None
    try:
        return MessageState(name)
    except ValueError:
        abort(404)
