"""Journeys: a real browser against a real server over real HTTP."""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy.orm import Session
from waitress.server import create_server
from waitress.wasyncore import close_all

from survey.team.models import User
from survey.team.types import Role
from tests.conftest import CHROMIUM
from tests.factories import make_user
from tests.journeys.watching import Watch
from tests.pages import CheckingClient

PHONE = {"width": 375, "height": 740}
DESK = {"width": 1280, "height": 900}
STILL = {"reduced_motion": "reduce"}
"""Colours that still fade from one to another have a contrast nobody chose."""
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Our people and buyers are people: the browser does not say that a program drives it.
    "--disable-blink-features=AutomationControlled",
]


@pytest.fixture(scope="session")
def _free_address() -> str:
    """An address of this machine that nobody else uses yet."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture
def base_url(_free_address: str) -> str:
    """The same for all journeys of this process, so that they share an application."""
    return _free_address


@pytest.fixture
def live(app: Flask, base_url: str) -> Iterator[str]:
    """The application served at `base_url`, which it returns."""
    server: Any = create_server(app, listen=base_url.removeprefix("http://"), threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield base_url
    # By its own thread, which may be waiting on what another would close under it.
    server.trigger.pull_trigger(lambda: close_all(server._map))
    thread.join(timeout=5)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, live: str) -> Iterator[Callable[..., Page]]:
    """Open a page of its own: `open_page(viewport=PHONE, java_script_enabled=False)`.

    An error in the page's own scripts, or a refusal by the content security policy, fails the test.
    """
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def opener(**options: Any) -> Page:
        context = browser.new_context(base_url=live, **(STILL | {"viewport": DESK} | options))
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if "Content Security Policy" in message.text
                else None
            ),
        )
        return page

    yield opener
    for context in opened:
        context.close()
    assert complaints == []


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Today's clock, which `clock.shift(60)` sets a minute ahead: the time that a person takes."""
    with time_machine.travel(datetime.now(UTC), tick=True) as coordinates:
        yield coordinates


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A page at the size of a desk."""
    return open_page()


@pytest.fixture
def sign_in_page(app: Flask, session: Session, live: str) -> Callable[[Page, Role | User], User]:
    """Sign a page's browser in without the form: `sign_in_page(page, Role.ANALYST)`."""

    def signed_in(page: Page, who: Role | User) -> User:
        user = who if isinstance(who, User) else make_user(session, role=who)
        session.commit()
        client = CheckingClient(app)
        with client.session_transaction() as cookie:
            cookie["_user_id"] = user.session_key
            cookie["_fresh"] = True
        name = app.config["SESSION_COOKIE_NAME"]
        value = client.get_cookie(name)
        assert value is not None
        page.context.add_cookies([{"name": name, "value": value.value, "url": live}])
        return user

    return signed_in


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """What axe finds wrong with a page, one line each; empty is right."""

    def found(page: Page) -> list[str]:
        violations = Axe().run(page).response["violations"]
        return [
            f"{violation['id']}: {node['html']}"
            for violation in violations
            for node in violation["nodes"]
        ]

    return found


@pytest.fixture
def axe_in_both(axe: Callable[[Page], list[str]]) -> Callable[[Page], list[str]]:
    """The same in light and in dark, and whether the page is wider than what shows it."""

    def found(page: Page) -> list[str]:
        light = axe(page)
        page.emulate_media(color_scheme="dark")
        dark = axe(page)
        page.emulate_media(color_scheme="light")
        is_too_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        return [*light, *(f"dark: {each}" for each in dark), *(["too wide"] if is_too_wide else [])]

    return found


@pytest.fixture
def watched(page: Page, live: str) -> Watch:
    watch = Watch()
    watch.over(page, live)
    page.set_default_timeout(30_000)  # the first chart takes long on a busy machine
    return watch
