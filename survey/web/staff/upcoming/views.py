"""Who is about to be asked: for sellers of their own deals, with a way to hold and to choose."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from survey.deals.models import Contact, Deal, DealContact
from survey.invitations.actions import holds as actions
from survey.invitations.queries import asked, plans, reminders
from survey.invitations.types import SkipReason
from survey.kit.words import day_in_words
from survey.responses.queries import answered
from survey.team.models import User
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
_CHOICES = 10
"""So many stand on the page; each choice leads to the next, through all of them."""


@bp.get("/upcoming")
@access.allows(*_MAY_SEE)
def index() -> ResponseReturnValue:
    seller = _seller()
    ahead = plans.ahead(session(), now(), seller=seller)
    return render_template(
        "staff/upcoming/index.html",
        rows=ahead.due[:_ROWS],
        left_out=max(len(ahead.due) - _ROWS, 0),
        undecided=ahead.undecided,
        most=_CHOICES,
        reminders=reminders.upcoming_reminders(
            session(), now(), seller=seller, answered=answered()
        )[:_ROWS],
        holds=asked.holds(session(), seller=seller),
        is_seller=seller is not None,
    )


@bp.get("/upcoming/<public_id>")
@access.allows(*_MAY_SEE)
def show(public_id: str) -> ResponseReturnValue:
    return _page(deal_or_404(public_id), HoldForm())


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
    return _page(deal, form), UNPROCESSABLE


@bp.post("/upcoming/<public_id>/release")
@access.allows(*_MAY_SEE)
def release(public_id: str) -> ResponseReturnValue:
    deal = deal_or_404(public_id)
    actions.release_hold(session(), deal, by=reader(), now=now())
    return _back(deal, "The hold is lifted.")


@bp.get("/upcoming/<public_id>/contact")
@access.allows(*_MAY_SEE)
def contact(public_id: str) -> ResponseReturnValue:
    return _contact_page(deal_or_404(public_id), ContactForm())


@bp.post("/upcoming/<public_id>/contact")
@access.allows(*_MAY_SEE)
def choose(public_id: str) -> ResponseReturnValue:
    deal, form = deal_or_404(public_id), ContactForm()
    contacts = {part.contact.public_id: part.contact for part in asked.parts_in(session(), deal)}
    form.contact.choices = [SelectChoice(key) for key in contacts]
    if form.validate():
        undecided = _undecided()
        try:
            chosen = contacts[form.contact.data]
            actions.choose_contact(session(), deal, chosen, by=reader(), now=now())
        except actions.DealAlreadyAsked as error:
            return _back(deal, str(error), "problem")
        else:
            return _onward(deal, chosen, undecided)
    return _contact_page(deal, form), UNPROCESSABLE


def _seller() -> User | None:
    """Whose deals only are shown; None: everybody's."""
    return reader() if reader().role is Role.SELLER else None


def _undecided() -> list[str]:
    """The deals that wait for a person to choose, by their public ids, in the list's order."""
    ahead = plans.ahead(session(), now(), seller=_seller())
    return [row.deal.public_id for row in ahead.undecided]


def _onward(deal: Deal, chosen: Contact, undecided: list[str]) -> ResponseReturnValue:
    """To the next deal that waits for a choice, if this one did; else back to the deal."""
    words = f"{chosen.name or chosen.email} is the one to ask at {deal.account.name}."
    if deal.public_id not in undecided:
        return _back(deal, words)
    flash(words, "done")
    place = undecided.index(deal.public_id)
    following = [*undecided[place + 1 :], *undecided[:place]]
    if following:
        return redirect(url_for(".contact", public_id=following[0]), 303)
    return redirect(url_for(".index"), 303)


def _back(deal: Deal, words: str, tone: str = "done") -> ResponseReturnValue:
    flash(words, tone)
    return redirect(url_for(".show", public_id=deal.public_id), 303)


def _contact_page(deal: Deal, form: ContactForm) -> str:
    parts = asked.parts_in(session(), deal)
    form.contact.choices = [
        SelectChoice(part.contact.public_id, part.contact.name or part.contact.email)
        for part in parts
    ]
    undecided = _undecided()
    return render_template(
        "staff/upcoming/contact.html",
        deal=deal,
        form=form,
        notes=_notes(parts, asked.barred_in(session(), deal)),
        is_too_late=asked.was_mailed(session(), deal),
        left=len(undecided) - 1 if deal.public_id in undecided else 0,
    )


def _notes(parts: Sequence[DealContact], barred: Mapping[int, SkipReason]) -> dict[str, str]:
    """What helps to choose: each contact's address, role and last activity."""
    notes = {}
    for part in parts:
        person = part.contact
        active_on = person.last_active_on
        told = [
            person.email if person.name else "",
            part.role or ("Decider" if part.is_decider else "No role in the CRM"),
            f"last active {day_in_words(active_on)}" if active_on else "no activity known",
            barred[person.id].sentence if person.id in barred else "",
        ]
        notes[person.public_id] = ", ".join(filter(None, told))
    return notes


def _page(deal: Deal, hold_form: HoldForm) -> str:
    return render_template(
        "staff/upcoming/show.html",
        deal=deal,
        verdict=plans.verdict_on(session(), deal, now()),
        hold=asked.hold_of(session(), deal),
        invitations=asked.for_deal(session(), deal),
        reminders=reminders.reminder_verdicts(session(), deal, now(), answered=answered()),
        parts=asked.parts_in(session(), deal),
        choice=asked.choice_of(session(), deal),
        hold_form=hold_form,
    )
