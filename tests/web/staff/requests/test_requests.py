"""What buyers asked of us instead of answering, and what we make of it."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.config import Settings
from survey.deals.models import Contact, DealContact
from survey.invitations.models import ErasureRequest
from survey.invitations.types import DeclineReason, ReferralState
from survey.mail.models import Message
from survey.questionnaires.documents import shipped_document
from survey.responses.types import Doubt
from survey.team.models import User
from survey.team.types import Role
from tests.factories import (
    make_company,
    make_contact,
    make_erasure_request,
    make_invitation,
    make_referral,
)
from tests.pages import CheckingClient, as_read
from tests.privacy.world import ADDRESS, LEFT_OF_HER, left_of_her, make_everything

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

    page = as_read(client.get("/requests"))

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


def test_erasing_is_asked_back_and_says_what_goes_and_what_stays(
    client: CheckingClient, session: Session, sign_in: SignIn, moment: datetime
) -> None:
    make_everything(session, moment)
    request = session.scalars(select(ErasureRequest)).one()
    before = left_of_her(session)
    sign_in(Role.MANAGER)

    link = f"/requests/erasures/{request.public_id}"
    assert link in client.get("/requests").text
    page = as_read(client.get(link))

    assert "Erase Anna Berg" in page and ADDRESS in page
    assert "What goes" in page and "What stays" in page
    session.expire_all()
    assert left_of_her(session) == before


@pytest.mark.parametrize(("doubts", "is_told"), [([], False), (["too_fast"], True)])
def test_who_erases_is_told_what_speaks_of_a_machine(
    client: CheckingClient, session: Session, sign_in: SignIn, doubts: list[str], is_told: bool
) -> None:
    request = make_erasure_request(session, doubts=doubts)
    sign_in(Role.MANAGER)

    page = client.get(f"/requests/erasures/{request.public_id}").text

    assert ("Did the person press this?" in page) is is_told
    assert (Doubt.TOO_FAST.sentence in page) is is_told


def test_erasing_erases_and_settles_the_request(
    client: CheckingClient, session: Session, sign_in: SignIn, moment: datetime
) -> None:
    make_everything(session, moment)
    request = session.scalars(select(ErasureRequest)).one()
    user = sign_in(Role.ADMIN)

    for _ in range(2):
        client.post(f"/requests/erasures/{request.public_id}/erase")

    assert left_of_her(session) == []
    assert (request.settled_at is not None, request.settled_by) == (True, user)
    page = client.get("/requests").text
    assert "Done" in page and "Erased person" in page
    assert f"/requests/erasures/{request.public_id}" not in page
    erased = client.get(f"/requests/erasures/{request.public_id}").text
    assert "erased on" in erased and f" by {user.name}." in erased
    assert "What went" in erased and "Erase for ever" not in erased


def test_pages_that_told_of_an_erased_person_still_open(
    client: CheckingClient, session: Session, sign_in: SignIn, moment: datetime
) -> None:
    held = make_everything(session, moment)
    held.invitation.version.document = shipped_document("not_won")
    make_company(session)
    mails = session.scalars(select(Message.public_id)).all()
    sign_in(Role.ADMIN)
    request = session.scalars(select(ErasureRequest)).one()
    client.post(f"/requests/erasures/{request.public_id}/erase")

    for address in (
        f"/deals/{held.invitation.deal.public_id}",
        f"/feedback/{held.response.public_id}",
        "/feedback",
        "/coding",
        *(f"/outbox/{public_id}" for public_id in mails),
    ):
        page = client.get(address)
        assert page.status_code == 200, address
        assert not [word for word in LEFT_OF_HER if word in as_read(page).lower()], address


def test_nothing_is_erased_where_the_ledger_cannot_be_written(
    client: CheckingClient, session: Session, sign_in: SignIn, settings: Settings
) -> None:
    request = make_erasure_request(session)
    address = request.contact.email
    settings.ledger.mkdir()
    sign_in(Role.ADMIN)

    client.post(f"/requests/erasures/{request.public_id}/erase")

    assert "Nothing was erased." in client.get("/requests").text
    assert request.contact.email == address


@pytest.mark.parametrize("role", [Role.ANALYST, Role.SELLER, Role.VIEWER])
def test_erasing_is_for_admins_and_managers(
    client: CheckingClient, session: Session, sign_in: SignIn, role: Role
) -> None:
    request = make_erasure_request(session)
    address = request.contact.email
    sign_in(role)

    link = f"/requests/erasures/{request.public_id}"
    assert client.get(link).status_code == 403
    assert client.post(f"{link}/erase").status_code == 403
    assert request.contact.email == address


def test_the_links_of_an_erased_person_open_nothing(
    client: CheckingClient, session: Session, sign_in: SignIn, moment: datetime
) -> None:
    make_everything(session, moment)
    request = session.scalars(select(ErasureRequest)).one()
    sign_in(Role.ADMIN)
    client.post(f"/requests/erasures/{request.public_id}/erase")

    assert client.get("/s/hers").status_code == client.get("/s/never-was").status_code


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
