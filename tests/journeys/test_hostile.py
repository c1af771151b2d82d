"""Nothing that anybody typed runs in the browser of whoever reads it."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy.orm import Session

from survey.config import Settings
from survey.deals.types import Standing
from survey.kit import clock
from survey.mail.providers.file import FileProvider
from survey.team.models import User
from survey.team.types import Role
from tests.factories import (
    make_account,
    make_alternative,
    make_answer,
    make_campaign,
    make_competitor,
    make_deal,
    make_response,
    make_user,
)
from tests.factories.asked import make_asked
from tests.hostile import OURS, detail_of, make_world, packs
from tests.journeys.watching import Watch
from tests.mail.providers.drafts import ATTEMPT, FROM, a_draft
from tests.others import at_hand

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, Role | User], User]
TEXT = "".join(text for text in OURS if "\0" not in text and "\r" not in text)[:300]
STARTS = (
    *("/feedback", "/deals", "/campaigns", "/people", "/settings", "/taxonomy", "/coding"),
    *("/upcoming", "/outbox", "/mailbox", "/feedback/replies", "/", "/reports"),
)


@pytest.fixture
def stored(session: Session, settings: Settings) -> None:
    make_world(session, now=clock.now(), words=TEXT)
    make_campaign(session, name=TEXT, sender_name=TEXT, sender_role=TEXT)
    make_user(session, name=TEXT)
    mailbox = FileProvider(settings.mail_folder, from_address=FROM, now=clock.now)
    mailbox.hand_over(a_draft(subject="<script>alert(1)</script>"), attempt_id=ATTEMPT)
    session.commit()


def test_no_stored_text_runs(
    stored: None, watched: Watch, page: Page, sign_in_page: SignIn
) -> None:
    sign_in_page(page, Role.ADMIN)
    visited: set[str] = set()

    for start in STARTS:
        page.goto(start)
        visited.add(start)
        detail = detail_of(start, page.content())
        if detail and detail not in visited:
            page.goto(detail)
            visited.add(detail)
    page.goto("/s/answer-token")
    page.goto("/privacy")

    assert watched == Watch()
    assert len(visited) > len(STARTS) + 5


def test_a_watch_sees_what_runs(browser: Browser, live: str) -> None:
    """The eye itself: a page that does all of it, so that the silence above means something."""
    page, watch = browser.new_page(base_url=live), Watch()
    watch.over(page, live)
    page.route(
        f"{live}/bad",
        lambda route: route.fulfill(
            content_type="text/html",
            headers={"Content-Security-Policy": "img-src 'self'"},
            body="<script>alert(1)</script><script src='http://elsewhere.invalid/x.js'></script>"
            "<img src='http://pictures.invalid/y.png'>",
        ),
    )
    page.goto("/bad")
    page.wait_for_function("document.readyState === 'complete'")
    page.close()

    assert watch.dialogs == [f"{live}/bad: 1"]
    assert "http://elsewhere.invalid/x.js" in watch.foreign
    assert watch.refused == ["http://pictures.invalid/y.png"]
    assert any("ERR_NAME_NOT_RESOLVED" in each for each in watch.errors)


@pytest.fixture
def naughty(session: Session) -> list[str]:
    """The big list, each string in the name of an account, a deal, a competitor and what a buyer
    wrote; without what no database takes.
    """
    told: list[str] = json.loads(at_hand("hostile/blns.json").read_text("utf-8"))
    texts = [each for each in packs([text.replace("\0", "") for text in told]) if each]
    today = clock.now()
    for number, text in enumerate(texts):
        name = text[:300]
        deal = make_deal(
            session,
            account=make_account(session, name=name, name_key=f"account {number}"),
            name=name,
            closed_on=today.date(),
        )
        rival = make_competitor(session, name=name, name_key=f"rival {number}")
        make_alternative(session, deal=deal, competitor=rival, standing=Standing.CHOSEN)
        response = make_response(
            session,
            invitation=make_asked(session, token=f"naughty{number}", deal=deal),
            submitted_at=today,
        )
        make_answer(session, response=response, question_key="different", text=text)
    session.commit()
    return texts


@pytest.mark.slow
def test_no_string_of_the_big_list_runs(
    naughty: list[str], watched: Watch, page: Page, sign_in_page: SignIn
) -> None:
    sign_in_page(page, Role.ADMIN)
    shown = ""
    for path in ("/", "/deals", "/feedback", "/reports"):
        page.goto(path)
        shown += page.inner_text("main")
        while page.get_by_role("link", name="Next").count():
            with page.expect_navigation():  # the words below are those of the whole next page
                page.get_by_role("link", name="Next").first.click()
            shown += page.inner_text("main")

    assert watched == Watch()
    squeezed = "".join(shown.split())
    plain = [text for text in naughty if text.isascii() and text.isprintable()]
    assert len(plain) > 10
    assert [text for text in plain if "".join(text.split()) not in squeezed] == []
