"""Sellers see whom we are about to ask, hold with a reason, and say whom to ask."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy.orm import Session

from survey.deals.models import Deal
from survey.invitations.queries.asked import hold_of
from survey.kit.clock import now
from survey.team.models import User
from survey.team.types import Role
from tests.factories import (
    make_campaign,
    make_contact,
    make_deal,
    make_deal_contact,
    make_hold,
    make_invitation,
    make_response,
    make_user,
)
from tests.pages import CheckingClient

SignIn = Callable[[Role | User], User]


def askable(session: Session, **columns: object) -> Deal:
    closed_on = (now() - timedelta(days=15)).date()
    deal = make_deal(session, **{"closed_on": closed_on} | columns)
    make_deal_contact(session, deal=deal)
    return deal


def lately() -> date:
    return (now() - timedelta(days=15)).date()


def test_empty_page_says_what_will_come(client: CheckingClient, sign_in: SignIn) -> None:
    sign_in(Role.SELLER)

    assert "Nobody is about to be asked" in client.get("/upcoming").text


def test_seller_sees_own_deals_only(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    seller = sign_in(Role.SELLER)
    make_campaign(session)
    own = askable(session, seller=seller, name="Own deal")
    foreign = askable(session, seller=make_user(session), name="Foreign deal")
    make_hold(session, deal=askable(session, name="Foreign hold"))

    page = client.get("/upcoming")

    assert "Own deal" in page.text
    assert "Foreign" not in page.text
    assert client.get(f"/upcoming/{own.public_id}").status_code == 200
    assert client.get(f"/upcoming/{foreign.public_id}").status_code == 404


def test_manager_sees_every_deal_and_hold(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    sign_in(Role.MANAGER)
    make_campaign(session)
    askable(session, seller=make_user(session), name="Some deal")
    make_hold(session, deal=askable(session, name="Held deal"), reason="They asked for quiet.")

    page = client.get("/upcoming")

    assert "Some deal" in page.text
    assert "They asked for quiet." in page.text


def test_seller_holds_and_lifts(client: CheckingClient, sign_in: SignIn, session: Session) -> None:
    deal = askable(session, seller=sign_in(Role.SELLER))
    make_campaign(session)
    address = f"/upcoming/{deal.public_id}"
    assert "will be asked on" in client.get(address).text

    held = client.post(f"{address}/hold", data={"reason": "A second project is starting."})

    assert held.location == address
    assert "A second project is starting." in client.get(address).text
    assert client.post(f"{address}/release").location == address
    assert hold_of(session, deal) is None


def test_hold_without_a_reason_is_refused(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    deal = askable(session, seller=sign_in(Role.SELLER))

    refused = client.post(f"/upcoming/{deal.public_id}/hold", data={"reason": " "})

    assert refused.status_code == 422
    assert "Say in a few words why" in refused.text


def test_hold_after_the_mail_is_refused(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    sign_in(Role.MANAGER)
    deal = make_invitation(session).deal
    address = f"/upcoming/{deal.public_id}"

    client.post(f"{address}/hold", data={"reason": "Too late."})

    page = client.get(address)
    assert "written to already" in page.text
    assert "too late to hold" in page.text
    assert hold_of(session, deal) is None


def test_person_chooses_among_several_contacts(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    sign_in(Role.MANAGER)
    make_campaign(session)
    deal = make_deal(session, closed_on=(now() - timedelta(days=15)).date())
    first = make_deal_contact(session, deal=deal, is_decider=False, role="")
    make_deal_contact(session, deal=deal, is_decider=False)
    first.contact.last_active_on = None
    address = f"/upcoming/{deal.public_id}"
    assert "a person has to choose one" in client.get(address).text

    chosen = client.post(f"{address}/contact", data={"contact": first.contact.public_id})

    assert chosen.location == "/upcoming", "nobody else waits for a choice"
    assert f"{first.contact.name} will be asked on" in client.get(address).text


def test_stranger_cannot_be_chosen(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    sign_in(Role.MANAGER)
    deal, stranger = askable(session), make_contact(session)

    refused = client.post(
        f"/upcoming/{deal.public_id}/contact", data={"contact": stranger.public_id}
    )

    assert refused.status_code == 422


def test_page_tells_of_an_old_deal_why_nobody_is_asked(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    sign_in(Role.ANALYST)
    make_campaign(session)
    deal = askable(session, closed_on=date(2020, 1, 1))

    assert "The deal closed too long ago." in client.get(f"/upcoming/{deal.public_id}").text


def test_page_tells_who_was_asked(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    sign_in(Role.ANALYST)
    invitation = make_invitation(session)

    page = client.get(f"/upcoming/{invitation.deal.public_id}")

    assert f"{invitation.contact.name}" in page.text
    assert "was asked on 15 October 2026" in page.text


def test_reminders_stand_beside_the_invitations(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    seller = sign_in(Role.SELLER)
    asked = [
        make_deal_contact(
            session, deal=make_deal(session, seller=each, closed_on=lately(), name=name)
        )
        for each, name in ((seller, "Own deal"), (make_user(session), "Foreign deal"))
    ]
    for part in asked:
        make_invitation(
            session, deal=part.deal, contact=part.contact, invited_at=now(), sent_at=now()
        )

    page = client.get("/upcoming")
    deal_page = client.get(f"/upcoming/{asked[0].deal.public_id}")

    assert "Own deal" in page.text
    assert "Foreign deal" not in page.text
    assert "A reminder follows on" in deal_page.text


def test_page_tells_why_no_reminder_follows(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    sign_in(Role.MANAGER)
    part = make_deal_contact(session, deal=make_deal(session, closed_on=lately()))
    invitation = make_invitation(
        session, deal=part.deal, contact=part.contact, invited_at=now(), sent_at=now()
    )
    make_response(session, invitation=invitation)

    page = client.get(f"/upcoming/{part.deal.public_id}")

    assert "No reminder follows: The buyer has answered already." in page.text
