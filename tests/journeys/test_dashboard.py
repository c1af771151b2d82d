"""A manager reads the figures and follows a bar to the answers behind it, in a real browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from survey.company.queries import company
from survey.insights.types import Window
from survey.kit.clock import Month, now
from survey.team.models import User
from survey.team.types import Role
from tests.factories import (
    make_alternative,
    make_category,
    make_company,
    make_deal,
    make_reason,
)
from tests.journeys.conftest import DESK, PHONE
from tests.reports.year import ZONE, answer

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, Role | User], User]
Axe = Callable[[Page], list[str]]


@pytest.fixture
def year(session: Session) -> None:
    """Six answers of this month about price, one deal that nobody was asked about."""
    if company(session) is None:
        make_company(session)
    category = make_category(session, code="PRI", label="Price and terms")
    make_reason(session, category=category, code="PRI-01", label="Dearer than the other")
    for number in range(6):
        response = answer(session, f"The other one cost half, number {number}.", at=now())
        response.deal.closed_on = now().astimezone(ZONE).date()
        make_alternative(session, deal=response.deal)
    make_deal(session, closed_on=now().astimezone(ZONE).date())


@pytest.mark.parametrize(
    ("size", "colours"), [(DESK, "light"), pytest.param(PHONE, "dark", marks=pytest.mark.slow)]
)
def test_dashboard_and_month_have_nothing_wrong_for_axe(
    open_page: Callable[..., Page],
    sign_in_page: SignIn,
    axe: Axe,
    year: None,
    size: dict[str, int],
    colours: str,
) -> None:
    page = open_page(viewport=size, color_scheme=colours)
    sign_in_page(page, Role.MANAGER)

    for path in ("/", f"/reports/{Month.of(now(), ZONE)}", "/reports"):
        page.goto(path, timeout=30_000)  # the first drawing starts a JavaScript engine

        assert axe(page) == []
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"]


def test_bar_leads_to_the_answers_behind_it(page: Page, sign_in_page: SignIn, year: None) -> None:
    sign_in_page(page, Role.MANAGER)
    page.goto("/", timeout=30_000)
    expect(page.get_by_text("6 answers from 7 closed deals.")).to_be_visible()

    page.get_by_role("link", name="Price and terms: 6 of 6").first.click()

    window = Window.rolling(Month.of(now(), ZONE))
    address = f"outcome=lost&from={window.first}&to={window.last}&category=PRI&decisive=y&counted=y"
    expect(page).to_have_url(re.compile(re.escape(f"/feedback?{address}") + "$"))
    expect(page.get_by_role("article")).to_have_count(6)


def test_phone_keeps_the_tables_behind_one_line_that_the_keyboard_opens(
    open_page: Callable[..., Page], sign_in_page: SignIn, axe: Axe, year: None
) -> None:
    page = open_page(viewport=PHONE)
    sign_in_page(page, Role.MANAGER)
    page.goto("/", timeout=30_000)
    table = page.get_by_role("table", name="Why deals were lost, reason by reason")
    page.get_by_role("link", name="Lost", exact=True).click()
    expect(page.locator("#why-lost")).to_be_in_viewport()
    expect(table).to_be_hidden()

    page.get_by_text("Reason by reason").first.focus()
    page.keyboard.press("Enter")

    expect(table).to_be_visible()
    page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
    assert axe(page) == []


def test_desk_shows_the_tables_that_a_phone_folds_away(
    open_page: Callable[..., Page], sign_in_page: SignIn, year: None
) -> None:
    page = open_page(viewport=DESK)
    sign_in_page(page, Role.MANAGER)

    page.goto("/", timeout=30_000)

    for part in ("by category", "reason by reason"):
        expect(page.get_by_role("table", name=f"Why deals were lost, {part}")).to_be_visible()
    expect(page.locator(".phone-fold > summary").first).to_be_hidden()
