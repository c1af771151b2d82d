"""A month on paper and on a phone, in a real browser."""

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from survey.team.models import User
from survey.team.types import Role
from tests.journeys.conftest import DESK, PHONE
from tests.reports.september import make_september

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, Role | User], User]
Axe = Callable[[Page], list[str]]
MONTH = "/reports/2026-09"
SLOWEST = 60_000
"""Milliseconds: the first drawing of a process starts an engine."""
LONGEST = 8_000
"""Dots: ten screens of a phone. Unfolded, a month of the demo was 20,393 long."""
A4 = {"width": 703, "height": 1017}
"""What A4 leaves between margins of 12 and 14 mm, at 96 dots an inch."""


@pytest.fixture
def _september(session: Session) -> None:
    make_september(session)
    session.commit()


@pytest.mark.usefixtures("_september")
@pytest.mark.parametrize(
    ("size", "colours"), [(DESK, "dark"), pytest.param(PHONE, "light", marks=pytest.mark.slow)]
)
def test_month_has_nothing_wrong(
    open_page: Callable[..., Page],
    sign_in_page: SignIn,
    axe: Axe,
    size: dict[str, int],
    colours: Literal["light", "dark"],
) -> None:
    page = open_page(viewport=size, color_scheme=colours)
    sign_in_page(page, Role.MANAGER)

    page.goto(MONTH, timeout=SLOWEST)
    for fold in page.locator("details summary").all():
        if fold.is_visible():
            fold.click()

    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
    cut_off = page.locator(".table-frame:visible").evaluate_all(
        "all => all.filter(each => each.scrollWidth > each.clientWidth).length"
    )
    assert cut_off == 0


@pytest.mark.usefixtures("_september")
def test_paper_holds_the_month_and_nothing_to_press(
    open_page: Callable[..., Page], sign_in_page: SignIn
) -> None:
    page = open_page(viewport=A4, color_scheme="dark")
    sign_in_page(page, Role.MANAGER)

    page.goto(MONTH, timeout=SLOWEST)
    page.emulate_media(media="print")

    card = page.locator(".report-section .card").first
    assert card.evaluate("card => getComputedStyle(card).backgroundColor") == "rgb(255, 255, 255)"

    assert page.get_by_role("heading", name="September 2026", exact=True).is_visible()
    assert page.locator("main table:visible").count() == page.locator("main table").count()
    assert (
        page.locator(
            "nav:visible, summary:visible, button:visible, .page-actions a:visible"
        ).count()
        == 0
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= A4["width"]
    kept_whole = page.locator(".report-section .card, .answer-card, .stat, tr")
    breaks = kept_whole.evaluate_all("all => all.map(each => getComputedStyle(each).breakInside)")
    assert set(breaks) == {"avoid"}
    assert page.pdf(format="A4").startswith(b"%PDF-")


@pytest.mark.usefixtures("_september")
def test_phone_reads_a_month_in_a_few_screens_and_leads_to_each_part(
    open_page: Callable[..., Page], sign_in_page: SignIn
) -> None:
    page = open_page(viewport=PHONE)
    sign_in_page(page, Role.MANAGER)
    page.goto(MONTH, timeout=SLOWEST)
    assert page.evaluate("document.documentElement.scrollHeight") < LONGEST

    parts = page.get_by_role("navigation", name="On this page").get_by_role("link").all()
    folds = {"What arrived", "Who was asked", "Who differs", "Method"}
    for part in parts:
        target = page.locator(str(part.get_attribute("href")))
        is_folded = part.inner_text() in folds
        assert target.is_visible() is not is_folded, part.inner_text()

        part.click()

        expect(target).to_be_in_viewport()


@pytest.mark.usefixtures("_september")
def test_link_to_figures_opens_them_on_a_phone(
    open_page: Callable[..., Page], sign_in_page: SignIn
) -> None:
    page = open_page(viewport=PHONE)
    sign_in_page(page, Role.MANAGER)

    page.goto(f"{MONTH}#coverage-2026-09-2026-09", timeout=SLOWEST)

    expect(page.get_by_role("table", name="Who was asked, and who answered")).to_be_visible()
    assert page.locator("main table:visible").count() == 1


@pytest.mark.usefixtures("_september")
def test_what_a_phone_folds_is_printed_whole(
    open_page: Callable[..., Page], sign_in_page: SignIn
) -> None:
    page = open_page(viewport=PHONE)
    sign_in_page(page, Role.MANAGER)
    page.goto(MONTH, timeout=SLOWEST)
    assert page.locator("main table:visible").count() == 0

    page.emulate_media(media="print")

    folded = page.locator("main table, main .facts, main .answer-card, main .on-paper")
    assert folded.count() > 20
    assert [each for each in folded.all() if not each.is_visible()] == []
    assert page.locator("nav:visible, summary:visible").count() == 0


@pytest.mark.usefixtures("_september")
def test_desk_folds_no_figures(open_page: Callable[..., Page], sign_in_page: SignIn) -> None:
    page = open_page(viewport=DESK)
    sign_in_page(page, Role.MANAGER)

    page.goto(MONTH, timeout=SLOWEST)

    assert page.locator(".phone-fold > summary:visible").count() == 0
    assert page.locator(".phone-fold > .named > .table-frame:visible").count() > 6
    expect(page.locator("#method")).to_be_visible()
