"""A month on paper and on a phone, in a real browser."""

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page
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
A4 = {"width": 703, "height": 1017}
"""What A4 leaves between margins of 12 and 14 mm, at 96 dots an inch."""


@pytest.fixture
def _september(session: Session) -> None:
    make_september(session)
    session.commit()


@pytest.mark.usefixtures("_september")
@pytest.mark.parametrize(("size", "colours"), [(DESK, "dark"), (PHONE, "light")])
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
        fold.click()

    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]


@pytest.mark.usefixtures("_september")
def test_paper_holds_the_month_and_nothing_to_press(
    open_page: Callable[..., Page], sign_in_page: SignIn
) -> None:
    page = open_page(viewport=A4)
    sign_in_page(page, Role.MANAGER)

    page.goto(MONTH, timeout=SLOWEST)
    page.emulate_media(media="print")

    assert page.get_by_role("heading", name="September 2026", exact=True).is_visible()
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
