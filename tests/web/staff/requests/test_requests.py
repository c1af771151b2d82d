"""What buyers asked of us instead of answering, and what we make of it."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.deals.models import Contact, DealContact
from survey.invitations.types import DeclineReason, ReferralState
from survey.team.models import User
from survey.team.types import Role
from tests.factories import make_contact, make_erasure_request, make_invitation, make_referral
from tests.pages import CheckingClient

SignIn = Callable[[Role | User], User]


def test_requests_say_what_to_do_where_there_are_none(
    client: CheckingClient, sign_in: SignIn
) -> None:
    sign_in(Role.ANALYST)

    assert "No requests" in client.get("/requests").text


def test_requests_show_who_asked_for_what(
    client: CheckingClient, session: Session, sign_in: SignIn, moment: datetime
) -> None:
    make_referral(session, name="Mila Jansen")
    request = make_erasure_request(session)
    make_invitation(session, declined_at=moment, decline_reason=DeclineReason.NO_TIME)
    sign_in(Role.MANAGER)

    page = client.get("/requests").text

    assert "Mila Jansen" in page
    assert request.contact.email in page
    assert "Has no time for it." in page


def test_confirming_makes_the_colleague_the_one_to_ask(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    referral = make_referral(session, email="mila@buyer.example")
    user = sign_in(Role.ANALYST)

    for _ in range(2):
        client.post(f"/requests/referrals/{referral.public_id}/confirm")

    contact = session.scalars(select(Contact).where(Contact.email == "mila@buyer.example")).one()
    part = session.get(DealContact, (referral.invitation.deal_id, contact.id))
    assert part is not None and part.is_chosen_to_ask
    assert contact.account_id == referral.invitation.deal.account_id
    assert (referral.state, referral.settled_by) == (ReferralState.CONFIRMED, user)
    assert referral.invitation.passed_on_at is not None


def test_confirming_finds_a_contact_that_is_known(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    known = make_contact(session, email="mila@buyer.example")
    referral = make_referral(session, email="mila@buyer.example")
    sign_in(Role.ADMIN)

    client.post(f"/requests/referrals/{referral.public_id}/confirm")

    assert session.get(DealContact, (referral.invitation.deal_id, known.id)) is not None


def test_dismissing_asks_nobody(client: CheckingClient, session: Session, sign_in: SignIn) -> None:
    referral = make_referral(session)
    sign_in(Role.ANALYST)

    client.post(f"/requests/referrals/{referral.public_id}/dismiss")

    assert referral.state is ReferralState.DISMISSED
    assert session.scalars(select(Contact).where(Contact.email == referral.email)).all() == []


def test_an_erasure_is_written_down_as_done(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    request = make_erasure_request(session)
    user = sign_in(Role.ADMIN)

    client.post(f"/requests/erasures/{request.public_id}/settle")

    assert (request.settled_at is not None, request.settled_by) == (True, user)
    assert "Done" in client.get("/requests").text


@pytest.mark.parametrize("role", [Role.SELLER, Role.VIEWER])
def test_requests_are_not_for_everybody(
    client: CheckingClient, sign_in: SignIn, role: Role
) -> None:
    sign_in(role)

    assert client.get("/requests").status_code == 403


def test_sellers_see_that_a_buyer_declined_and_not_why(
    client: CheckingClient, session: Session, sign_in: SignIn, moment: datetime
) -> None:
    seller = sign_in(Role.SELLER)
    asked = make_invitation(session, declined_at=moment, decline_reason=DeclineReason.NO_TIME)
    asked.deal.seller = seller
    make_referral(session, invitation=asked, name="Mila Jansen")

    as_seller = client.get(f"/deals/{asked.deal.public_id}").text
    sign_in(Role.ANALYST)
    as_analyst = client.get(f"/deals/{asked.deal.public_id}").text

    assert "would rather not answer" in as_seller
    assert "Has no time for it." not in as_seller + as_seller
    assert "Mila Jansen" not in as_seller
    assert "Has no time for it." in as_analyst
    assert "Mila Jansen was named as the one to ask" in as_analyst
