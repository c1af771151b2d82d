"""A small company's September, made by hand so that every figure can be counted by hand.

lost         8 answered in September: 4 for price, 2 for a missing function (one of them names
             price too), 1 for the supplier they had, 1 without a reason, whose buyer says that
             nothing was decided
won          5 answered in September, all for how well we fit
no decision  1 answered in September, without a reason
August       3 losses answered then, all for a missing function
unanswered   2 without a contact, 1 held, 1 declined, 1 silent
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from survey.coding.types import CodingRole, Direction
from survey.deals.models import Competitor, Deal
from survey.deals.types import Outcome
from survey.invitations.models import Campaign, Invitation
from survey.invitations.types import DeclineReason
from survey.kit.clock import Month
from survey.questionnaires.documents import shipped_document
from survey.questionnaires.models import Version
from survey.responses.models import Response
from survey.responses.types import Ended
from survey.taxonomy.models import Reason
from survey.taxonomy.types import Control, ScreenGroup
from tests.factories import (
    make_alternative,
    make_answer,
    make_campaign,
    make_category,
    make_coding,
    make_company,
    make_competitor,
    make_contact,
    make_deal,
    make_deal_contact,
    make_hold,
    make_invitation,
    make_questionnaire,
    make_reason,
    make_release,
    make_response,
    make_version,
)
from tests.reports.year import MIDDLE, ZONE

AUGUST = Month(2026, 8)
IN_AUGUST = datetime(2026, 8, 10, 9, 0, tzinfo=UTC)
_INVITED = datetime(2026, 8, 1, 9, 0, tzinfo=UTC)
_ENDED = {
    Outcome.LOST: Ended.CHOSE_SUPPLIER,
    Outcome.WON: Ended.CHOSE_US,
    Outcome.NO_DECISION: Ended.PUT_OFF,
}


@dataclass
class September:
    """What answers are made from."""

    campaign: Campaign
    version: Version
    price: Reason
    function: Reason
    supplier: Reason
    fit: Reason
    rival: Competitor


def make_september(session: Session, *, rival: str = "Fleetwise") -> September:
    make_company(session)
    world = _stage(session, rival)
    _losses(session, world)
    for number in range(5):
        won = answered(session, world, world.fit, outcome=Outcome.WON)
        if number == 0:
            make_alternative(session, deal=won.deal, competitor=world.rival)
    answered(session, world, None, outcome=Outcome.NO_DECISION)
    for _ in range(3):
        answered(session, world, world.function, at=IN_AUGUST, closed_on=date(2026, 6, 20))
    _unanswered(session, world)
    return world


def _stage(session: Session, rival: str) -> September:
    release = make_release(session, number=3)
    categories = {
        code: make_category(session, release=release, code=code, label=label)
        for code, label in (
            ("PRI", "Price and terms"),
            ("PRD", "Product and fit"),
            ("BUY", "The buyer’s own side"),
        )
    }

    def reason(category: str, code: str, label: str, **columns: Any) -> Reason:
        return make_reason(
            session, category=categories[category], code=code, label=label, **columns
        )

    questionnaire = make_questionnaire(session, key="not_won")
    return September(
        campaign=make_campaign(session, questionnaire=questionnaire, started_at=_INVITED),
        version=make_version(
            session,
            questionnaire=questionnaire,
            release=release,
            number=2,
            document=shipped_document("not_won"),
        ),
        price=reason(
            "PRI", "PRI-01", "Dearer", control=Control.SHARED, screen_group=ScreenGroup.PRICE
        ),
        function=reason("PRD", "PRD-01", "Missed a function"),
        supplier=reason("BUY", "BUY-01", "Stayed with theirs", control=Control.THEIRS),
        fit=reason("PRD", "PRD-02", "Fits how they work"),
        rival=make_competitor(session, name=rival),
    )


def _losses(session: Session, world: September) -> None:
    dear = [answered(session, world, world.price) for _ in range(4)]
    for response, said in zip(dear, ("us", "us", "hard_to_say"), strict=False):
        make_answer(session, response=response, question_key="same_cost", choice_key=said, text="")
        make_alternative(session, deal=response.deal, competitor=world.rival)
    make_answer(session, response=dear[0], text="The price was one thing, the wait another.")
    both = answered(session, world, world.function)
    make_coding(session, response=both, reason=world.price, role=CodingRole.CONTRIBUTING)
    make_alternative(session, deal=both.deal, competitor=world.rival)
    answered(session, world, world.function)
    answered(session, world, world.supplier)
    answered(session, world, None, ended=Ended.PUT_OFF)


def _unanswered(session: Session, world: September) -> None:
    for closed_on in (date(2026, 8, 20), date(2026, 9, 5)):
        make_deal(session, closed_on=closed_on)
    held = make_deal(session, closed_on=date(2026, 9, 5))
    make_deal_contact(session, deal=held)
    make_hold(session, deal=held, held_at=MIDDLE)
    invited(session, world, decline_reason=DeclineReason.NO_TIME, declined_at=MIDDLE)
    invited(session, world)


def invited(session: Session, world: September, **columns: Any) -> Invitation:
    deal: Deal = columns.pop("deal", None) or make_deal(session, closed_on=date(2026, 8, 20))
    return make_invitation(
        session,
        campaign=world.campaign,
        version=world.version,
        deal=deal,
        contact=make_contact(session, account=deal.account),
        invited_at=_INVITED,
        **columns,
    )


def answered(
    session: Session,
    world: September,
    reason: Reason | None,
    *,
    outcome: Outcome = Outcome.LOST,
    at: datetime = MIDDLE,
    closed_on: date = date(2026, 8, 20),
    **columns: Any,
) -> Response:
    deal = make_deal(session, outcome=outcome, closed_on=closed_on)
    response = make_response(
        session,
        invitation=invited(session, world, deal=deal),
        submitted_at=at,
        month_index=Month.of(at, ZONE).index,
        **{"ended": _ENDED[outcome]} | columns,
    )
    if reason:
        won = outcome is Outcome.WON
        direction = Direction.FOR_US if won else Direction.AGAINST_US
        make_coding(session, response=response, reason=reason, direction=direction)
    return response
