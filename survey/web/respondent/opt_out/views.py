"""What the mail's second link opens: opting out, declining, naming a colleague, being erased.

A GET changes nothing. The mail program's own one click (RFC 8058) posts to the link itself.
"""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from survey.invitations.actions import declining
from survey.invitations.types import DeclineReason, LinkPurpose
from survey.mail.actions.suppressions import suppress
from survey.mail.types import SuppressionReason
from survey.web.respondent import steady
from survey.web.respondent.forms import clean
from survey.web.respondent.visits import Visit, note_hidden_link, open_visit
from survey.web.shared import access
from survey.web.shared.door import now, session
from survey.web.shared.forms import UNPROCESSABLE

bp = Blueprint("opt_out", __name__)

_LONGEST_NAME = 300


@bp.get("/o/<token>")
@access.link("opt_out")
def show(token: str) -> ResponseReturnValue:
    """Show the buttons. Mail scanners come here too, so nothing has happened yet."""
    return render_template("respondent/opt_out/show.html", visit=_open(token))


@bp.post("/o/<token>")
@access.link("opt_out")
def out(token: str) -> ResponseReturnValue:
    """Never ask this address again, by button or by the mail program's one click (RFC 8058)."""
    visit = _open(token)
    if not steady.is_sure(visit):
        return steady.ask(visit, "Shall we never ask you again?", back=_back(visit))
    address = visit.invitation.contact.email
    suppress(
        session(),
        address,
        reason=SuppressionReason.OPTED_OUT,
        doubts=steady.signs(visit),
        now=now(),
    )
    return _done(visit, "opted_out")


@bp.post("/o/<token>/decline")
@access.link("opt_out")
def decline(token: str) -> ResponseReturnValue:
    """Not about this deal, for one of the reasons on the page."""
    visit = _open(token)
    reason = request.form.get("reason", "")
    if reason not in _ONE_PRESS:
        return redirect(_back(visit), 303)
    if not steady.is_sure(visit):
        return steady.ask(visit, "Shall we not ask about this decision?", back=_back(visit))
    declining.decline(session(), visit.invitation, reason=DeclineReason(reason), now=now())
    return _done(visit, "declined")


@bp.post("/o/<token>/colleague")
@access.link("opt_out")
def colleague(token: str) -> ResponseReturnValue:
    """Somebody else knows more: their name and address, which a person of ours looks at first."""
    visit = _open(token)
    name, email = (clean(request.form.get(field, "")) for field in ("name", "email"))
    try:
        address = declining.address_of_colleague(visit.invitation, email)
    except (declining.AddressNotUsable, declining.ReferredToSelf) as error:
        page = render_template(
            "respondent/opt_out/show.html", visit=visit, name=name, email=email, problem=str(error)
        )
        return page, UNPROCESSABLE
    if not steady.is_sure(visit):
        return steady.ask(visit, "Shall we ask the person you named?", back=_back(visit))
    declining.refer(
        session(), visit.invitation, name=name[:_LONGEST_NAME], email=address, now=now()
    )
    return _done(visit, "referred")


@bp.post("/o/<token>/erase")
@access.link("opt_out")
def erase(token: str) -> ResponseReturnValue:
    """Ask for everything to be erased. Nobody writes to this address again from here on."""
    visit = _open(token)
    if not steady.is_sure(visit):
        return steady.ask(visit, "Shall we delete what we hold about you?", back=_back(visit))
    declining.ask_for_erasure(session(), visit.invitation, doubts=steady.signs(visit), now=now())
    return _done(visit, "erasure")


@bp.get("/o/<token>/more")
@access.link("opt_out")
def more(token: str) -> ResponseReturnValue:
    """What stands behind the link that people neither see nor reach: nothing."""
    visit = _open(token)
    note_hidden_link(visit)
    return render_template("respondent/more.html", visit=visit, back=_back(visit))


_ONE_PRESS = frozenset(
    {DeclineReason.NOT_INVOLVED, DeclineReason.NO_TIME, DeclineReason.LEFT_COMPANY}
)


def _open(token: str) -> Visit:
    return open_visit(token, LinkPurpose.OPT_OUT)


def _back(visit: Visit) -> str:
    return visit.to("opt_out.show")


def _done(visit: Visit, what: str) -> str:
    return render_template("respondent/opt_out/done.html", visit=visit, what=what)
