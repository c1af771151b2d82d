"""What people do to ask: links for a mail."""

from datetime import datetime

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
    links = Links(answer=new_token(), opt_out=new_token())
    for purpose, token in (
        (LinkPurpose.ANSWER, links.answer),
        (LinkPurpose.OPT_OUT, links.opt_out),
    ):
        session.add(
            Link(
                invitation=invitation,
                purpose=purpose,
                token_digest=digest(token),
                attempt_id=attempt_id,
                minted_at=now,
            )
        )
    session.flush()
    return links
