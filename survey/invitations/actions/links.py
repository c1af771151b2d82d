"""Making the tokens that one mail carries."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from survey.invitations.models import Invitation, Link
from survey.invitations.types import LinkPurpose, Links
from survey.kit.bulk import insert_rows
from survey.kit.tokens import digest, new_tokens

_COLUMNS = ("invitation_id", "purpose", "token_digest", "attempt_id", "minted_at")


def mint_links(
    session: Session, invitation: Invitation, *, attempt_id: str | None, now: datetime
) -> Links:
    """Make the tokens that one mail carries, one per purpose; only their digests are kept.

    Tokens of earlier mails stay valid: people click the first mail too.
    """
    return mint_links_of_all(session, [(invitation.id, attempt_id)], now=now)[0]


def mint_links_of_all(
    session: Session, carried: Sequence[tuple[int, str | None]], *, now: datetime
) -> list[Links]:
    """`mint_links` for several mails at once: the invitation's number and attempt id of each."""
    tokens = iter(new_tokens(2 * len(carried)))
    minted = [Links(answer, opt_out) for answer, opt_out in zip(tokens, tokens, strict=True)]
    rows = [
        (invitation_id, purpose, digest(token), attempt_id, now)
        for (invitation_id, attempt_id), links in zip(carried, minted, strict=True)
        for purpose, token in (
            (LinkPurpose.ANSWER, links.answer),
            (LinkPurpose.OPT_OUT, links.opt_out),
        )
    ]
    insert_rows(session, Link, _COLUMNS, rows)
    return minted
