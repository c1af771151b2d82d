"""The outbox: what leaves, what does not and why, what a person settles, and the switch that stops
it all.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.audit.actions import record
from survey.audit.types import Subject
from survey.kit.errors import SurveyError
from survey.kit.paging import CursorNotUsable
from survey.letters.kinds import letters_of
from survey.letters.leaving import note_left
from survey.mail import queries
from survey.mail.actions import settling, stops
from survey.mail.folding import LEFT
from survey.mail.models import Message
from survey.mail.types import MessageState
from survey.privacy.actions import release_mail
from survey.privacy.ledger import LedgerNotUsable
from survey.team.types import Role
from survey.web.shared.door import now, session, settings, wake
from survey.web.shared.foreign import mail_page
from survey.web.staff import access
from survey.web.staff.door import actor, ledger
from survey.web.staff.outbox.forms import FindForm
from survey.web.staff.outbox.previews import draft_of, kind_name
from survey.web.staff.outbox.shown import HOUR_IN_ADDRESS, decisions_for, past_of, read_desk

bp = Blueprint("outbox", __name__)


@bp.get("/outbox")
@access.allows(Role.ADMIN, Role.MANAGER)
def index() -> ResponseReturnValue:
    form = FindForm(request.args)
    state = _state(request.args.get("state"))
    find = (form.find.data or "") if form.validate() else ""
    came_back = request.args.get("came_back") == "y"
    try:
        page = queries.outbox(
            session(),
            state=state,
            find=find,
            came_back=came_back,
            cursor=request.args.get("page"),
        )
    except CursorNotUsable:
        abort(404)
    return render_template(
        "staff/outbox/index.html",
        page=page,
        form=form,
        state=state,
        find=find,
        came_back=came_back,
        desk=read_desk(),
        kind_name=kind_name,
    )


@bp.get("/outbox/<public_id>")
@access.allows(Role.ADMIN, Role.MANAGER)
def show(public_id: str) -> ResponseReturnValue:
    message = _found(public_id)
    return render_template(
        "staff/outbox/show.html",
        message=message,
        past=past_of(message),
        may=decisions_for(message),
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
    try:
        release_mail(session(), ledger(), actor=actor(), now=now())
    except LedgerNotUsable as error:
        flash(f"No mail leaves. {error}", "problem")
    else:
        wake("deliver")
        flash("Mail leaves again.", "done")
    return redirect(url_for("staff.outbox.index"), 303)


@bp.post("/outbox/hours/<hour>/send-again")
@access.allows(Role.ADMIN, Role.MANAGER)
def send_hour_again(hour: str) -> ResponseReturnValue:
    try:
        messages = settling.send_hour_again(session(), _hour(hour), now=now())
    except SurveyError as error:
        flash(str(error), "problem")
    else:
        _note_hour("mail_hour_sent_again", hour, messages)
        wake("deliver")
        flash(f"In the queue again: {len(messages)}.", "done")
    return redirect(url_for("staff.outbox.index"), 303)


@bp.post("/outbox/hours/<hour>/leave")
@access.allows(Role.ADMIN, Role.MANAGER)
def leave_hour(hour: str) -> ResponseReturnValue:
    messages = settling.leave_hour(session(), _hour(hour), now=now())
    note_left(session(), letters_of(settings()), messages, now=now())
    _note_hour("mail_hour_left", hour, messages)
    flash(f"Left as they are, and counted as sent: {len(messages)}.", "done")
    return redirect(url_for("staff.outbox.index"), 303)


@bp.post("/outbox/<public_id>/send-again")
@access.allows(Role.ADMIN, Role.MANAGER)
def send_again(public_id: str) -> ResponseReturnValue:
    answer = _decide(
        public_id, settling.send_again, "sent_again", "The mail is in the queue again."
    )
    wake("deliver")
    return answer


@bp.post("/outbox/<public_id>/count-as-sent")
@access.allows(Role.ADMIN, Role.MANAGER)
def count_as_sent(public_id: str) -> ResponseReturnValue:
    said = "The mail counts as sent."
    return _decide(public_id, settling.count_as_sent, "counted_as_sent", said)


@bp.post("/outbox/<public_id>/drop")
@access.allows(Role.ADMIN, Role.MANAGER)
def drop(public_id: str) -> ResponseReturnValue:
    return _decide(public_id, settling.drop, "dropped", "The mail will not leave.")


@bp.post("/outbox/<public_id>/came-back")
@access.allows(Role.ADMIN, Role.MANAGER)
def came_back(public_id: str) -> ResponseReturnValue:
    said = "Noted. This address is not written to any more."
    return _decide(public_id, settling.note_bounce, "came_back", said)


def _decide(
    public_id: str, decide: Callable[..., Message], audited: str, said: str
) -> ResponseReturnValue:
    """Do what a person decided about one mail, and say so."""
    message = _found(public_id)
    try:
        decide(session(), message, now=now())
    except SurveyError as error:
        flash(str(error), "problem")
    else:
        if message.state in LEFT:
            note_left(session(), letters_of(settings()), [message], now=now())
        _note(f"mail_{audited}", message)
        flash(said, "done")
    return redirect(url_for("staff.outbox.show", public_id=public_id), 303)


def _note(action: str, message: Message) -> None:
    record(session(), actor(), action, Subject("message", message.id), now=now())


def _note_hour(action: str, hour: str, messages: Sequence[Message]) -> None:
    facts = {"hour": _hour(hour).isoformat(), "count": len(messages)}
    record(session(), actor(), action, Subject("message"), now=now(), **facts)


def _found(public_id: str) -> Message:
    return queries.find(session(), public_id) or abort(404)


def _state(name: str | None) -> MessageState | None:
    if not name:
        return None
    try:
        return MessageState(name)
    except ValueError:
        abort(404)


def _hour(written: str) -> datetime:
    try:
        return datetime.strptime(written, HOUR_IN_ADDRESS).replace(tzinfo=UTC)
    except ValueError:
        abort(404)
