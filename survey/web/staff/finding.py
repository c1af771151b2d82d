"""What an address names, as far as its reader may see it: foreign and missing look the same."""

from flask import abort

from survey.deals import queries
from survey.deals.models import Deal
from survey.team.types import Role
from survey.web.shared.door import session
from survey.web.staff.door import reader


def deal_or_404(public_id: str) -> Deal:
    """The deal; a seller finds own deals only."""
    deal = queries.deal(session(), public_id)
    if deal is None or (reader().role is Role.SELLER and deal.seller_id != reader().id):
        abort(404)
    return deal
