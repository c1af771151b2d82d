"""A link opens one thing; we keep its digest only."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.invitations.actions.links import mint_links
from survey.invitations.models import Link
from survey.invitations.queries.asked import find_by_token
from survey.invitations.types import LinkPurpose
from tests.factories import make_invitation


def test_minted_links_open_their_invitation(session: Session, moment: datetime) -> None:
    invitation = make_invitation(session)

    links = mint_links(session, invitation, attempt_id="a1", now=moment)

    assert find_by_token(session, links.answer, purpose=LinkPurpose.ANSWER) is invitation
    assert find_by_token(session, links.opt_out, purpose=LinkPurpose.OPT_OUT) is invitation


def test_link_is_refused_for_another_purpose(session: Session, moment: datetime) -> None:
    links = mint_links(session, make_invitation(session), attempt_id="a1", now=moment)

    assert find_by_token(session, links.opt_out, purpose=LinkPurpose.ANSWER) is None
    assert find_by_token(session, links.answer, purpose=LinkPurpose.OPT_OUT) is None
    assert find_by_token(session, "guessed", purpose=LinkPurpose.ANSWER) is None


def test_earlier_links_stay_valid(session: Session, moment: datetime) -> None:
    invitation = make_invitation(session)
    first = mint_links(session, invitation, attempt_id="a1", now=moment)

    second = mint_links(session, invitation, attempt_id="a2", now=moment)

    assert first != second
    assert find_by_token(session, first.answer, purpose=LinkPurpose.ANSWER) is invitation


def test_token_is_neither_stored_nor_shown(session: Session, moment: datetime) -> None:
    links = mint_links(session, make_invitation(session), attempt_id="a1", now=moment)

    stored = session.scalars(select(Link)).all()
    assert len(links.answer) == 32
    assert {len(link.token_digest) for link in stored} == {64}
    assert links.answer not in {link.token_digest for link in stored}
    assert links.answer not in repr(links)
