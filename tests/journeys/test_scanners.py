"""Machines open every link and press every button, and nothing counts; then people answer."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from math import inf
from pathlib import Path
from typing import cast

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.config import Settings
from survey.invitations.actions.inviting import INVITATION
from survey.invitations.models import ErasureRequest, Invitation
from survey.jobs.deliver import Delivered, deliver_due
from survey.jobs.desk import desk_of
from survey.kit import clock as our_clock
from survey.kit.db import Database
from survey.mail.actions.outbox import enqueue
from survey.mail.models import Suppression
from survey.responses.models import PageVisit, Response, ResponseDraft
from survey.responses.types import Doubt, ResponseState
from survey.team.models import User
from survey.team.types import Role
from tests.conftest import CHROMIUM
from tests.factories import make_deal_contact
from tests.factories.asked import make_asked
from tests.journeys import scanners
from tests.journeys.conftest import SWITCHES
from tests.journeys.scanners import Mail
from tests.letters.mailbox import html_of, mails
from tests.pages import CheckingClient

pytestmark = pytest.mark.browser

SignIn = Callable[[Role | User], User]
Deliver = Callable[[int], list[Mail]]
_STARTS = 3
"""Of a mail's links, those whose pages lead to others: a way out, an answer without and with ticks.
Each mail is begun at one in turn, and each so many at all three.
"""
_THOROUGH = 100
_CHOICES = 8
"""Links to answer with in one mail, "something else" among them."""
_OPT_OUT = 1
"""Which button of the opt-out page opts out; the first is the one for machines."""
_NOON = datetime(2026, 10, 15, 10, tzinfo=UTC)
"""A Thursday, when invitations leave."""
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


@pytest.fixture
def deliver(
    session: Session,
    database: Database,
    settings: Settings,
    clock: time_machine.Traveller,
    tmp_path: Path,
) -> Deliver:
    """Mail so many buyers just now; what machines and people find in each of their mails."""

    def delivered(count: int) -> list[Mail]:
        clock.move_to(_NOON)
        for number in range(count):
            queue_invitation(session, number)
        session.commit()
        assert deliver_due(desk_of(settings, database)) == Delivered(accepted=count)
        return [links_of(mail) for mail in mails(tmp_path)]

    return delivered


def queue_invitation(session: Session, number: int) -> None:
    now = our_clock.now()
    asked = make_asked(session, token=f"not-mailed-{number}", invited_at=now, sent_at=None)
    make_deal_contact(session, deal=asked.deal, contact=asked.contact)
    enqueue(
        session,
        key=f"{INVITATION}:{number}",
        kind=INVITATION,
        subject_id=asked.id,
        to_address=asked.contact.email,
        now=now,
    )


def links_of(mail: EmailMessage) -> Mail:
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', html_of(mail))]
    (opt_out,) = {link for link in links if "/o/" in link}
    (privacy,) = {link for link in links if link.endswith("/privacy")}
    answers = tuple(link for link in links if "/s/" in link)
    assert len(answers) == _CHOICES
    return Mail(answers, opt_out, privacy)


def attack(machine: Browser, asked: list[Mail], *, seconds: float, every: int, most: float) -> None:
    """All that machines do: with requests at everybody, with a browser at each so many. `most` ends
    a round of pressing early.
    """
    for behaviour in scanners.WITHOUT_BROWSER:
        for mail in asked:
            behaviour(mail)
    scanners.stays_and_presses(machine, asked[::every], seconds=seconds)
    for number, mail in enumerate(asked[::every]):
        presses_everything(machine, mail, start=number % _STARTS, most=most)
    for mail in asked[::_THOROUGH]:
        for start in range(_STARTS):
            presses_everything(machine, mail, start=start, most=most)


def presses_everything(machine: Browser, mail: Mail, *, start: int, most: float) -> None:
    addresses = (mail.opt_out, mail.answers[0], mail.answers[1])
    scanners.presses_everything(machine, addresses[start], ticks=start != 1, most=most)


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
    [(3, 1, 3, 6), pytest.param(200, 10, 1, inf, marks=pytest.mark.slow(minutes=20))],
    ids=["three", "two_hundred"],
)
def test_machines_answer_nothing_and_people_still_can(
    app: Flask,
    session: Session,
    live: str,
    deliver: Deliver,
    machine: Browser,
    client: CheckingClient,
    sign_in: SignIn,
    clock: time_machine.Traveller,
    count: int,
    seconds: float,
    every: int,
    most: float,
) -> None:
    asked = deliver(count)
    if session.get_bind().dialect.name == "postgresql":
        every = max(every, 8)  # what a browser sends does not hang on the database

    attack(machine, asked, seconds=seconds, every=every, most=most)

    nothing_counts(session)
    sign_in(Role.ANALYST)
    held_ones_are_listed(client, session, at_least=len(asked[::every]))
    people_answer(app, session, asked, clock)
    assert cast("int", session.scalar(select(func.count(PageVisit.id)))) > 60 * count


@pytest.fixture
def mail(live: str, deliver: Deliver) -> Mail:
    (mail,) = deliver(1)
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
