"""Signing in, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from survey.config import Settings
from survey.kit import clock
from survey.team.rules import LinkPurpose, sign_link
from tests.factories import make_user
from tests.journeys.conftest import PHONE

pytestmark = pytest.mark.browser


def test_pages_before_signing_in_have_nothing_wrong_for_axe(
    open_page: Callable[..., Page],
    session: Session,
    settings: Settings,
    axe_in_both: Callable[[Page], list[str]],
) -> None:
    user = make_user(session)
    session.commit()
    link = sign_link(
        LinkPurpose.SET_PASSWORD,
        public_id=user.public_id,
        session_key=user.session_key,
        secret=settings.secret,
        now=clock.now(),
    )
    page, wrong = open_page(viewport=PHONE), {}

    for path, field in (
        ("/sign-in", "Password"),
        ("/forgot", "E-mail address"),
        (f"/reset/{link}", "New password"),
    ):
        page.goto(path)
        expect(page.get_by_label(field)).to_be_visible()
        wrong[field] = axe_in_both(page)

    assert {field: found for field, found in wrong.items() if found} == {}
