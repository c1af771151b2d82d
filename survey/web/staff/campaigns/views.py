"""Campaigns: the list, one with its plan, making and changing one, starting and pausing it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.deals.queries import products, regions
from survey.invitations.actions import campaigns as actions
from survey.invitations.models import Campaign
from survey.invitations.queries import campaigns, plans, reminders
from survey.invitations.types import SkipReason, Terms
from survey.invitations.verdicts import Due, Plan, Skip
from survey.kit.errors import SurveyError
from survey.questionnaires.queries import questionnaires
from survey.responses.queries import answered
from survey.team.types import Role
from survey.web.shared.door import now, session, wake
from survey.web.shared.forms import UNPROCESSABLE
from survey.web.staff import access
from survey.web.staff.campaigns.forms import CampaignForm, ShownForm, written_terms
from survey.web.staff.door import actor, reader

bp = Blueprint("campaigns", __name__)

_ROWS = 50
_MAY_CHANGE = (Role.ADMIN, Role.MANAGER)


@bp.get("/campaigns")
@access.allows(Role.ADMIN, Role.MANAGER, Role.ANALYST)
def index() -> ResponseReturnValue:
    return render_template(
        "staff/campaigns/index.html",
        planned=plans.plan_all(session(), now()),
        asked=campaigns.asked_by_campaign(session()),
        may_change=reader().role in _MAY_CHANGE,
        now=now(),
    )


@bp.get("/campaigns/new")
@access.allows(*_MAY_CHANGE)
def new() -> ResponseReturnValue:
    offered = questionnaires(session())
    key = request.args.get("questionnaire", offered[0].key if offered else "")
    chosen = next((each for each in offered if each.key == key), None)
    usual = campaigns.usual_delays(session(), chosen)
    form = _form(usual | {"questionnaire_id": chosen.id if chosen else None})
    return _form_page(form, None, filled_for=chosen, offered=offered)


@bp.post("/campaigns/new")
@access.allows(*_MAY_CHANGE)
def create() -> ResponseReturnValue:
    return _kept(
        None, lambda terms: actions.create_campaign(session(), terms, actor=actor(), now=now())
    )


@bp.get("/campaigns/<public_id>")
@access.allows(Role.ADMIN, Role.MANAGER, Role.ANALYST)
def show(public_id: str) -> ResponseReturnValue:
    campaign, form = _found(public_id), ShownForm(request.args)
    if not form.validate():
        abort(404)
    plan = plans.plan(session(), campaign, now())
    reason = SkipReason(form.reason.data) if form.reason.data else None
    page = form.page.data or 1
    verdicts, listed = _listed(campaign, plan, reason, page)
    return render_template(
        "staff/campaigns/show.html",
        campaign=campaign,
        terms=campaigns.terms_of(campaign),
        written=_written(campaign),
        plan=plan,
        reason=reason,
        rows=plans.rows(session(), verdicts),
        listed=listed,
        page=page,
        pages=-(-listed // _ROWS),
        **_counts(campaign),
        may_change=reader().role in _MAY_CHANGE,
        now=now(),
    )


@bp.get("/campaigns/<public_id>/edit")
@access.allows(*_MAY_CHANGE)
def edit(public_id: str) -> ResponseReturnValue:
    campaign = _found(public_id)
    return _form_page(_form(_written(campaign)), campaign)


@bp.post("/campaigns/<public_id>/edit")
@access.allows(*_MAY_CHANGE)
def change(public_id: str) -> ResponseReturnValue:
    campaign = _found(public_id)
    return _kept(
        campaign,
        lambda terms: actions.change_campaign(session(), campaign, terms, actor=actor(), now=now()),
    )


@bp.post("/campaigns/<public_id>/start")
@access.allows(*_MAY_CHANGE)
def start(public_id: str) -> ResponseReturnValue:
    campaign = _found(public_id)
    try:
        actions.start_campaign(session(), campaign, actor=actor(), now=now())
    except actions.TermsDoNotFit as error:
        form = _form(_written(campaign))
        return _form_page(_refused(form, error), campaign), UNPROCESSABLE
    except SurveyError as error:
        flash(str(error), "problem")
    else:
        wake("invite")
        flash(f"“{campaign.name}” is running. The first mails leave in working hours.", "done")
    return redirect(url_for(".show", public_id=campaign.public_id), 303)


@bp.post("/campaigns/<public_id>/pause")
@access.allows(*_MAY_CHANGE)
def pause(public_id: str) -> ResponseReturnValue:
    campaign = _found(public_id)
    try:
        actions.pause_campaign(session(), campaign, actor=actor(), now=now())
    except SurveyError as error:
        flash(str(error), "problem")
    else:
        flash(f"“{campaign.name}” asks nobody until you start it again.", "done")
    return redirect(url_for(".show", public_id=campaign.public_id), 303)


def _found(public_id: str) -> Campaign:
    return campaigns.campaign(session(), public_id) or abort(404)


def _listed(
    campaign: Campaign, plan: Plan, reason: SkipReason | None, page: int
) -> tuple[Sequence[Due | Skip], int]:
    """The verdicts that stand on that page of the list, and how many there are in all."""
    start = (page - 1) * _ROWS
    if reason is None:
        upcoming = plan.upcoming()
        return upcoming[start : start + _ROWS], len(upcoming)
    on_page = plans.skips_of(session(), campaign, plan, reason, now(), start=start, count=_ROWS)
    return on_page, plan.skips_by_reason().get(reason, 0)


def _counts(campaign: Campaign) -> dict[str, int]:
    """How many were asked and reminded, and how many will be reminded next."""
    due = reminders.reminders_due(session(), now(), answered=answered())
    return {
        "asked": campaigns.asked_by_campaign(session()).get(campaign.id, 0),
        "reminded": campaigns.reminded_by_campaign(session()).get(campaign.id, 0),
        "to_remind": sum(each.campaign_id == campaign.id for each in due),
    }


def _written(campaign: Campaign) -> dict[str, Any]:
    return written_terms(campaigns.terms_of(campaign))


def _form(written: Mapping[str, Any] | None = None) -> CampaignForm:
    form = CampaignForm(data=written)
    form.offer(
        questionnaires=[(each.id, each.name) for each in questionnaires(session())],
        regions=list(regions(session())),
        products=list(products(session())),
    )
    return form


def _kept(campaign: Campaign | None, keep: Callable[[Terms], Campaign]) -> ResponseReturnValue:
    form = _form(_written(campaign) if campaign else None)
    if form.validate():
        try:
            kept = keep(form.terms())
        except actions.TermsDoNotFit as error:
            _refused(form, error)
        else:
            flash(f"“{kept.name}” is saved.", "done")
            return redirect(url_for(".show", public_id=kept.public_id), 303)
    return _form_page(form, campaign), UNPROCESSABLE


def _refused(form: CampaignForm, error: actions.TermsDoNotFit) -> CampaignForm:
    for name, sentence in error.problems.items():
        form.refuse(name, sentence)
    return form


def _form_page(form: CampaignForm, campaign: Campaign | None, **more: Any) -> str:
    return render_template("staff/campaigns/form.html", form=form, campaign=campaign, **more)
