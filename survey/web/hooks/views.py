"""SendGrid's signed event webhook: what became of our mails."""

import structlog
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from survey.letters.kinds import letters_of
from survey.letters.leaving import note_left
from survey.mail.actions.receipts import record_receipts
from survey.mail.providers.events import read_events
from survey.mail.providers.signatures import SIGNATURE_HEADER, TIMESTAMP_HEADER, is_signed
from survey.web.shared import access
from survey.web.shared.door import now, session, settings
from survey.web.shared.guards import largest_body

bp = Blueprint("hooks", __name__)

_LARGEST_BATCH = 8 * 1024 * 1024
"""SendGrid sends at most 768 kB at once; more events than that wait for the next batch."""
_NO_CONTENT = 204
_FORBIDDEN = 403
_NOT_SIGNED = "This is not signed with the key that is set here.\n"

log = structlog.get_logger(__name__)


@bp.post("/hooks/sendgrid")
@access.signed("SendGrid’s event webhook")
@largest_body(_LARGEST_BATCH)
def sendgrid() -> ResponseReturnValue:
    """Keep a batch of events. The answer is 2xx only once they are safe, so that what is not kept
    is sent again.
    """
    body = request.get_data(cache=False)
    if not _is_from_sendgrid(body):
        log.warning("receipts.refused", size=len(body))
        return Response(_NOT_SIGNED, _FORBIDDEN, mimetype="text/plain")
    events = read_events(body, now=now())
    newly_left = record_receipts(session(), events, provider="sendgrid", now=now())
    note_left(session(), letters_of(settings()), newly_left, now=now())
    log.info("receipts.kept", events=len(events))
    return Response(status=_NO_CONTENT, mimetype="text/plain")


def _is_from_sendgrid(body: bytes) -> bool:
    return is_signed(
        body,
        signature=request.headers.get(SIGNATURE_HEADER, ""),
        timestamp=request.headers.get(TIMESTAMP_HEADER, ""),
        key=settings().sendgrid_webhook_public_key,
    )
