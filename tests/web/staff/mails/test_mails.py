"""A campaign's mails: written anew, looked at, tried on oneself."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.deals.types import Outcome
from survey.invitations.models import Campaign, Wording
from survey.mail.actions.suppressions import suppress
from survey.mail.models import Message
from survey.mail.types import SuppressionReason
from survey.questionnaires.documents import shipped_document
from survey.team.models import User
from survey.team.types import Role
from tests.factories import (
    MOMENT,
    make_campaign,
    make_company,
    make_contact,
    make_deal,
    make_deal_contact,
    make_questionnaire,
    make_user,
    make_version,
    make_wording,
)
from tests.pages import CheckingClient

SignIn = Callable[[Role | User], User]
A_MAIL = "a mail as it was sent"


@pytest.fixture
def campaign(session: Session, sign_in: SignIn) -> Campaign:
    """A campaign about lost deals, one of which is Jane's; a manager looks at it."""
    make_company(session, name="Northwind", postal_address="Kade 12\nAmsterdam")
    questionnaire = make_questionnaire(session)
    make_version(session, questionnaire=questionnaire, document=shipped_document("not_won"))
    deal = make_deal(
        session,
        outcome=Outcome.LOST,
        closed_on=date(2026, 9, 20),
        product="{company}",
        seller=make_user(session, name="Sam Okafor"),
    )
    jane = make_contact(session, account=deal.account, name="Jane Doe", email="jane@buyer.example")
    make_deal_contact(session, deal=deal, contact=jane, is_decider=True)
    sign_in(make_user(session, role=Role.MANAGER, email="mara@northwind.example", name="Mara Lind"))
    return make_campaign(session, questionnaire=questionnaire, name="Losses")


def path(campaign: Campaign, rest: str = "", mail: str = "invitation/lost") -> str:
    return f"/campaigns/{campaign.public_id}/mails/{mail}{rest}"


def deal_of(client: CheckingClient, campaign: Campaign) -> str:
    page = client.get(path(campaign)).text
    return page.split('<option selected value="')[1].split('"')[0]


def test_the_mails_are_listed_with_whose_words_they_say(
    client: CheckingClient, session: Session, campaign: Campaign
):
    make_wording(session, campaign=campaign)

    page = client.get(f"/campaigns/{campaign.public_id}/mails").text

    assert "Two minutes about {product}?" in page
    assert "Still glad to hear it: your {product} decision" in page
    assert page.count("Your own") == 1
    assert "/mails/invitation/won" not in page


def test_the_editor_begins_with_our_words(client: CheckingClient, campaign: Campaign):
    page = client.get(path(campaign)).text

    assert "You looked at {product} with {seller_name} {when}" in page
    assert "Jane Doe" in page


def test_the_preview_is_of_a_real_deal_and_its_links_lead_nowhere(
    client: CheckingClient, campaign: Campaign
):
    shown = client.get(path(campaign, "/preview"), unchecked=A_MAIL)

    assert "Subject: Your {company} decision: what can we learn?" in shown.text
    assert "You looked at {company} with Sam Okafor" in shown.text
    assert "/s/masked?choice=price" in shown.text
    assert "'unsafe-inline'" not in shown.headers["Content-Security-Policy"]


def test_the_preview_shows_what_is_typed_and_keeps_nothing(
    client: CheckingClient, session: Session, campaign: Campaign
):
    typed = {
        "subject": "For {first_name}",
        "body": "<b>Dear</b> {first_name},\n\nplease.",
        "deal": deal_of(client, campaign),
    }

    shown = client.post(path(campaign, "/preview"), data=typed, unchecked=A_MAIL)
    assert "Subject: For Jane" in shown.text
    assert "&lt;b&gt;Dear&lt;/b&gt; Jane," in shown.text
    assert "Nobody will try to change your mind." in shown.text
    assert "please do not ask me" in shown.text
    assert session.scalars(select(Wording)).all() == []


