"""The pages of deals."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from survey.audit.queries import entries_about
from survey.audit.types import Subject
from survey.deals import queries
from survey.deals.models import Deal
from survey.deals.types import DealSearch, Source
from survey.invitations.models import ErasureRequest, Referral
from survey.invitations.queries.asked import choice_of, for_deal, hold_of, was_mailed
from survey.invitations.queries.reminders import reminders_about
from survey.invitations.queries.requests import requests_about
from survey.kit.countries import name_of
from survey.kit.money import Money
from survey.kit.paging import CursorNotUsable
from survey.kit.words import day_in_words
from survey.responses.visibility import hears_all_about, named_responses_about
from survey.team.queries import user_by_public_id
from survey.team.types import Role
from survey.web.shared.door import session
from survey.web.shared.words import zone
from survey.web.staff import access
from survey.web.staff.deals import listing
from survey.web.staff.deals.forms import SearchForm
from survey.web.staff.deals.timeline import timeline
from survey.web.staff.door import reader
from survey.web.staff.finding import asked_bar, deal_or_404

bp = Blueprint("deals", __name__)
_WORDS = {"day": day_in_words, "money": Money, "country": name_of}


@bp.get("/deals")
@access.allows(Role.ADMIN, Role.MANAGER, Role.ANALYST, Role.SELLER)
def index() -> ResponseReturnValue:
    form = SearchForm(request.args)
    search, bar = _search(form), asked_bar()
    among = bar.listed if bar else None
    try:
        page = queries.found_deals(session(), search, among=among, cursor=request.args.get("page"))
    except CursorNotUsable:
        abort(404)
    return render_template(
        "staff/deals/index.html",
        form=form,
        deals=page.rows,
        count=queries.count_of_deals(session(), search, among=among),
        bar=bar,
        columns=listing.columns(search),
        chips=[*listing.bar_chips(bar), *listing.chips(form)],
        kept=listing.kept(bar),
        **listing.neighbours(page),
        **_WORDS,
    )


@bp.get("/deals/<public_id>")
@access.allows(Role.ADMIN, Role.MANAGER, Role.ANALYST, Role.SELLER)
def show(public_id: str) -> ResponseReturnValue:
    deal = deal_or_404(public_id)
    invitations = for_deal(session(), deal)
    responses = named_responses_about(session(), deal, reader())
    return render_template(
        "staff/deals/show.html",
        deal=deal,
        contacts=queries.contacts_of(session(), deal),
        alternatives=queries.alternatives_of(session(), deal, sources=_sources(deal)),
        invitations=invitations,
        choice=choice_of(session(), deal),
        may_choose=not was_mailed(session(), deal),
        events=timeline(
            deal,
            entries=entries_about(session(), Subject("deal", deal.id)),
            invitations=invitations,
            reminders=reminders_about(session(), deal),
            responses=responses,
            requests=_requests(deal),
            hold=hold_of(session(), deal),
            zone=zone(),
        ),
        zone=zone(),
        **_WORDS,
    )


def _sources(deal: Deal) -> tuple[Source, ...]:
    """Whose word on alternatives is shown. What buyers said of them is part of their answers: only
    who reads them all sees it.
    """
    hears_all = hears_all_about(session(), deal, reader())
    return tuple(Source) if hears_all else (Source.CRM, Source.PERSON)


def _requests(deal: Deal) -> tuple[list[Referral], list[ErasureRequest]] | None:
    """What buyers asked of us instead of answering; that is not for sellers."""
    return None if reader().role is Role.SELLER else requests_about(session(), deal)


def _search(form: SearchForm) -> DealSearch:
    """What is looked for; a seller finds own deals only."""
    form.offer(
        products=queries.products(session()),
        regions=queries.regions(session()),
        sellers=queries.sellers(session()),
    )
    form.validate()
    if reader().role is Role.SELLER:
        return form.search(seller_id=reader().id)
    seller = user_by_public_id(session(), form.seller.data) if form.seller.data else None
    return form.search(seller_id=seller.id if seller else None)
