"""Machines open every link and press every button, and nothing counts; then people answer."""

from collections.abc import Callable, Iterator
from typing import cast

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.invitations.models import ErasureRequest, Invitation
from survey.kit import clock as our_clock
from survey.mail.models import Suppression
from survey.responses.models import PageVisit, Response, ResponseDraft
from survey.responses.types import Doubt, ResponseState
from survey.team.models import User
from survey.team.types import Role
from tests.conftest import CHROMIUM
from tests.factories.asked import make_asked
from tests.journeys import scanners
from tests.journeys.conftest import SWITCHES
from tests.journeys.scanners import Mail
from tests.pages import CheckingClient

pytestmark = pytest.mark.browser

SignIn = Callable[[Role | User], User]
_CHOICES = ("price", "product", "systems", "getting_started", "people", "company", "their_side")
_THOROUGH = 100
_OPT_OUT = 1
"""Which button of the opt-out page opts out; the first is the one for machines."""
# It says of itself that a program drives it; pages of one site share few processes.
_HONEST = [
    *(switch for switch in SWITCHES if "AutomationControlled" not in switch),
    "--renderer-process-limit=4",
]


@pytest.fixture
def machine(browser: Browser) -> Iterator[Browser]:
    """A browser that says of itself that a program drives it."""
    launched = browser.browser_type.launch(executable_path=str(CHROMIUM), args=_HONEST)
    yield launched
    launched.close()


def mails(session: Session, live: str, count: int) -> list[Mail]:
    """As many buyers who were mailed just now."""
    now = our_clock.now()
    for number in range(count):
        make_asked(session, token=f"Buyer-{number}", invited_at=now, sent_at=now)
    session.commit()
    return [
        Mail(
            tuple(
                f"{live}/s/Buyer-{number}?choice={choice}"
                for choice in (*_CHOICES, "something_else")
            ),
            f"{live}/o/out-Buyer-{number}",
            f"{live}/privacy",
        )
        for number in range(count)
    ]


def attack(machine: Browser, asked: list[Mail], *, seconds: float, every: int, most: int) -> None:
    """All that machines do: with requests at everybody, with a browser at each so many."""
    for behaviour in scanners.WITHOUT_BROWSER:
        for mail in asked:
            behaviour(mail)
    scanners.stays_and_presses(machine, asked[::every], seconds=seconds)
    for mail in asked[::_THOROUGH]:
        scanners.presses_everything(machine, mail.opt_out, ticks=True, most=most)
        scanners.presses_everything(machine, mail.answers[0], ticks=False, most=most)
        scanners.presses_everything(machine, mail.answers[1], ticks=True, most=most)


def nothing_counts(session: Session) -> None:
    """No answer, no opt-out, no decline, no request, no draft that anybody would find."""
    session.expire_all()
    counted = select(Response.id).where(Response.state == ResponseState.COUNTED)
    declined = select(Invitation.id).where(Invitation.declined_at.is_not(None))
    drafts = select(ResponseDraft.invitation_id).where(ResponseDraft.is_doubted.is_(False))
    happened = [
        list(session.scalars(query))
        for query in (
            counted,
            declined,
            drafts,
            select(Suppression.id),
            select(ErasureRequest.id),
        )
    ]
    assert happened == [[], [], [], [], []]


def held_ones_are_listed(client: CheckingClient, session: Session, *, at_least: int) -> None:
    """Each with its reasons, for a person to look at."""
    held = session.scalars(select(Response).where(Response.state == ResponseState.HELD)).all()
    page = client.get("/feedback/held").text
    assert len(held) >= at_least
    assert page.count('/release"') == len(held)
    assert all(Doubt.DRIVEN in response.hold_reasons for response in held)
    assert page.count(Doubt.DRIVEN.sentence) == len(held)


