"""What buyers asked of us instead of answering: seen here, and settled here."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from survey.invitations.actions import declining
from survey.invitations.models import ErasureRequest, Referral
from survey.invitations.queries import requests
from survey.privacy.actions import erase_person
from survey.privacy.ledger import LedgerNotUsable
from survey.responses.types import Doubt
from survey.team.types import Role
from survey.web.shared.door import now, session
from survey.web.staff import access
from survey.web.staff.door import actor, ledger, reader

bp = Blueprint("requests", __name__)

_SETTLERS = (Role.ADMIN, Role.MANAGER, Role.ANALYST)
_ERASERS = (Role.ADMIN, Role.MANAGER)
_DECLINED_SHOWN = 100


@bp.get("/requests")
@access.allows(*_SETTLERS)
def index() -> ResponseReturnValue:
    return render_template(
        "staff/requests/index.html",
        referrals=requests.referrals_waiting(session()),
        erasures=requests.erasure_requests(session()),
        declined=requests.declined(session(), limit=_DECLINED_SHOWN),
        may_erase=reader().role in _ERASERS,
    )


@bp.post("/requests/referrals/<public_id>/confirm")
@access.allows(*_SETTLERS)
def confirm(public_id: str) -> ResponseReturnValue:
    referral = _referral(public_id)
    try:
        declining.confirm_referral(session(), referral, by=reader(), actor=actor(), now=now())
    except declining.ReferralSettled as error:
        return _back(str(error), "problem")
    return _back(f"{referral.name or referral.email} is now the one to ask, as the rules allow.")


@bp.post("/requests/referrals/<public_id>/dismiss")
@access.allows(*_SETTLERS)
def dismiss(public_id: str) -> ResponseReturnValue:
    try:
        declining.dismiss_referral(
            session(), _referral(public_id), by=reader(), actor=actor(), now=now()
        )
    except declining.ReferralSettled as error:
        return _back(str(error), "problem")
    return _back("Nobody is asked in this buyer’s place.")


@bp.get("/requests/erasures/<public_id>")
@access.allows(*_ERASERS)
def erasure(public_id: str) -> ResponseReturnValue:
    request = _erasure(public_id)
    doubts = [Doubt(doubt).sentence for doubt in request.doubts]
    return render_template("staff/requests/erasure.html", request=request, doubts=doubts)


@bp.post("/requests/erasures/<public_id>/erase")
@access.allows(*_ERASERS)
def erase(public_id: str) -> ResponseReturnValue:
    contact = _erasure(public_id).contact
    if contact.is_erased:
        return _back("This person is erased already.")
    try:
        erase_person(
            session(), contact.email, ledger=ledger(), actor=actor(), now=now(), by=reader()
        )
    except LedgerNotUsable as error:
        return _back(f"Nothing was erased. {error}", "problem")
    return _back("Erased, for ever. Erase this person in your CRM too.")


def _erasure(public_id: str) -> ErasureRequest:
    return requests.find_erasure_request(session(), public_id) or abort(404)


def _referral(public_id: str) -> Referral:
    return requests.find_referral(session(), public_id) or abort(404)


def _back(words: str, tone: str = "done") -> ResponseReturnValue:
    flash(words, tone)
    return redirect(url_for(".index"), 303)
