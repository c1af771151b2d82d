"""Eight ways in which machines open a mail's links, and a person who comes later."""

import re
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urljoin, urlsplit

import time_machine
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

_AT_ONCE = 50
_TABS = 40
_PATIENCE = 30_000
_SCREENS = 8
_WAYS_OUT = 7
"""Buttons on the opt-out page, with the one for machines."""
_TICK = """() => {
  for (const details of document.querySelectorAll("details")) details.open = true;
  for (const group of document.querySelectorAll("fieldset")) group.querySelector("input")?.click();
}"""


@dataclass(frozen=True)
class Mail:
    """What one buyer got, as far as a machine can see it."""

    answers: tuple[str, ...]
    """A link for each choice of the first question."""
    opt_out: str
    privacy: str

    @property
    def links(self) -> tuple[str, ...]:
        return (*self.answers, self.opt_out, self.privacy)


def fetch(address: str, method: str = "GET") -> int:
    """The status that a machine gets."""
    request = urllib.request.Request(address, method=method)  # noqa: S310 (our own server)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 (our own server)
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def heads(mail: Mail) -> None:
    assert {fetch(link, "HEAD") for link in mail.links} == {200}


def gets(mail: Mail) -> None:
    assert {fetch(link) for link in mail.links} == {200}


def gets_one_link_fifty_times_at_once(mail: Mail) -> None:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        assert set(pool.map(fetch, [mail.answers[0]] * _AT_ONCE)) == {200}


def scrambles(mail: Mail) -> None:
    """Some scanners ask for the address with its token changed, to see what a stranger gets."""
    for link in (mail.answers[0], mail.opt_out):
        path = urlsplit(link).path
        assert fetch(urljoin(link, path[:3] + path[3:].swapcase())) == 404


def looks_at_the_way_out(mail: Mail) -> None:
    assert {fetch(mail.opt_out) for _ in range(3)} == {200}


def fetches_everything_before_the_reader(mail: Mail) -> None:
    """All links at once, and whatever the pages behind them link to."""
    with ThreadPoolExecutor(len(mail.links)) as pool:
        assert set(pool.map(fetch, mail.links)) == {200}
    with urllib.request.urlopen(mail.answers[0], timeout=60) as answer:  # noqa: S310 (our own server)
        page = answer.read().decode()
    for href in re.findall(r'href="(/[^"]+)"', page):
        assert fetch(urljoin(mail.answers[0], href.replace("&amp;", "&"))) == 200


WITHOUT_BROWSER: tuple[Callable[[Mail], None], ...] = (
    heads,
    gets,
    gets_one_link_fifty_times_at_once,
    scrambles,
    looks_at_the_way_out,
    fetches_everything_before_the_reader,
)


def stays_and_presses(browser: Browser, mails: Sequence[Mail], *, seconds: float) -> None:
    """A real browser opens a page of each mail, lets its scripts run for so long, and then ticks
    and presses its way to the end of the questions, and to the end of the way out.

    Many pages are open side by side, so that they wait together.
    """
    context = browser.new_context()
    staying: deque[tuple[float, int, Page]] = deque()
    for number, mail in enumerate(mails):
        page = context.new_page()
        page.set_default_timeout(_PATIENCE)
        page.goto(mail.answers[number % len(mail.answers)], wait_until="commit")
        staying.append((monotonic() + seconds, number, page))
        while staying and (staying[0][0] <= monotonic() or len(staying) == _TABS):
            _presses_on(*staying.popleft(), mails)
    while staying:
        _presses_on(*staying.popleft(), mails)
    context.close()


def _presses_on(until: float, number: int, page: Page, mails: Sequence[Mail]) -> None:
    page.wait_for_timeout(max(0, until - monotonic()) * 1000)
    answers_by_ticking(page)
    # Each of the buttons of the way out has its turn; the first is the one for machines.
    takes_the_way_out(page, mails[number], button=number % _WAYS_OUT)
    page.close()


def answers_by_ticking(page: Page, between: Callable[[], object] = lambda: None) -> None:
    """Tick the first choice of everything and press the main button, to the last page."""
    for _ in range(_SCREENS):
        between()
        _pressed(page, "button.send", ticks=True)
        if urlsplit(page.url).path.endswith("/thanks"):
            return
    raise AssertionError(f"{page.url} is not the end of the questions")


def takes_the_way_out(
    page: Page, mail: Mail, *, button: int, between: Callable[[], object] = lambda: None
) -> str:
    """Open the opt-out page and press one of its buttons; see `takes_the_way_out_here`."""
    page.goto(mail.opt_out, wait_until="domcontentloaded")
    return takes_the_way_out_here(page, button=button, between=between)


def takes_the_way_out_here(
    page: Page, *, button: int, between: Callable[[], object] = lambda: None
) -> str:
    """Press a button of the opt-out page, and where that asks once more, tick and press again; the
    text of the last page.
    """
    between()
    _pressed(page, f"button >> nth={button}", ticks=True)
    if page.locator("[name=asked]").count():
        between()
        _pressed(page, "button.send", ticks=True)
    return page.inner_text("main")


def presses_everything(browser: Browser, start: str, *, ticks: bool, most: float) -> None:
    """A real browser presses every button of every page that a link leads to, and follows every
    link; some tick the first choice of everything before.
    """
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(_PATIENCE)
    waiting, seen, presses = [start], set[str](), 0
    while waiting and presses < most:
        address = waiting.pop(0)
        if _named(address) in seen or not _is_the_buyers(address):
            continue
        seen.add(_named(address))
        page.goto(address, wait_until="domcontentloaded")
        waiting += page.eval_on_selector_all("a[href^='/']", "all => all.map(a => a.href)")
        for number in range(page.locator("button").count()):
            if number:
                page.goto(address, wait_until="domcontentloaded")
            if number < page.locator("button").count():
                _pressed(page, f"button >> nth={number}", ticks=ticks)
                waiting.append(page.url)
                presses += 1
    context.close()


def _pressed(page: Page, button: str, *, ticks: bool) -> None:
    """Press like a program: without moving a mouse, whether or not the button can be seen."""
    with page.expect_navigation(wait_until="domcontentloaded"):
        if ticks:
            page.evaluate(_TICK)
        page.locator(button).first.evaluate("button => button.click()")


def _is_the_buyers(address: str) -> bool:
    return urlsplit(address).path.startswith(("/s/", "/o/"))


def _named(address: str) -> str:
    """The page, whichever the sitting."""
    return re.sub(r"[?&]v=\w+", "", address)


def answers_as_a_person(client: FlaskClient, mail: Mail, clock: time_machine.Traveller) -> str:
    """Open the mail's link, read, choose and send; the last page's heading."""
    opened = client.get(mail.answers[0])
    text = opened.get_data(as_text=True)
    for _ in range(8):
        clock.shift(15)
        fields = re.findall(r'name="(screen|weighed|ended|readers)"[^>]* value="(\w+)"', text)
        chosen = dict(reversed(fields))
        then = re.search(r'class="send" name="then" value="(\w+)"', text)
        (action,) = re.findall(r'<form class="screen" method="post" action="([^"]+)"', text)[:1]
        assert then is not None
        sent = client.post(
            action.replace("&amp;", "&"), data={**chosen, "then": then[1]}, follow_redirects=True
        )
        text = sent.get_data(as_text=True)
        if then[1] == "send":
            break
    return "".join(re.findall(r"<h1>([^<]+)", text))
