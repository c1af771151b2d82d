"""Drafts that nobody came back to die."""

from datetime import datetime, timedelta

from sqlalchemy import String, cast, delete, or_, select, update
from sqlalchemy.orm import Session

from survey.kit.bulk import among
from survey.responses.models import Response, ResponseDraft

DRAFTS_LIVE = timedelta(days=30)


def forget_drafts(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Let at most `limit` drafts die that were not touched for thirty days; says how many did.

    Of an answer that was never sent only the fact stays that somebody began, because the funnel
    counts it. Changes to a sent answer, which stands as it was, and what a machine filled in, which
    counts nowhere, go altogether.
    """
    untouched = (
        select(ResponseDraft.invitation_id, ResponseDraft.is_doubted, Response.id)
        .outerjoin(Response, Response.invitation_id == ResponseDraft.invitation_id)
        .where(
            ResponseDraft.saved_at <= now - DRAFTS_LIVE,
            or_(
                ResponseDraft.screen != "",
                cast(ResponseDraft.answers, String) != "{}",
                ResponseDraft.is_doubted,
                Response.id.is_not(None),
            ),
        )
        .order_by(ResponseDraft.saved_at, ResponseDraft.invitation_id)
        .limit(limit)
    )
    found = session.execute(untouched).all()
    gone = [number for number, is_doubted, sent in found if is_doubted or sent]
    begun = [number for number, is_doubted, sent in found if not (is_doubted or sent)]
    is_still_old = ResponseDraft.saved_at <= now - DRAFTS_LIVE
    session.execute(
        delete(ResponseDraft).where(among(ResponseDraft.invitation_id, gone), is_still_old)
    )
    session.execute(
        update(ResponseDraft)
        .where(among(ResponseDraft.invitation_id, begun), is_still_old)
        .values(answers={}, screen="", sitting="")
    )
    return len(found)
