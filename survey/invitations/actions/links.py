"""Making the tokens that one mail carries."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from survey.invitations.models import Invitation, Link
from survey.invitations.types import LinkPurpose, Links
from survey.kit.tokens import digest, new_token


def mint_links(
    session: Session, invitation: Invitation, *, attempt_id: str | None, now: datetime
) -> Links:
    """Make the tokens that one mail carries, one per purpose; only their digests are kept.

    Tokens of earlier mails stay valid: people click the first mail too.
    """
    return mint_links_of_all(session, [(invitation, attempt_id)], now=now)[0]


def mint_links_of_all(
    session: Session, carried: Sequence[tuple[Invitation, str | None]], *, now: datetime
) -> list[Links]:
    """`mint_links` for several mails in one statement: invitation and attempt id of each."""
    minted = [Links(answer=new_token(), opt_out=new_token()) for _ in carried]
    rows = [
        {
            "invitation_id": invitation.id,
            "purpose": purpose,
            "token_digest": digest(token),
            "attempt_id": attempt_id,
            "minted_at": now,
        }
        for (invitation, attempt_id), links in zip(carried, minted, strict=True)
        for purpose, token in (
            (LinkPurpose.ANSWER, links.answer),
            (LinkPurpose.OPT_OUT, links.opt_out),
        )
    ]
    if rows:
        session.execute(insert(Link), rows)
    return minted
