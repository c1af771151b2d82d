"""A manager sets up asking, and a seller holds one deal back, in a real browser."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from survey.kit.clock import now
from survey.questionnaires.documents import shipped_document
from survey.team.models import User
from survey.team.types import Role
from tests.factories import (
    make_campaign,
    make_contact,
    make_deal,
    make_deal_contact,
    make_questionnaire,
    make_user,
    make_version,
)
from tests.journeys.conftest import PHONE

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, Role | User], User]
Axe = Callable[[Page], list[str]]


def test_manager_sees_whom_a_campaign_asks_before_starting_it(
    page: Page, sign_in_page: SignIn, axe: Axe, session: Session
) -> None:
    not_won = make_questionnaire(session, key="not_won", name="Not won")
    make_version(session, questionnaire=not_won, document=shipped_document("not_won"))
    closed_on = (now() - timedelta(days=15)).date()
    buyer = make_deal_contact(session, deal=make_deal(session, closed_on=closed_on)).contact
    sign_in_page(page, Role.MANAGER)

    page.goto("/campaigns")
    page.get_by_role("link", name="Make the first one").click()
    assert axe(page) == []
    page.get_by_label("Name of the campaign").fill("Losses")
    page.get_by_label("Lost", exact=True).fill("10")
    page.get_by_label("Name", exact=True).fill("Noor de Wit")
    page.get_by_label("Role").fill("Head of Research")
    page.get_by_label("Reply address").fill("noor@northwind.example")
    page.get_by_label("This person is not in sales").check()
    page.get_by_role("button", name="Save the campaign").click()

    expect(page.get_by_role("heading", name="Losses", level=1)).to_be_visible()
    expect(page.get_by_role("cell", name=buyer.name)).to_be_visible()
    assert axe(page) == []
    page.get_by_role("button", name="Start asking").click()
    expect(page.get_by_text("Running", exact=True)).to_be_visible()


def test_seller_holds_a_deal_on_a_phone(
    open_page: Callable[..., Page], sign_in_page: SignIn, axe: Axe, session: Session
) -> None:
    seller = make_user(session, role=Role.SELLER)
    make_campaign(session)
    closed_on = (now() - timedelta(days=15)).date()
    deal = make_deal(session, closed_on=closed_on, seller=seller)
    make_deal_contact(session, deal=deal)
    page = open_page(viewport=PHONE, java_script_enabled=False)
    sign_in_page(page, seller)

    page.goto("/upcoming")
    page.get_by_role("link", name="Hold").click()
    page.get_by_label("Why should this buyer not be asked?").fill("A second project starts.")
    page.get_by_role("button", name="Hold this deal").click()

    expect(page.get_by_text("“A second project starts.”")).to_be_visible()
    expect(page.get_by_role("button", name="Lift the hold")).to_be_visible()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_seller_says_whom_to_ask_on_a_phone(
    open_page: Callable[..., Page],
    sign_in_page: SignIn,
    axe: Axe,
    session: Session,
    colours: str,
) -> None:
    seller = make_user(session, role=Role.SELLER)
    make_campaign(session)
    for days in (30, 20):
        closed_on = (now() - timedelta(days=days)).date()
        deal = make_deal(
            session, closed_on=closed_on, seller=seller, name=f"Closed {days} days ago"
        )
        for name in ("Kim Bos", "Lou Vos"):
            contact = make_contact(session, account=deal.account, name=name)
            make_deal_contact(session, deal=deal, contact=contact, is_decider=False, role="")
    page = open_page(viewport=PHONE, color_scheme=colours)
    sign_in_page(page, seller)

    page.goto("/upcoming")
    assert axe(page) == []
    page.get_by_role("link", name="Choose whom to ask about Closed 30 days ago").click()
    expect(page.get_by_role("group", name="Who should be asked?")).to_be_visible()
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    page.get_by_label("Kim Bos").check()
    page.get_by_role("button", name="Choose, and go on").click()
    expect(page.get_by_role("link", name="Closed 20 days ago")).to_be_visible()
    assert axe(page) == []
    page.get_by_label("Lou Vos").check()
    page.get_by_role("button", name="Choose this person").click()

    expect(page.get_by_role("heading", name="Upcoming", level=1)).to_be_visible()
    expect(page.get_by_role("heading", name="Choose whom to ask")).to_have_count(0)
