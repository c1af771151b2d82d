"""One deal, with all that happened."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from survey.audit.actions import record
from survey.audit.types import Actor, ActorKind, Subject
from survey.deals.models import Deal
from survey.deals.types import AlternativeKind, Source, Standing
from survey.responses.types import Audience
from survey.team.models import User
from survey.team.types import Role
from tests.factories.deals import (
    make_alternative,
    make_competitor,
    make_contact,
    make_deal,
    make_deal_contact,
)
from tests.factories.invitations import make_invitation, make_reminder
from tests.factories.responses import make_response
from tests.factories.team import make_user
from tests.pages import CheckingClient

SignIn = Callable[[Role | User], User]


@pytest.fixture
def deal(session: Session) -> Deal:
    """Lost on 1 October, imported on 15 October 2026."""
    return make_deal(
        session,
        name="Planning for Ghent",
        seller=make_user(session, name="Els de Vries"),
        amount_minor=2_471_050,
        currency="EUR",
        country="BE",
        stage="Proposal",
        crm_reason="Price <b>and</b> trust",
        decided_on=date(2026, 9, 20),
    )


def page_of(client: CheckingClient, deal: Deal) -> BeautifulSoup:
    response = client.get(f"/deals/{deal.public_id}")
    assert response.status_code == 200
    return BeautifulSoup(response.text, "html.parser")


def happened(page: BeautifulSoup) -> list[str]:
    return [step.get_text() for step in page.select(".timeline strong")]


def test_page_tells_the_facts(client: CheckingClient, sign_in: SignIn, deal: Deal) -> None:
    sign_in(Role.ANALYST)

    words = " ".join(page_of(client, deal).get_text().split())

    for fact in (
        "Planning for Ghent", "24,710.50 EUR", "1 October 2026", "Els de Vries", "Belgium",
        "Last stage Proposal", "Price <b>and</b> trust", deal.external_id,
    ):  # fmt: skip
        assert fact in words


def change_outcome(session: Session, deal: Deal) -> None:
    record(
        session,
        Actor(ActorKind.COMMAND),
        "deal_changed",
        Subject("deal", deal.id),
        now=datetime(2026, 10, 16, tzinfo=UTC),
        fields=["outcome", "closed_on"],
        outcome_from="no_decision",
        outcome_to="lost",
    )


def test_timeline_runs_from_the_latest_to_the_first(
    client: CheckingClient, sign_in: SignIn, session: Session, deal: Deal
) -> None:
    change_outcome(session, deal)
    sam = make_contact(session, account=deal.account, name="Sam Jansen")
    asked = make_invitation(
        session,
        deal=deal,
        contact=sam,
        invited_at=datetime(2026, 10, 20, 9, tzinfo=UTC),
        sent_at=datetime(2026, 10, 20, 10, tzinfo=UTC),
    )
    make_response(
        session,
        deal=deal,
        invitation=asked,
        audience=Audience.PEOPLE_DEALT_WITH,
        submitted_at=datetime(2026, 10, 29, tzinfo=UTC),
    )
    make_reminder(session, invitation=asked, reminded_at=datetime(2026, 10, 27, 9, tzinfo=UTC))
    sign_in(Role.ANALYST)

    page = page_of(client, deal)

    assert happened(page) == [
        "Answered",
        "Reminder to Sam Jansen sent",
        "Reminder to Sam Jansen put in the outbox",
        "Invitation to Sam Jansen sent",
        "Invitation to Sam Jansen put in the outbox",
        "Changed in the CRM",
        "Imported",
        "Lost",
        "The buyer decided",
        "Opened",
    ]
    assert "Outcome from no decision to lost, closing day" in page.get_text()


def test_answer_for_totals_only_leaves_no_trace(
    client: CheckingClient, sign_in: SignIn, session: Session, deal: Deal
) -> None:
    asked = make_invitation(session, deal=deal)
    make_response(session, deal=deal, invitation=asked, audience=Audience.TOTALS_ONLY)
    make_alternative(
        session, deal=deal, source=Source.BUYER, competitor=make_competitor(session, name="Globex")
    )
    sign_in(Role.ADMIN)

    page = page_of(client, deal)

    assert not any(step.startswith("Answered") for step in happened(page))
    assert "Globex" not in page.get_text()


def test_alternatives_of_buyers_are_shown_to_who_reads_all_their_answers(
    client: CheckingClient, sign_in: SignIn, session: Session, deal: Deal
) -> None:
    for audience in (Audience.PEOPLE_DEALT_WITH, Audience.SENDER_TEAM):
        asked = make_invitation(session, deal=deal)
        make_response(session, deal=deal, invitation=asked, audience=audience)
    make_alternative(
        session, deal=deal, source=Source.BUYER, competitor=make_competitor(session, name="Globex")
    )

    seen = {}
    for role in (Role.ANALYST, Role.MANAGER):
        sign_in(role)
        seen[role] = "Globex" in page_of(client, deal).get_text()

    assert seen == {Role.ANALYST: True, Role.MANAGER: False}


def test_alternatives_say_who_told_them(
    client: CheckingClient, sign_in: SignIn, session: Session, deal: Deal
) -> None:
    make_alternative(session, deal=deal, competitor=make_competitor(session, name="Globex"))
    make_alternative(
        session, deal=deal, kind=AlternativeKind.IN_HOUSE, standing=Standing.CONSIDERED
    )
    sign_in(Role.MANAGER)

    words = " ".join(page_of(client, deal).get_text().split())

    assert "Chosen Globex says the CRM" in words
    assert "Considered In house says the CRM" in words


def test_deal_without_contact_says_what_to_do(
    client: CheckingClient, sign_in: SignIn, deal: Deal
) -> None:
    sign_in(Role.MANAGER)

    assert "Without a contact nobody can be asked" in page_of(client, deal).get_text()


def test_contact_that_decided_and_may_not_be_asked_is_marked(
    client: CheckingClient, sign_in: SignIn, session: Session, deal: Deal
) -> None:
    sam = make_contact(session, account=deal.account, name="Sam Jansen", may_ask=False)
    make_deal_contact(session, deal=deal, contact=sam)
    sign_in(Role.MANAGER)

    [row] = page_of(client, deal).select("tbody tr")

    assert " ".join(row.get_text().split()) == f"Sam Jansen Decided {sam.email} decision maker No"


def test_seller_reads_own_deal(client: CheckingClient, sign_in: SignIn, deal: Deal) -> None:
    assert deal.seller is not None
    sign_in(deal.seller)

    assert page_of(client, deal).select_one("h1") is not None


def test_deal_of_another_seller_looks_like_none(
    client: CheckingClient, sign_in: SignIn, deal: Deal
) -> None:
    sign_in(Role.SELLER)

    foreign = client.get(f"/deals/{deal.public_id}")
    missing = client.get("/deals/2222222222222222")

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert foreign.text == missing.text
