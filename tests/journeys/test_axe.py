"""Every page of ours has nothing wrong for axe: desk and phone, light and dark."""

from collections.abc import Callable
from datetime import timedelta
from itertools import cycle
from typing import Literal

import pytest
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from survey.config import Settings
from survey.kit import clock
from survey.mail.providers.file import FileProvider
from survey.responses.types import ResponseState
from survey.team.models import User
from survey.team.types import Role
from tests.factories import (
    make_deal,
    make_deal_contact,
    make_erasure_request,
    make_referral,
    make_response,
)
from tests.factories.asked import make_asked
from tests.hostile import detail_of, links_on, make_world
from tests.journeys.conftest import DESK, PHONE
from tests.mail.providers.drafts import ATTEMPT, FROM, a_draft

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, Role | User], User]
Axe = Callable[[Page], list[str]]
Colours = Literal["light", "dark"]

NOT_FIRST = ("/people/add", "/suppressions/add")
"""Forms that stand beneath lists and are not the first page there."""


def fill_pages(session: Session, settings: Settings, seller: User) -> None:
    make_world(session, now=clock.now(), words="Warehouse planning")
    asked = make_asked(session, token="own")
    asked.deal.seller = seller
    make_response(session, invitation=asked, submitted_at=clock.now() - timedelta(days=2))
    doubted = make_asked(session, token="doubted")
    make_response(session, invitation=doubted, state=ResponseState.HELD, hold_reasons=["driven"])
    make_referral(session, invitation=doubted)
    make_erasure_request(session, contact=doubted.contact)
    closed_on = (clock.now() - timedelta(days=14)).date()
    make_deal_contact(session, deal=make_deal(session, closed_on=closed_on, seller=seller))
    mailbox = FileProvider(settings.mail_folder, from_address=FROM, now=clock.now)
    mailbox.hand_over(a_draft(), attempt_id=ATTEMPT)
    session.commit()


@pytest.mark.slow
def test_pages_have_nothing_wrong(
    open_page: Callable[..., Page],
    sign_in_page: SignIn,
    axe: Axe,
    session: Session,
    settings: Settings,
) -> None:
    desk = open_page(viewport=DESK, color_scheme="light")
    phone = open_page(viewport=PHONE, color_scheme="dark")
    admin = sign_in_page(desk, Role.ADMIN)
    sign_in_page(phone, admin)
    fill_pages(session, settings, admin)
    desk.goto("/")
    starts = starts_on(desk)
    wrong: dict[str, list[str]] = {}

    # Lists and forms take turns on desk and phone; the other sweep shows each page to every role.
    for page, other, start in zip(cycle((desk, phone)), cycle((phone, desk)), starts):
        wrong |= wrong_on(page, start, axe)
        detail = detail_of(start, page.locator("main").inner_html())
        if detail:
            wrong |= wrong_on(other, detail, axe)
    for form in NOT_FIRST:
        wrong |= {f"{form}, desk": found_on(desk, form, axe)}
        wrong |= {f"{form}, phone": found_on(phone, form, axe)}

    assert len(wrong) > len(starts) > 3
    assert {url: found for url, found in wrong.items() if found} == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("role", "size", "colours"),
    [
        (Role.ADMIN, DESK, "light"),
        (Role.MANAGER, PHONE, "dark"),
        (Role.ANALYST, DESK, "dark"),
        (Role.SELLER, PHONE, "light"),
    ],
)
def test_pages_of_a_role_have_nothing_wrong(
    open_page: Callable[..., Page],
    sign_in_page: SignIn,
    axe: Axe,
    session: Session,
    settings: Settings,
    role: Role,
    size: dict[str, int],
    colours: Colours,
) -> None:
    page = open_page(viewport=size, color_scheme=colours)
    fill_pages(session, settings, sign_in_page(page, role))
    page.goto("/")
    starts = starts_on(page)
    wrong: dict[str, list[str]] = {}

    for start in starts:
        wrong |= wrong_on(page, start, axe)
        detail = detail_of(start, page.locator("main").inner_html())
        if detail:
            wrong |= wrong_on(page, detail, axe)

    assert len(wrong) > len(starts) > 3
    assert {url: found for url, found in wrong.items() if found} == {}


def starts_on(page: Page) -> list[str]:
    return [*dict.fromkeys(links_on(page.locator("nav").first.inner_html()))]


def wrong_on(page: Page, path: str, axe: Axe) -> dict[str, list[str]]:
    """What is wrong with the page there, by its address."""
    found = found_on(page, path, axe)
    return {page.url: found}


def found_on(page: Page, path: str, axe: Axe) -> list[str]:
    page.goto(path)
    viewport = page.viewport_size
    assert viewport is not None
    return axe(page) + wider_than(page, viewport["width"])


def wider_than(page: Page, width: int) -> list[str]:
    found = page.evaluate("document.documentElement.scrollWidth")
    return [f"{found} px wide"] if found > width else []
