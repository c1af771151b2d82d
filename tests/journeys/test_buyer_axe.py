"""Every page that a buyer can meet has nothing wrong for axe: on a phone, in light and in dark."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from survey.deals.types import Outcome
from survey.kit import clock as our_clock
from survey.responses.types import Channel
from tests.factories import make_response
from tests.factories.asked import make_asked
from tests.journeys.conftest import PHONE

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
Axe = Callable[[Page], list[str]]
Clock = time_machine.Traveller


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Continue").click()


def test_every_page_of_a_deal_we_lost_has_nothing_wrong_for_axe(
    open_page: Open, session: Session, axe_in_both: Axe, clock: Clock
) -> None:
    make_asked(session)
    session.commit()
    page, wrong = open_page(viewport=PHONE), {}

    def look(name: str) -> None:
        wrong[name] = axe_in_both(page)

    page.goto("/s/answer-token")
    look("first")
    go_on(page)
    look("please choose")
    page.goto("/s/answer-token?choice=price")
    look("chosen in the mail")
    go_on(page)
    page.get_by_label("Chose another supplier").check()
    look("fork")
    go_on(page)
    look("about")
    go_on(page)
    look("different")
    go_on(page)
    page.get_by_label("About Planner, not before…").check()
    page.get_by_label("The people I dealt with").check()
    look("readers")
    page.get_by_role("button", name="Send", exact=True).click()
    look("thanks")
    clock.shift(60)
    page.get_by_text("Delete my answer").click()
    page.get_by_text("Anything about these questions themselves?").first.click()
    look("thanks, opened")
    page.get_by_role("button", name="Delete it").click()
    look("deleted")
    assert {name: found for name, found in wrong.items() if found} == {}


@pytest.mark.slow
def test_every_page_of_a_deal_we_won_has_nothing_wrong_for_axe(
    open_page: Open, session: Session, axe_in_both: Axe, clock: Clock
) -> None:
    make_asked(session, outcome=Outcome.WON)
    session.commit()
    page, wrong = open_page(viewport=PHONE), {}

    page.goto("/s/answer-token?choice=price")
    wrong["chosen in the mail"] = axe_in_both(page)
    go_on(page)
    page.get_by_label("Another supplier").check()
    wrong["closest"] = axe_in_both(page)
    go_on(page)
    expect(page.get_by_text("Had both cost the same")).to_be_visible()
    wrong["about"] = axe_in_both(page)
    go_on(page)
    expect(page.get_by_label("What nearly stopped you?")).to_be_visible()
    wrong["nearly"] = axe_in_both(page)
    go_on(page)
    page.get_by_label("Nobody: count it in totals only").check()
    wrong["readers"] = axe_in_both(page)
    clock.shift(60)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Nobody reads it; it counts in totals only.")).to_be_visible()
    wrong["thanks"] = axe_in_both(page)

    assert {name: found for name, found in wrong.items() if found} == {}


@pytest.mark.slow
def test_pages_that_only_show_have_nothing_wrong_for_axe(
    open_page: Open, session: Session, axe_in_both: Axe
) -> None:
    past = our_clock.now() - timedelta(days=1)
    make_asked(session)
    make_asked(session, token="past", invited_at=past - timedelta(days=30), closes_at=past)
    by_reply = make_asked(session, token="by-reply")
    make_response(session, invitation=by_reply, channel=Channel.REPLY)
    session.commit()
    page, wrong, headings = open_page(viewport=PHONE), {}, {}

    for path in ("/privacy", "/s/unknown", "/s/past", "/s/by-reply", "/s/answer-token/more"):
        page.goto(path)
        headings[path] = page.get_by_role("heading", level=1).inner_text()
        wrong[path] = axe_in_both(page)

    assert len(set(headings.values())) == len(wrong)
    assert {path: found for path, found in wrong.items() if found} == {}


def test_pages_that_ask_whether_a_press_was_meant_have_nothing_wrong_for_axe(
    open_page: Open, session: Session, axe_in_both: Axe, clock: Clock
) -> None:
    make_asked(session)
    session.commit()
    page, wrong = open_page(viewport=PHONE), {}

    page.goto("/o/out-answer-token")
    clock.shift(-10)  # too fast for a person, however busy this machine is
    page.get_by_role("button", name="Do not ask me again").click()
    heading(page, "Shall we never ask you again?")
    wrong["asked"] = axe_in_both(page)
    go_on(page)
    expect(page.get_by_role("alert")).to_be_visible()
    wrong["nothing chosen"] = axe_in_both(page)
    page.get_by_label("Yes, please").check()
    go_on(page)
    heading(page, "We will not ask you again")
    wrong["done"] = axe_in_both(page)

    assert {name: found for name, found in wrong.items() if found} == {}


@pytest.mark.slow
def test_pages_of_a_buyer_who_would_rather_not_have_nothing_wrong_for_axe(
    open_page: Open, session: Session, axe_in_both: Axe, clock: Clock
) -> None:
    for token in ("one", "two", "three"):
        make_asked(session, token=token)
    session.commit()
    page, wrong = open_page(viewport=PHONE), {}

    page.goto("/o/out-one")
    page.get_by_text("Delete what you hold about me").click()
    page.get_by_text("Ask my colleague").click()
    wrong["everything open"] = axe_in_both(page)
    clock.shift(60)
    page.get_by_role("button", name="Suggest this person").click()
    expect(page.get_by_role("alert")).to_be_visible()
    wrong["no address"] = axe_in_both(page)
    page.get_by_label("E-mail address").fill("bea@nordlicht.example")
    page.get_by_role("button", name="Suggest this person").click()
    heading(page, "Thank you for the suggestion")
    wrong["referred"] = axe_in_both(page)
    for token, summary, button, told in (
        ("two", "Delete what you hold", "Ask for it to be deleted", "We have your request"),
        ("three", "Only this time?", "I have no time for it", "Thank you for saying so"),
    ):
        page.goto(f"/o/out-{token}")
        page.get_by_text(summary).click()
        clock.shift(60)
        page.get_by_role("button", name=button).click()
        heading(page, told)
        wrong[told] = axe_in_both(page)

    assert {name: found for name, found in wrong.items() if found} == {}
