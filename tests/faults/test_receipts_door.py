"""Signed receipts come in at the door of a real server while it sends, and dies, and sends on."""

import json
import random
import signal
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from tests.faults.books import read_books, verdict
from tests.faults.conftest import Templates
from tests.faults.feed import Event, Mail, clean_feed, wild_feed
from tests.faults.processes import KILLED, wait_for
from tests.faults.provider import FakeSendGrid, Request
from tests.faults.receipts import posted, press_send_again
from tests.faults.sweep import Bench
from tests.faults.world import AT_LAST, LATER, STARTS
from tests.web.hooks.signing import PUBLIC_KEY

PEOPLE = 40
SEED = 20261017
PER_BATCH = 50


@dataclass
class Postman:
    """Posts batches of events, and posts each again until it is taken, as SendGrid does."""

    port: int = 0
    moment: datetime = STARTS
    """What it is o'clock: an event without ids speaks of no mail that was claimed later."""
    waiting: list[bytes] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)

    def bring(self, events: Sequence[Event]) -> None:
        for start in range(0, len(events), PER_BATCH):
            self.waiting.append(json.dumps(events[start : start + PER_BATCH]).encode())

    def round(self) -> None:
        """Post what waits; a server that is away, or falls over meanwhile, keeps it waiting."""
        for body in list(self.waiting):
            status = posted(self.port, body)
            if status == 204:
                self.waiting.remove(body)
            elif status is not None:
                self.refused.append(status)


@pytest.mark.faults
def test_receipts_settle_what_a_killed_server_left(bench: Bench, templates: Templates):
    postman = Postman(port=_free_port())
    serve = ("serve", "--port", str(postman.port))
    with bench.fresh(templates("sqlite", PEOPLE, is_invited=True)) as installation:
        told = installation.settings | {"sendgrid_webhook_public_key": PUBLIC_KEY}
        with _posting(postman, bench.provider):
            installation.wake("deliver")
            first = bench.forks.start(*serve, moment=STARTS, **told)
            wait_for(lambda: len(bench.provider.requests) > PEOPLE // 2, within_s=60)
            first.kill()
            assert first.wait() == KILLED
            postman.moment = LATER
            second = bench.forks.start(*serve, moment=LATER, **told)
            installation.wake("deliver")
            wait_for(lambda: second.words and installation.is_done, within_s=60, every_s=0.1)
        wait_for(lambda: _is_emptied(postman), within_s=60)
        second.send(signal.SIGTERM)
        assert second.wait() == 0, second.words

        if press_send_again(installation.url, moment=AT_LAST):
            bench.forks.run("deliver", "--once", moment=AT_LAST, **told)
        books = read_books(installation.url)
        kept = verdict(installation.everyone, books, bench.provider)

    assert kept == dict.fromkeys(kept, 0)
    assert postman.refused == []
    assert books.by_state["delivered"] > PEOPLE // 2


def _is_emptied(postman: Postman) -> bool:
    postman.round()
    return not postman.waiting


@contextmanager
def _posting(postman: Postman, provider: FakeSendGrid) -> Iterator[None]:
    """Tell of each accepted mail soon after it was accepted, in the wildest way."""
    chance = random.Random(SEED)
    is_over = threading.Event()
    told = 0

    def tell(accepted: Sequence[Request]) -> None:
        mails = [Mail(each.person, each.attempt_id) for each in accepted]
        clean = clean_feed(mails, since=int(postman.moment.timestamp()), chance=chance)
        postman.bring(wild_feed(clean, chance=chance))
        postman.round()

    def post() -> None:
        nonlocal told
        while not is_over.is_set():
            accepted = provider.accepted[told:]
            told += len(accepted)
            tell(accepted)
            time.sleep(0.05)
        tell(provider.accepted[told:])

    thread = threading.Thread(target=post)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])
