"""Where several contacts could be asked, a person chooses: one deal after the other."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from survey.deals.models import Deal
from survey.kit.clock import now
from survey.mail.types import SuppressionReason
from survey.team.models import User
from survey.team.types import Role
from tests.factories import (
    make_campaign,
    make_contact,
    make_deal,
    make_deal_contact,
    make_invitation,
    make_suppression,
    make_user,
)
from tests.pages import CheckingClient

SignIn = Callable[[Role | User], User]


def undecided(session: Session, *, days: int = 15, **columns: object) -> Deal:
    """A deal that closed so many days ago, with two contacts between whom nothing decides."""
    closed_on = (now() - timedelta(days=days)).date()
    deal = make_deal(session, closed_on=closed_on, **columns)
    for role in ("Evaluator", ""):
        make_deal_contact(session, deal=deal, is_decider=False, role=role)
    return deal


def contact_of(session: Session, deal: Deal, **columns: object) -> str:
    """The public id of one more contact."""
    contact = make_contact(session, account=deal.account, **columns)
    make_deal_contact(session, deal=deal, contact=contact, is_decider=False, role="")
    return contact.public_id


def test_manager_chooses_for_one_deal_after_the_other(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    manager = sign_in(Role.MANAGER)
    make_campaign(session)
    first, second = undecided(session, days=30), undecided(session, days=20)
    people = {deal: contact_of(session, deal, name="Kim Bos") for deal in (first, second)}
    page = client.get("/upcoming").text
    assert "Choose whom to ask (2)" in page
    assert page.index(first.name) < page.index(second.name), "the oldest close first"
    form = client.get(f"/upcoming/{first.public_id}/contact").text
    assert "1 more to choose after this one" in form
    assert "checked" not in form

    onward = client.post(
        f"/upcoming/{first.public_id}/contact", data={"contact": people[first]}
    ).location
    done = client.post(onward, data={"contact": people[second]}).location

    assert onward == f"/upcoming/{second.public_id}/contact"
    assert done == "/upcoming"
    assert "Choose whom to ask" not in client.get(done).text
    assert (
        f"The one to ask: chosen by {manager.name}" in client.get(f"/deals/{first.public_id}").text
    )


def test_form_tells_role_activity_and_who_may_not_be_asked(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    sign_in(Role.MANAGER)
    deal = undecided(session)
    active_on = date(2026, 5, 3)
    contact_of(session, deal, name="Kim Bos", email="kim@buyer.example", last_active_on=active_on)
    contact_of(session, deal, name="Lou Vos", email="lou@buyer.example")
    make_suppression(session, address="lou@buyer.example", reason=SuppressionReason.OPTED_OUT)

    page = client.get(f"/upcoming/{deal.public_id}/contact").text

    assert "Who should be asked?" in page
    assert "kim@buyer.example, No role in the CRM, last active 3 May 2026" in page
    assert "Evaluator, no activity known" in page
    assert "no activity known, This person asked not to be written to." in page


def test_nothing_chosen_is_told_beside_the_choices(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    sign_in(Role.MANAGER)
    deal = undecided(session)

    refused = client.post(f"/upcoming/{deal.public_id}/contact", data={})

    assert refused.status_code == 422
    assert "Please choose one of the contacts." in refused.text


def test_page_shows_the_ten_oldest_and_counts_the_others(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    sign_in(Role.MANAGER)
    make_campaign(session)
    deals = [undecided(session, days=40 - number) for number in range(12)]

    page = client.get("/upcoming").text

    assert "Choose whom to ask (12)" in page
    assert [deal.public_id in page for deal in deals] == [True] * 10 + [False] * 2
    assert "And 2 more, which closed later" in page


def test_seller_chooses_for_own_deals_only(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    seller = sign_in(Role.SELLER)
    make_campaign(session)
    own = undecided(session, seller=seller)
    foreign = undecided(session, seller=make_user(session))

    page = client.get("/upcoming").text

    assert "Choose whom to ask (1)" in page
    assert f"/upcoming/{own.public_id}/contact" in page
    assert client.get(f"/upcoming/{foreign.public_id}/contact").status_code == 404


def test_choice_that_nobody_waits_for_leads_back_to_the_deal(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    sign_in(Role.MANAGER)
    make_campaign(session)
    undecided(session)
    deal = make_deal(session, closed_on=(now() - timedelta(days=15)).date())
    make_deal_contact(session, deal=deal)
    other = contact_of(session, deal)

    chosen = client.post(f"/upcoming/{deal.public_id}/contact", data={"contact": other})

    assert chosen.location == f"/upcoming/{deal.public_id}"


def test_nobody_is_chosen_once_the_mail_has_left(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    sign_in(Role.MANAGER)
    deal = make_invitation(session).deal
    somebody = contact_of(session, deal)
    address = f"/upcoming/{deal.public_id}"
    assert "The mail has left" in client.get(f"{address}/contact").text

    assert client.post(f"{address}/contact", data={"contact": somebody}).location == address
    assert "too late for that" in client.get(address).text


@pytest.mark.parametrize(
    ("role", "is_decider", "last_active_on", "rule"),
    [
        ("Executive Sponsor", True, None, "decision maker"),
        ("Primary contact", False, None, "primary contact"),
        ("Evaluator", False, date(2026, 5, 3), "last active"),
    ],
)
def test_deal_page_says_by_what_rule_a_contact_is_asked(
    client: CheckingClient,
    sign_in: SignIn,
    session: Session,
    role: str,
    *,
    is_decider: bool,
    last_active_on: date | None,
    rule: str,
) -> None:
    sign_in(Role.ANALYST)
    deal = undecided(session)
    contact = make_contact(session, account=deal.account, last_active_on=last_active_on)
    make_deal_contact(session, deal=deal, contact=contact, is_decider=is_decider, role=role)

    page = client.get(f"/deals/{deal.public_id}").text

    assert page.count("The one to ask: ") == 1
    assert f"The one to ask: {rule}" in page
    assert "Choose whom to ask" not in page


def test_deal_page_leads_to_the_choice_where_nothing_decides(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    sign_in(Role.ANALYST)
    deal = undecided(session)

    page = client.get(f"/deals/{deal.public_id}").text

    assert "The one to ask" not in page
    assert f'href="/upcoming/{deal.public_id}/contact"' in page
