"""A buyer answers: on a phone, without a script, by keyboard, in light and in dark."""

from collections.abc import Callable

import pytest
import time_machine
from playwright.sync_api import Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.mail.models import Suppression
from survey.responses.models import Answer, Response, ResponseDraft, ResponseRevision
from survey.responses.types import Audience, ResponseState
from tests.factories.asked import make_asked
from tests.journeys.conftest import PHONE

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
Clock = time_machine.Traveller


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Continue").click()


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no_script"])
def test_a_buyer_answers_from_the_mail_s_link_on_a_phone(
    open_page: Open, session: Session, clock: Clock, has_script: bool
) -> None:
    make_asked(session)
    session.commit()
    page = open_page(viewport=PHONE, java_script_enabled=has_script)
    elsewhere: list[str] = []
    page.on("request", lambda r: elsewhere.append(r.url) if "127.0.0.1" not in r.url else None)

    page.goto("/s/answer-token?choice=price")
    expect(page.get_by_text("You chose: price, terms or worth.")).to_be_visible()
    go_on(page)
    heading(page, "What did you do in the end?")
    page.get_by_label("Chose another supplier").check()
    page.get_by_label("Which one, if you may say?").fill("Contoso")
    go_on(page)
    heading(page, "Why did you choose them?")
    page.get_by_label("It was more than we could spend").check()
    page.get_by_label("Hard to say").check()
    page.get_by_label("People", exact=True).check()
    go_on(page)
    page.get_by_label("What would have had to be different for you to choose us?").fill(
        "too expensive"
    )
    go_on(page)
    heading(page, "You wrote “too expensive”. How do you mean?")
    page.get_by_role("button", name="Leave it at that").click()
    heading(page, "Who may see your answer?")
    page.get_by_label("The people I dealt with").check()
    clock.shift(60)
    page.get_by_label("To tell me what changed").check()
    page.get_by_role("button", name="Send", exact=True).click()

    heading(page, "Thank you, Anna.")
    expect(page.get_by_text("Chose another supplier: Contoso")).to_be_visible()
    assert (page.context.cookies(), elsewhere) == ([], [])
    response = session.scalars(select(Response)).one()
    assert response.audience is Audience.PEOPLE_DEALT_WITH
    asked_for = (response.may_tell_changes, response.may_ask_back)
    assert (asked_for, response.state) == ((True, False), ResponseState.COUNTED)


def test_a_buyer_answers_with_the_keyboard_alone(open_page: Open, session: Session) -> None:
    make_asked(session)
    session.commit()
    page = open_page()

    page.goto("/s/answer-token")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    heading(page, "What did you do in the end?")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "stop":
            break
    page.keyboard.press("Enter")

    heading(page, "Thank you, Anna.")


def test_the_back_button_loses_nothing(open_page: Open, session: Session) -> None:
    make_asked(session)
    session.commit()
    page = open_page(viewport=PHONE)

    page.goto("/s/answer-token?choice=people")
    go_on(page)
    page.get_by_label("Kept what we have").check()
    go_on(page)
    heading(page, "What stopped you?")
    page.go_back()
    expect(page.get_by_label("Kept what we have")).to_be_checked()
    page.get_by_label("Put it off or dropped it").check()
    go_on(page)
    heading(page, "What stopped you?")
    page.get_by_role("button", name="Stop here and send").click()
    heading(page, "Thank you, Anna.")
    page.go_back()
    page.get_by_role("button", name="Stop here and send").click()

    heading(page, "Thank you, Anna.")
    assert session.scalar(select(func.count()).select_from(Response)) == 1
    assert session.scalar(select(func.count()).select_from(ResponseRevision)) == 0


def test_a_buyer_changes_and_deletes_with_the_same_link(
    open_page: Open, session: Session, clock: Clock
) -> None:
    make_asked(session)
    session.commit()
    page = open_page(viewport=PHONE, java_script_enabled=False)
    page.goto("/s/answer-token?choice=people")
    go_on(page)
    page.get_by_label("Kept what we have").check()
    clock.shift(60)
    page.get_by_role("button", name="Stop here and send").click()

    page.goto("/s/answer-token")
    page.get_by_role("link", name="Change my answer").click()
    page.get_by_label("The product itself").check()
    go_on(page)
    expect(page.get_by_label("Kept what we have")).to_be_checked()
    clock.shift(60)
    page.get_by_role("button", name="Stop here and send").click()
    expect(page.get_by_text("The product itself")).to_be_visible()
    clock.shift(60)
    page.get_by_text("Delete my answer").click()
    page.get_by_role("button", name="Delete it").click()

    heading(page, "Your answer is deleted")
    assert session.scalars(select(Response.state)).all() == [ResponseState.DELETED]
    for model in (Answer, ResponseDraft, ResponseRevision):
        assert session.scalar(select(func.count()).select_from(model)) == 0


def test_hostile_words_run_nowhere(open_page: Open, session: Session) -> None:
    make_asked(session)
    session.commit()
    page = open_page()
    words = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'><svg onload=alert(3)>"
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))

    page.goto("/s/answer-token?choice=people")
    go_on(page)
    page.get_by_label("Chose another supplier").check()
    page.get_by_label("Which one, if you may say?").fill(words)
    go_on(page)
    page.get_by_role("button", name="Stop here and send").click()

    expect(page.get_by_text(words)).to_be_visible()
    assert dialogs == []


def test_a_buyer_opts_out_with_one_press(open_page: Open, session: Session, clock: Clock) -> None:
    invitation = make_asked(session)
    session.commit()
    page = open_page(viewport=PHONE, java_script_enabled=False)

    page.goto("/o/out-answer-token")
    clock.shift(2)
    page.get_by_role("button", name="Do not ask me again").click()

    heading(page, "We will not ask you again")
    assert session.scalars(select(Suppression.address)).all() == [invitation.contact.email]