def test_a_preview_of_wrong_words_says_why(client: CheckingClient, campaign: Campaign):
    typed = {"subject": "{prodcut}", "body": "", "deal": deal_of(client, campaign)}

    shown = client.post(path(campaign, "/preview"), data=typed, unchecked=A_MAIL)

    assert shown.status_code == 422
    assert "“{prodcut}” is no field." in shown.text


def test_words_are_saved_and_taken_back(
    client: CheckingClient, session: Session, campaign: Campaign
):
    typed = {
        "subject": "Two minutes?",
        "body": "Hello {first_name},",
        "deal": deal_of(client, campaign),
    }

    saved = client.post(path(campaign), data=typed)

    wording = session.scalars(select(Wording)).one()
    assert saved.status_code == 303
    assert (wording.subject, wording.body) == ("Two minutes?", "Hello {first_name},")
    client.post(path(campaign, "/reset"))
    assert session.scalars(select(Wording)).all() == []


@pytest.mark.parametrize("field", ["subject", "body"])
def test_words_that_do_not_fit_are_refused_beside_their_field(
    client: CheckingClient, session: Session, campaign: Campaign, field: str
):
    typed = {"subject": "", "body": "", field: "About {deal}", "deal": deal_of(client, campaign)}

    answer = client.post(path(campaign), data=typed)

    assert answer.status_code == 422
    assert "“{deal}” is no field. The fields are {first_name}, {product}" in answer.text
    assert session.scalars(select(Wording)).all() == []


def test_a_test_goes_to_oneself_only(client: CheckingClient, session: Session, campaign: Campaign):
    typed = {"subject": "Two minutes?", "body": "", "deal": deal_of(client, campaign)}

    answer = client.post(path(campaign, "/test"), data=typed, follow_redirects=True)

    message = session.scalars(select(Message)).one()
    assert "a test is on its way to mara@northwind.example" in answer.text
    assert (message.kind, message.to_address) == ("test", "mara@northwind.example")
    assert "jane" not in json.dumps(message.facts).lower()


def test_tests_are_few(client: CheckingClient, session: Session, campaign: Campaign):
    typed = {"subject": "", "body": "", "deal": deal_of(client, campaign)}
    for _ in range(5):
        client.post(path(campaign, "/test"), data=typed)

    refused = client.post(path(campaign, "/test"), data=typed, follow_redirects=True)

    assert "That were five tests in ten minutes." in refused.text
    assert len(session.scalars(select(Message)).all()) == 5


def test_no_test_goes_to_a_suppressed_address(
    client: CheckingClient, session: Session, campaign: Campaign
):
    typed = {"subject": "", "body": "", "deal": deal_of(client, campaign)}
    reason = SuppressionReason.ADDED_BY_PERSON
    suppress(session, "mara@northwind.example", reason=reason, now=MOMENT)

    refused = client.post(path(campaign, "/test"), data=typed, follow_redirects=True)

    assert "on the list of addresses never to mail" in refused.text
    assert session.scalars(select(Message)).all() == []


@pytest.mark.parametrize("mail", ["invitation/won", "invitation/open", "thanks/lost", "x/y"])
def test_there_is_no_other_mail(client: CheckingClient, campaign: Campaign, mail: str):
    assert client.get(path(campaign, mail=mail)).status_code == 404


def test_without_a_deal_an_example_is_shown(
    client: CheckingClient, session: Session, campaign: Campaign
):
    campaign.products = ["Atlas"]

    shown = client.get(path(campaign, "/preview", "reminder/lost"), unchecked=A_MAIL).text

    assert "Subject: Still glad to hear it: your Atlas decision" in shown
    assert "Hello Jane," in shown


@pytest.mark.parametrize("role", [Role.ANALYST, Role.SELLER, Role.VIEWER])
def test_words_are_for_those_who_run_campaigns(
    client: CheckingClient, sign_in: SignIn, campaign: Campaign, role: Role
):
    sign_in(role)

    assert client.get(path(campaign)).status_code == 403
    assert client.post(path(campaign, "/test")).status_code == 403