def people_answer(
    app: Flask, session: Session, asked: list[Mail], clock: time_machine.Traveller
) -> None:
    """Everybody can, nobody is held, and no link was used up."""
    session.commit()
    clock.shift(3600)
    visitor = FlaskClient(app)  # other tests check these pages
    thanked = [scanners.answers_as_a_person(visitor, mail, clock) for mail in asked]
    session.expire_all()
    states = session.execute(select(Response.state, func.count()).group_by(Response.state)).all()
    assert set(thanked) == {"Thank you, Anna."}
    assert [tuple(row) for row in states] == [(ResponseState.COUNTED, len(asked))]


@pytest.mark.parametrize(
    ("count", "seconds", "every", "most"),
    [(3, 1, 3, 6), pytest.param(200, 10, 1, 60, marks=pytest.mark.slow(minutes=12))],
    ids=["three", "two_hundred"],
)
def test_machines_answer_nothing_and_people_still_can(
    app: Flask,
    session: Session,
    live: str,
    machine: Browser,
    client: CheckingClient,
    sign_in: SignIn,
    clock: time_machine.Traveller,
    count: int,
    seconds: float,
    every: int,
    most: int,
) -> None:
    asked = mails(session, live, count)
    if session.get_bind().dialect.name == "postgresql":
        every = max(every, 8)  # what a browser sends does not hang on the database

    attack(machine, asked, seconds=seconds, every=every, most=most)

    nothing_counts(session)
    sign_in(Role.ANALYST)
    held_ones_are_listed(client, session, at_least=len(asked[::every]))
    people_answer(app, session, asked, clock)
    assert cast("int", session.scalar(select(func.count(PageVisit.id)))) > 60 * count


@pytest.fixture
def mail(session: Session, live: str) -> Mail:
    (mail,) = mails(session, live, 1)
    return mail


def test_a_machine_that_hides_but_hurries_is_held_and_its_opt_out_bears_the_signs(
    session: Session, mail: Mail, page: Page
) -> None:
    page.goto(mail.answers[0])
    scanners.answers_by_ticking(page)
    told = scanners.takes_the_way_out(page, mail, button=_OPT_OUT)

    session.expire_all()
    (response,) = session.scalars(select(Response)).all()
    (suppression,) = session.scalars(select(Suppression)).all()
    assert page.evaluate("navigator.webdriver") is False
    assert response.state is ResponseState.HELD
    assert Doubt.JUST_DELIVERED in response.hold_reasons
    assert told.startswith("We will not ask you again")
    assert Doubt.JUST_DELIVERED in suppression.doubts


def test_a_machine_that_hides_and_waits_is_known_by_what_people_cannot_see(
    session: Session, mail: Mail, page: Page, clock: time_machine.Traveller
) -> None:
    wait = reading(page, clock)
    page.goto(mail.answers[0])
    page.locator("button").first.evaluate("button => button.click()")
    page.get_by_role("link", name="Back to the page before").click()
    scanners.answers_by_ticking(page, between=wait)
    page.goto(mail.opt_out)
    page.locator("button").first.evaluate("button => button.click()")
    page.get_by_role("link", name="Back to the page before").click()
    told = scanners.takes_the_way_out_here(page, button=_OPT_OUT, between=wait)

    session.expire_all()
    assert session.scalars(select(Response.state)).all() == [ResponseState.HELD]
    assert "its press does not count" in told
    assert session.scalars(select(Suppression.id)).all() == []


def test_a_machine_that_hides_waits_and_chooses_like_a_person_is_taken_for_one(
    session: Session, mail: Mail, page: Page, clock: time_machine.Traveller
) -> None:
    """What nobody can promise: see `docs/decisions/0020-who-pressed.md`."""
    wait = reading(page, clock)
    wait()
    page.goto(mail.answers[0])
    scanners.answers_by_ticking(page, between=wait)
    scanners.takes_the_way_out(page, mail, button=_OPT_OUT, between=wait)

    session.expire_all()
    assert session.scalars(select(Response.state)).all() == [ResponseState.COUNTED]
    assert session.scalars(select(Suppression.doubts)).all() == [[]]


def reading(page: Page, clock: time_machine.Traveller) -> Callable[[], None]:
    """Scroll down and let two minutes go by."""

    def read() -> None:
        page.mouse.wheel(0, 600)
        clock.shift(120)

    return read
