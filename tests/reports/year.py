"""A small year that a report can be made of."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from survey.coding.models import Coding
from survey.kit.clock import Month
from survey.questionnaires.documents import shipped_document
from survey.questionnaires.models import Version
from survey.responses.models import Response
from survey.responses.types import Audience
from survey.taxonomy.models import Reason
from tests.factories import (
    make_answer,
    make_coding,
    make_contact,
    make_deal,
    make_invitation,
    make_reason,
    make_response,
    make_version,
)
from tests.factories.rows import the_only

ZONE = ZoneInfo("Europe/Amsterdam")
SEPTEMBER = Month(2026, 9)
MIDDLE = datetime(2026, 9, 15, 9, 0, tzinfo=UTC)
AFTER = datetime(2026, 10, 2, 9, 0, tzinfo=UTC)


def answer(
    session: Session,
    words: str = "",
    *,
    at: datetime = MIDDLE,
    audience: Audience = Audience.PEOPLE_DEALT_WITH,
    contact_name: str = "Sam Jansen",
    **deal_columns: Any,
) -> Response:
    """A lost deal's answer, with the buyer's own reason and perhaps words."""
    deal = make_deal(session, closed_on=date(2026, 8, 20), **deal_columns)
    contact = make_contact(session, account=deal.account, name=contact_name)
    version = the_only(session, Version) or make_version(
        session, document=shipped_document("not_won")
    )
    response = make_response(
        session,
        invitation=make_invitation(session, deal=deal, contact=contact, version=version),
        audience=audience,
        submitted_at=at,
        month_index=Month.of(at, ZONE).index,
    )
    click(session, response)
    if words:
        make_answer(session, response=response, text=words)
    return response


def click(session: Session, response: Response) -> Coding:
    reason = the_only(session, Reason) or make_reason(session, label="Dearer than the other")
    return make_coding(session, response=response, reason=reason)
