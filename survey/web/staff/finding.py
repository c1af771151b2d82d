"""What an address names, as far as its reader may see it: foreign and missing look the same."""

from dataclasses import replace

from flask import abort, request

from survey.deals import queries
from survey.deals.models import Deal
from survey.deals.types import Outcome
from survey.insights.queries.bars import AnswersBehind, answers_behind
from survey.insights.queries.feedback import Wanted
from survey.insights.queries.steps import DealsBehind, deals_behind
from survey.insights.rules import of_a_teams_row
from survey.insights.types import Filter, Step
from survey.kit.disclosure import THRESHOLD_FLOOR
from survey.team.types import Role
from survey.web.shared.door import session
from survey.web.shared.forms import stripped
from survey.web.staff.door import reader
from survey.web.staff.filters import may_count, scope_of, wanted_filter


def _may_count_bar(wanted: Filter, *, tells_reasons: bool = False) -> Filter:
    """What this reader's dashboard counts in such a bar; 404 where it shows none.

    A seller's has rows of one competitor, region or product, but no reasons in them.
    """
    counted = may_count(wanted) or abort(404)
    if reader().role is not Role.SELLER or tells_reasons:
        return counted
    row = of_a_teams_row(wanted, counted.team)
    if row.competitor and not _has_a_row(row):
        abort(404)
    return row


def _has_a_row(row: Filter) -> bool:
    """Whether so many of the team's deals met the competitor that its sellers are told."""
    every = replace(row, outcome=None)
    closed = deals_behind(session(), reader(), scope_of(every), Step.CLOSED).counted
    return closed >= THRESHOLD_FLOOR


def asked_bar() -> DealsBehind | None:
    """The bar of the funnel whose deals an address asks for, if it does; 404 where there is none.

    An open deal has taken no step yet.
    """
    step = stripped(request.args.get("step"))
    if not step or request.args.get("outcome") == Outcome.OPEN:
        return None
    if step not in set(Step):
        abort(404)
    counted = _may_count_bar(wanted_filter())
    return deals_behind(session(), reader(), scope_of(counted), Step(step))


def asked_answers(wanted: Wanted) -> AnswersBehind | None:
    """The bar whose answers are wanted, if it is a bar's; 404 for who may not count it."""
    if not wanted.is_counted:
        return None
    counted = _may_count_bar(wanted.filter, tells_reasons=wanted.tells_reasons)
    return answers_behind(session(), reader(), scope_of(counted), wanted)


def deal_or_404(public_id: str) -> Deal:
    """The deal; a seller finds own deals only."""
    deal = queries.deal(session(), public_id)
    if deal is None or (reader().role is Role.SELLER and deal.seller_id != reader().id):
        abort(404)
    return deal
