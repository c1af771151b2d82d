"""What a machine may have sent, and what tells it from a person."""

from datetime import datetime

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session

from survey.audit.actions import record
from survey.audit.types import Actor, Subject
from survey.invitations.models import Link
from survey.kit.errors import SurveyError
from survey.kit.tokens import digest
from survey.responses.models import PageVisit, Response
from survey.responses.types import Door, ResponseState


class NotHeld(SurveyError):
    """An answer was to be released that its buyer has deleted."""


def release_response(
    session: Session, response: Response, *, actor: Actor, now: datetime
) -> Response:
    """A person says that a person sent it: from now on it counts, in the month it arrived.

    The reasons for which it was held stay with it. Releasing twice is releasing once. Raises
    `NotHeld`.
    """
    if response.state is ResponseState.DELETED:
        raise NotHeld("The buyer has deleted this answer, so there is nothing left to release.")
    if response.state is ResponseState.HELD:
        response.state = ResponseState.COUNTED
        session.flush()
        subject = Subject("response", response.id)
        record(session, actor, "response_released", subject, now=now, held=response.hold_reasons)
    return response


def note_visit(
    session: Session, token: str, *, door: Door, choice: str, sitting: str, now: datetime
) -> None:
    """Add that a link was opened. A token that opens nothing leaves no trace."""
    link = select(
        Link.id,
        literal(door.value),
        literal(choice),
        literal(sitting),
        literal(now, PageVisit.visited_at.type),
    ).where(Link.token_digest == digest(token))
    columns = ["link_id", "door", "choice", "sitting", "visited_at"]
    session.execute(insert(PageVisit).from_select(columns, link))
