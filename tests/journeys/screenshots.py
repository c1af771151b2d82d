"""`make screenshots`: the README's pictures, taken from a fresh demo in a real browser."""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, sync_playwright
from waitress.server import create_server

from survey.app import create_app
from survey.cli.demo.command import Told, demo_settings, fill
from survey.kit.db import Database
from tests.conftest import CHROMIUM
from tests.journeys.conftest import DESK, PHONE, SWITCHES

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
PORT = 8765
_LIGHT: Literal["light"] = "light"
_DARK: Literal["dark"] = "dark"
_PAGES = (
    ("dashboard", "Open as manager", "/", DESK, _LIGHT),
    ("dashboard-dark-phone", "Open as manager", "/", PHONE, _DARK),
    ("feedback", "Open as analyst", "/feedback", DESK, _LIGHT),
    ("buyer-phone", "Be the buyer", "", PHONE, _LIGHT),
)
"""Name of the picture, whose address of the demo, page, size and colours."""


@contextmanager
def served_demo() -> Iterator[dict[str, str]]:
    """The addresses of a fresh demo by their label, served while the block runs."""
    given = demo_settings(PORT)
    with tempfile.TemporaryDirectory() as folder:
        given = given.model_copy(
            update={"database_url": f"sqlite:///{folder}/demo.db", "mail_folder": Path(folder)}
        )
        database = Database(given.database_url)
        told: Told = fill(database, given, tell=lambda _hundredths: None)
        server = create_server(create_app(given, database), listen=f"127.0.0.1:{PORT}")
        threading.Thread(target=server.run, daemon=True).start()
        yield {label: address for label, address, _ in told.addresses}
        server.close()
        database.close()


def take(browser: Browser, addresses: dict[str, str]) -> None:
    for name, who, path, size, colours in _PAGES:
        context = browser.new_context(viewport=size, color_scheme=colours, device_scale_factor=1)
        page = context.new_page()
        page.goto(addresses[who])
        if path:
            page.goto(f"http://localhost:{PORT}{path}")
        page.screenshot(path=PICTURES / f"{name}.png")
        context.close()


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with served_demo() as addresses, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=SWITCHES)
        take(browser, addresses)
        browser.close()


if __name__ == "__main__":
    main()
