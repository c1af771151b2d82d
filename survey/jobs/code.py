"""Buyers' clicks become codings, and what they had instead alternatives of the deal: soon after
they are sent, and again after they are changed, released or deleted.
"""

import time
from collections.abc import Mapping

from sqlalchemy.orm import Session

from survey.coding.actions import code_clicks, forget_codings, keep_alternatives
from survey.coding.queries import with_unread_clicks
from survey.kit.db import Database
from survey.questionnaires.queries import document_of
from survey.questionnaires.rules import reasons_named
from survey.responses.models import Response
from survey.responses.queries import answers_of
from survey.responses.types import ResponseState
from survey.taxonomy.models import Reason
from survey.taxonomy.queries import reasons_by_code

_BATCH = 200
_PAUSE_S = 0.005
"""Between two batches, so that others get their turn to write."""


def code_waiting(database: Database) -> int:
    """Code every response whose clicks are unread; says how many there were. Safe to repeat."""
    coded = 0
    while batch := _code_batch(database):
        coded += batch
        time.sleep(_PAUSE_S)
    return coded


def _code_batch(database: Database) -> int:
    with database.writing() as session:
        responses = with_unread_clicks(session, limit=_BATCH)
        by_release: dict[int, Mapping[str, Reason]] = {}
        for response in responses:
            release_id = response.invitation.version.release_id
            if release_id not in by_release:
                by_release[release_id] = reasons_by_code(
                    session, response.invitation.version.release
                )
            _code(session, response, by_release[release_id])
        keep_alternatives(session, sorted({response.deal_id for response in responses}))
        return len(responses)


def _code(session: Session, response: Response, reasons: Mapping[str, Reason]) -> None:
    if response.state is not ResponseState.COUNTED:
        forget_codings(session, response)
        return
    invitation = response.invitation
    document = document_of(session, invitation.version_id, invitation.asked_as)
    answers = answers_of(session, response, document)
    named = [name for name in reasons_named(document, answers) if name.code in reasons]
    code_clicks(session, response, named=named, reasons=reasons)
