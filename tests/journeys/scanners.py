"""Eight ways in which machines open a mail's links, and a person who comes later."""

import re
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import time_machine
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

_AT_ONCE = 50
_TICK = """() => {
  for (const details of document.querySelectorAll("details")) details.open = true;
  for (const group of document.querySelectorAll("fieldset")) {
    const first = group.querySelector("input:not([name=sure])");
    if (first) first.click();
  }
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


def stays(browser: Browser, mails: Sequence[Mail], *, seconds: float) -> None:
    """A real browser opens pages, lets their scripts run, and goes away."""
    context = browser.new_context()
    for mail in mails:
        context.new_page().goto(mail.answers[0])
    context.pages[-1].wait_for_timeout(seconds * 1000)
    context.close()


def presses_everything(browser: Browser, start: str, *, ticks: bool, most: int) -> None:
    """A real browser presses every button of every page it finds; some tick a choice first."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(10_000)
    waiting, seen, presses = [start], set[str](), 0
    while waiting and presses < most:
        address = waiting.pop(0)
        if _named(address) in seen or urlsplit(address).netloc != urlsplit(start).netloc:
            continue
        seen.add(_named(address))
        page.goto(address)
        waiting += page.eval_on_selector_all("a[href^='/']", "all => all.map(a => a.href)")
        for number in range(page.locator("button").count()):
            waiting.append(_pressed(page, address, number, ticks=ticks))
            presses += 1
    context.close()


def _pressed(page: Page, address: str, number: int, *, ticks: bool) -> str:
    page.goto(address)
    page.evaluate(_TICK if ticks else _TICK.replace("first.click()", "0"))
    if page.locator("button").count() > number:
        page.locator("button").nth(number).click()
    return page.url


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
