"""What an address names, as far as its reader may see it: foreign and missing look the same."""

from flask import abort, request

from survey.deals import queries
from survey.deals.models import Deal
from survey.deals.types import Outcome
from survey.insights.queries.steps import DealsBehind, deals_behind
from survey.insights.types import Step
from survey.team.types import Role
from survey.web.shared.door import session
from survey.web.shared.forms import stripped
from survey.web.staff.door import reader
from survey.web.staff.filters import may_count, scope_of, wanted_filter


def asked_bar() -> DealsBehind | None:
    """The bar of the funnel whose deals an address asks for, if it does; 404 where there is none.

    An open deal has taken no step yet.
    """
    step = stripped(request.args.get("step"))
    if not step or request.args.get("outcome") == Outcome.OPEN:
        return None
    counted = may_count(wanted_filter())
    if counted is None or step not in set(Step):
        abort(404)
    return deals_behind(session(), reader(), scope_of(counted), Step(step))


def deal_or_404(public_id: str) -> Deal:
    """The deal; a seller finds own deals only."""
    deal = queries.deal(session(), public_id)
    if deal is None or (reader().role is Role.SELLER and deal.seller_id != reader().id):
        abort(404)
    return deal
