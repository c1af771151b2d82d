"""The campaign pages: made, checked, started, paused; and whom they would ask."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.deals.types import Outcome
from survey.invitations.models import Campaign
from survey.invitations.types import CampaignState
from survey.kit.clock import now
from survey.kit.db import Database
from survey.questionnaires.documents import shipped_document
from survey.questionnaires.models import Questionnaire
from survey.team.types import Role
from tests.databases import queries_counted
from tests.factories import (
    make_campaign,
    make_deal,
    make_deal_contact,
    make_invitation,
    make_questionnaire,
    make_reminder,
    make_version,
)
from tests.pages import CheckingClient

SignIn = Callable[[Role], object]


@pytest.fixture
def not_won(session: Session) -> Questionnaire:
    questionnaire = make_questionnaire(session, key="not_won", name="Not won")
    make_version(session, questionnaire=questionnaire, document=shipped_document("not_won"))
    return questionnaire


def entries(questionnaire: Questionnaire, **changes: object) -> dict[str, object]:
    """What the form sends for a usual campaign."""
    return {
        "name": "Losses",
        "questionnaire_id": questionnaire.id,
        "lost_delay_days": "10",
        "no_decision_delay_days": "30",
        "won_delay_days": "",
        "stop_after_days": "60",
        "notice_days": "3",
        "answer_days": "30",
        "reminders": "1",
        "reminder_days": "5",
        "reminder_gap_days": "3",
        "person_quarantine_days": "90",
        "account_quarantine_days": "90",
        "amount_from_minor": "5,000",
        "amount_to_minor": "",
        "amount_currency": "eur",
        "sample_percent": "100",
        "sender_name": "Noor de Wit",
        "sender_role": "Head of Research",
        "reply_to": "noor@northwind.example",
        "phone": "",
        "sender_is_not_in_sales": "y",
    } | changes


def delays_in(page: str) -> dict[str, str]:
    """What stands in the three fields of the delays."""
    fields = BeautifulSoup(page, "html.parser").select("input[name$=_delay_days]")
    return {str(field["name"]).removesuffix("_delay_days"): field.get("value") for field in fields}


def lately(days: int = 15) -> date:
    return (now() - timedelta(days=days)).date()


def test_empty_list_says_what_to_do_next(client: CheckingClient, sign_in: SignIn) -> None:
    sign_in(Role.MANAGER)

    page = client.get("/campaigns")

    assert "No campaign yet" in page.text
    assert 'href="/campaigns/new"' in page.text


def test_list_tells_whom_each_campaign_asks(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    sign_in(Role.ANALYST)
    campaign = make_campaign(session, name="Losses")
    make_deal_contact(session, deal=make_deal(session, closed_on=lately()))

    page = client.get("/campaigns")

    assert f'href="/campaigns/{campaign.public_id}"' in page.text
    assert "1 now, 0 later" in page.text
    assert 'href="/campaigns/new"' not in page.text


def test_manager_makes_a_campaign(
    client: CheckingClient, sign_in: SignIn, session: Session, not_won: Questionnaire
) -> None:
    sign_in(Role.MANAGER)
    make_deal(session, region="Nordics", product="Planner")
    assert client.get("/campaigns/new").status_code == 200

    made = client.post("/campaigns/new", data=entries(not_won, regions=["Nordics"]))

    campaign = session.scalars(select(Campaign)).one()
    assert made.status_code == 303
    assert made.location == f"/campaigns/{campaign.public_id}"
    assert campaign.state == CampaignState.DRAFT
    assert campaign.amount_from_minor == 500_000
    assert campaign.amount_currency == "EUR"
    assert (campaign.regions, campaign.products) == (["Nordics"], [])
    assert (campaign.lost_delay_days, campaign.won_delay_days) == (10, None)
    assert campaign.sender_is_not_in_sales


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Please give the campaign a name."),
        ({"lost_delay_days": "60"}, "Ask before day 60, when asking stops."),
        ({"won_delay_days": "21"}, "The questionnaire has no words for this outcome"),
        ({"amount_currency": ""}, "Say which currency the amount is in."),
        ({"amount_currency": "XXY"}, "“XXY” is not a currency"),
        ({"amount_from_minor": "many"}, "“many” is not an amount"),
        ({"regions": ["Atlantis"]}, "Atlantis"),
        ({"reminders": "3"}, "Please take 0, 1 or 2."),
        ({"reminder_days": "2"}, "Please take 3 to 730 days."),
        ({"person_quarantine_days": "89"}, "Please take 90 to 730 days."),
        ({"sender_is_not_in_sales": ""}, "A person outside sales has to sign"),
        ({"reply_to": "no-reply@northwind.example"}, "Nobody reads “no-reply@northwind.example”."),
        ({"answer_days": "9"}, "Take answers for at least 10 days"),
    ],
)
def test_terms_that_do_not_fit_are_told_beside_the_field(
    client: CheckingClient,
    sign_in: SignIn,
    session: Session,
    not_won: Questionnaire,
    changes: dict[str, object],
    sentence: str,
) -> None:
    sign_in(Role.ADMIN)

    refused = client.post("/campaigns/new", data=entries(not_won, **changes))

    assert refused.status_code == 422
    assert sentence in refused.text
    assert session.scalars(select(Campaign)).all() == []


DEFAULTS = {
    "stop_after_days": "60",
    "reminders": "1",
    "reminder_days": "5",
    "reminder_gap_days": "3",
    "person_quarantine_days": "90",
    "account_quarantine_days": "90",
}
"""The practice of the field: one reminder after five working days, quarantines of ninety days."""


def test_new_campaign_is_filled_in_for_its_questionnaire(
    client: CheckingClient, sign_in: SignIn, session: Session, not_won: Questionnaire
) -> None:
    sign_in(Role.MANAGER)
    won = make_questionnaire(session, key="won", name="Won")
    make_version(session, questionnaire=won, document=shipped_document("won"))

    first = client.get("/campaigns/new").text
    other = client.get("/campaigns/new?questionnaire=won").text

    assert delays_in(first) == {"lost": "10", "no_decision": "30", "won": ""}
    assert delays_in(other) == {"lost": "", "no_decision": "", "won": "21"}
    assert 'href="/campaigns/new?questionnaire=won"' in first
    form = BeautifulSoup(first, "html.parser")
    assert {name: form.select_one(f"#{name}")["value"] for name in DEFAULTS} == DEFAULTS


def test_manager_changes_a_campaign(
    client: CheckingClient, sign_in: SignIn, session: Session, not_won: Questionnaire
) -> None:
    sign_in(Role.MANAGER)
    campaign = make_campaign(
        session,
        questionnaire=not_won,
        amount_from_minor=1_250_050,
        amount_currency="EUR",
        regions=["Benelux"],
    )
    form = client.get(f"/campaigns/{campaign.public_id}/edit")
    assert 'value="12500.50"' in form.text

    changed = client.post(
        f"/campaigns/{campaign.public_id}/edit",
        data=entries(not_won, sample_percent="40", regions=["Benelux"]),
    )

    assert changed.status_code == 303
    assert (campaign.sample_percent, campaign.regions) == (40, ["Benelux"])


def test_draft_shows_whom_it_would_ask_before_it_starts(
    client: CheckingClient, sign_in: SignIn, session: Session, not_won: Questionnaire
) -> None:
    sign_in(Role.MANAGER)
    campaign = make_campaign(session, questionnaire=not_won, state=CampaignState.DRAFT)
    part = make_deal_contact(session, deal=make_deal(session, closed_on=lately()))
    make_deal(session, closed_on=lately())

    page = client.get(f"/campaigns/{campaign.public_id}")

    assert "Would be asked" in page.text
    assert part.contact.name in page.text
    assert "The deal has no contact with an address." in page.text


def test_campaign_starts_and_pauses(
    client: CheckingClient, sign_in: SignIn, session: Session, not_won: Questionnaire
) -> None:
    sign_in(Role.MANAGER)
    campaign = make_campaign(
        session,
        questionnaire=not_won,
        state=CampaignState.DRAFT,
        sender_is_not_in_sales=True,
    )
    address = f"/campaigns/{campaign.public_id}"

    assert client.post(f"{address}/start").location == address
    assert campaign.state == CampaignState.RUNNING
    assert "is running" in client.get(address).text
    assert client.post(f"{address}/pause").location == address
    assert campaign.state == CampaignState.PAUSED


def test_start_without_a_sender_asks_for_one(
    client: CheckingClient, sign_in: SignIn, session: Session, not_won: Questionnaire
) -> None:
    sign_in(Role.MANAGER)
    campaign = make_campaign(
        session, questionnaire=not_won, state=CampaignState.DRAFT, sender_name=""
    )

    refused = client.post(f"/campaigns/{campaign.public_id}/start")

    assert refused.status_code == 422
    assert "A named person outside sales has to sign" in refused.text
    assert campaign.state == CampaignState.DRAFT


def test_skips_are_listed_by_reason(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    sign_in(Role.ANALYST)
    campaign = make_campaign(session)
    alone = make_deal(session, closed_on=lately(), name="Nobody there")
    make_deal(session, outcome=Outcome.OPEN, closed_on=None, name="Still open")

    page = client.get(f"/campaigns/{campaign.public_id}?reason=no_contact")

    assert alone.name in page.text
    assert "Still open" not in page.text
    assert client.get(f"/campaigns/{campaign.public_id}?reason=whim").status_code == 404


def test_long_lists_have_pages(client: CheckingClient, sign_in: SignIn, session: Session) -> None:
    sign_in(Role.ANALYST)
    campaign = make_campaign(session)
    for number in range(51):
        make_deal(session, closed_on=lately(), name=f"Deal number {number}")

    first = client.get(f"/campaigns/{campaign.public_id}?reason=no_contact")
    second = client.get(f"/campaigns/{campaign.public_id}?reason=no_contact&page=2")

    assert "Page 1 of 2, 51 deals" in first.text
    assert second.text.count("Deal number") == 1


def test_old_deals_are_listed_the_latest_first_page_by_page(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    sign_in(Role.ANALYST)
    campaign = make_campaign(session)
    for number in range(1, 52):
        closed_on = date(2020, 1, 1) + timedelta(days=number)
        make_deal(session, closed_on=closed_on, name=f"Deal number {number}.")

    first = client.get(f"/campaigns/{campaign.public_id}?reason=too_old")
    second = client.get(f"/campaigns/{campaign.public_id}?reason=too_old&page=2")

    assert "Page 1 of 2, 51 deals" in first.text
    assert first.text.index("Deal number 51.") < first.text.index("Deal number 50.")
    assert "Deal number 1." not in first.text
    assert re.findall(r"Deal number \d+\.", second.text) == ["Deal number 1."]


@pytest.mark.parametrize("role", [Role.SELLER, Role.VIEWER])
def test_campaigns_are_not_for_every_role(
    client: CheckingClient, sign_in: SignIn, role: Role
) -> None:
    sign_in(role)

    assert client.get("/campaigns").status_code == 403


def test_analyst_cannot_start(client: CheckingClient, sign_in: SignIn, session: Session) -> None:
    sign_in(Role.ANALYST)
    campaign = make_campaign(session)

    assert client.post(f"/campaigns/{campaign.public_id}/pause").status_code == 403
    assert client.get(f"/campaigns/{campaign.public_id}/edit").status_code == 403


def test_unknown_campaign_is_not_found(client: CheckingClient, sign_in: SignIn) -> None:
    sign_in(Role.MANAGER)

    assert client.get("/campaigns/nowhere").status_code == 404


def test_page_costs_the_same_queries_for_more_deals(
    client: CheckingClient, sign_in: SignIn, session: Session, database: Database
) -> None:
    sign_in(Role.MANAGER)
    campaign = make_campaign(session)

    def add() -> None:
        make_deal_contact(session, deal=make_deal(session, closed_on=lately()))

    address = f"/campaigns/{campaign.public_id}"
    add()
    client.get(address)
    with queries_counted(database) as for_one:
        client.get(address)
    for _ in range(3):
        add()
    session.commit()
    with queries_counted(database) as for_four:
        client.get(address)

    assert len(for_four) == len(for_one)


def test_page_tells_how_many_were_and_will_be_reminded(
    client: CheckingClient, sign_in: SignIn, session: Session
) -> None:
    sign_in(Role.ANALYST)
    campaign = make_campaign(session, reminders=2)
    part = make_deal_contact(session, deal=make_deal(session, closed_on=lately(20)))
    asked = {"campaign": campaign, "invited_at": now(), "sent_at": now()}
    first = make_invitation(session, deal=part.deal, contact=part.contact, **asked)
    make_reminder(session, invitation=make_invitation(session, version=first.version, **asked))

    page = client.get(f"/campaigns/{campaign.public_id}")

    assert "twice at most, 5 working days after the invitation" in page.text
    assert "1 more to come" in page.text


def test_manager_sets_the_reminders(
    client: CheckingClient, sign_in: SignIn, session: Session, not_won: Questionnaire
) -> None:
    sign_in(Role.MANAGER)

    made = client.post(
        "/campaigns/new",
        data=entries(not_won, reminders="2", reminder_days="6", reminder_gap_days="4"),
    )

    campaign = session.scalars(select(Campaign)).one()
    assert made.status_code == 303
    assert (campaign.reminders, campaign.reminder_days, campaign.reminder_gap_days) == (2, 6, 4)
    assert "and again 4 days later" in client.get(made.location).text
