"""Who is about to be asked: for sellers of their own deals, with a way to hold and to choose."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from survey.deals.models import Deal, DealContact
from survey.invitations.actions import holds as actions
from survey.invitations.queries import asked, plans, reminders
from survey.kit.words import day_in_words
from survey.responses.queries import answered
from survey.team.types import Role
from survey.web.shared.door import now, session
from survey.web.shared.forms import UNPROCESSABLE, SelectChoice
from survey.web.staff import access
from survey.web.staff.door import reader
from survey.web.staff.finding import deal_or_404
from survey.web.staff.upcoming.forms import ContactForm, HoldForm

bp = Blueprint("upcoming", __name__)

_MAY_SEE = (Role.ADMIN, Role.MANAGER, Role.ANALYST, Role.SELLER)
_ROWS = 200


@bp.get("/upcoming")
@access.allows(*_MAY_SEE)
def index() -> ResponseReturnValue:
    seller = reader() if reader().role is Role.SELLER else None
    rows = plans.upcoming(session(), now(), seller=seller)
    return render_template(
        "staff/upcoming/index.html",
        rows=rows[:_ROWS],
        left_out=max(len(rows) - _ROWS, 0),
        reminders=reminders.upcoming_reminders(
            session(), now(), seller=seller, answered=answered()
        )[:_ROWS],
        holds=asked.holds(session(), seller=seller),
        is_seller=seller is not None,
    )


@bp.get("/upcoming/<public_id>")
@access.allows(*_MAY_SEE)
def show(public_id: str) -> ResponseReturnValue:
    return _page(deal_or_404(public_id), HoldForm(), ContactForm())


@bp.post("/upcoming/<public_id>/hold")
@access.allows(*_MAY_SEE)
def hold(public_id: str) -> ResponseReturnValue:
    deal, form = deal_or_404(public_id), HoldForm()
    if form.validate():
        try:
            actions.hold_deal(
                session(), deal, by=reader(), reason=form.reason.data or "", now=now()
            )
        except actions.HoldNeedsReason as error:
            form.refuse("reason", str(error))
        except actions.DealAlreadyAsked as error:
            return _back(deal, str(error), "problem")
        else:
            return _back(deal, "Nobody is asked about this deal until the hold is lifted.")
    return _page(deal, form, ContactForm()), UNPROCESSABLE


@bp.post("/upcoming/<public_id>/release")
@access.allows(*_MAY_SEE)
def release(public_id: str) -> ResponseReturnValue:
    deal = deal_or_404(public_id)
    actions.release_hold(session(), deal, by=reader(), now=now())
    return _back(deal, "The hold is lifted.")


@bp.post("/upcoming/<public_id>/contact")
@access.allows(*_MAY_SEE)
def choose(public_id: str) -> ResponseReturnValue:
    deal, form = deal_or_404(public_id), ContactForm()
    contacts = {part.contact.public_id: part.contact for part in asked.parts_in(session(), deal)}
    form.contact.choices = [SelectChoice(key) for key in contacts]
    if form.validate():
        try:
            chosen = contacts[form.contact.data]
            actions.choose_contact(session(), deal, chosen, by=reader(), now=now())
        except actions.DealAlreadyAsked as error:
            return _back(deal, str(error), "problem")
        else:
            return _back(deal, "This is the person we will ask.")
    return _page(deal, HoldForm(formdata=None), form), UNPROCESSABLE


def _label(part: DealContact) -> str:
    contact = part.contact
    active = f"last active {day_in_words(contact.last_active_on)}" if contact.last_active_on else ""
    name = f"{contact.name} ({contact.email})" if contact.name else contact.email
    role = part.role or ("decider" if part.is_decider else "")
    return ", ".join(filter(None, (name, role, active)))


def _back(deal: Deal, words: str, tone: str = "done") -> ResponseReturnValue:
    flash(words, tone)
    return redirect(url_for(".show", public_id=deal.public_id), 303)


def _page(deal: Deal, hold_form: HoldForm, contact_form: ContactForm) -> str:
    parts = asked.parts_in(session(), deal)
    contact_form.contact.choices = [
        SelectChoice(part.contact.public_id, _label(part)) for part in parts
    ]
    chosen = next((part for part in parts if part.is_chosen_to_ask), None)
    if chosen and not contact_form.contact.data:
        contact_form.contact.data = chosen.contact.public_id
    return render_template(
        "staff/upcoming/show.html",
        deal=deal,
        verdict=plans.verdict_on(session(), deal, now()),
        hold=asked.hold_of(session(), deal),
        invitations=asked.for_deal(session(), deal),
        reminders=reminders.reminder_verdicts(session(), deal, now(), answered=answered()),
        parts=parts,
        hold_form=hold_form,
        contact_form=contact_form,
    )
