"""Drafts, responses, answers."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from survey.kit.clock import Month
from survey.responses.models import Answer, PageVisit, Response, ResponseDraft, ResponseRevision
from survey.responses.types import Audience, Channel, Door, Ended
from tests.factories.invitations import make_invitation, make_link
from tests.factories.rows import MOMENT, added, next_number


def make_response(session: Session, **columns: Any) -> Response:
    """A counted answer by the web that the people dealt with may read; without codings."""
    invitation = columns.get("invitation") or make_invitation(
        session, **({"deal": columns["deal"]} if "deal" in columns else {})
    )
    submitted_at = columns.get("submitted_at", MOMENT)
    values: dict[str, Any] = {
        "invitation": invitation,
        "deal": invitation.deal,
        "channel": Channel.WEB,
        "audience": Audience.PEOPLE_DEALT_WITH,
        "ended": Ended.CHOSE_SUPPLIER,
        "started_at": submitted_at,
        "submitted_at": submitted_at,
        "month_index": Month.of(submitted_at, ZoneInfo("Europe/Amsterdam")).index,
    }
    return added(session, Response(**values | columns))


def make_answer(session: Session, **columns: Any) -> Answer:
    """A verbatim to the question what would have had to be different."""
    values: dict[str, Any] = {
        "response": columns.get("response") or make_response(session),
        "question_key": "different",
        "position": 0,
        "text": f"A connection to our warehouse, number {next_number()}.",
    }
    return added(session, Answer(**values | columns))


def make_draft(session: Session, **columns: Any) -> ResponseDraft:
    values: dict[str, Any] = {
        "invitation": columns.get("invitation") or make_invitation(session),
        "answers": {"weighed": "price"},
        "started_at": MOMENT,
        "saved_at": MOMENT,
    }
    return added(session, ResponseDraft(**values | columns))


def make_revision(session: Session, **columns: Any) -> ResponseRevision:
    values: dict[str, Any] = {
        "response": columns.get("response") or make_response(session),
        "number": 1,
        "answers": {"weighed": "price"},
        "audience": Audience.SENDER_TEAM,
        "replaced_at": MOMENT,
    }
    return added(session, ResponseRevision(**values | columns))


def make_visit(session: Session, **columns: Any) -> PageVisit:
    """The first page of a sitting."""
    values: dict[str, Any] = {
        "link": columns.get("link") or make_link(session),
        "door": Door.ANSWER,
        "sitting": f"sitting{next_number()}",
        "visited_at": MOMENT,
    }
    return added(session, PageVisit(**values | columns))
