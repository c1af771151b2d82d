"""Handing mails to an SMTP server, beside putting bytes that were written before into the same one.

    python -m benchmarks.smtp [--mails 2000] [--threads 8]

The server is a sink in a process of its own that takes everything at once. Raw is one connection a
thread that is greeted once. The bar is a ratio of 0.8.
"""

import argparse
import multiprocessing
import smtplib
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection

from survey.kit.memory import look_for_cycles_seldom
from survey.mail.providers import mime
from survey.mail.providers.smtp import SmtpProvider
from tests.mail.providers.drafts import FROM, a_draft
from tests.mail.providers.servers import SmtpAnswers, smtp_server

BAR = 0.8
_NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)
_TIMES = 3
_DRAFT = a_draft(text="A line of a usual length.\n" * 30, html="<p>A paragraph.</p>\n" * 300)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=8)
    options = parser.parse_args()
    here, there = multiprocessing.Pipe()
    sink = multiprocessing.Process(target=_serve, args=(there,), daemon=True)
    sink.start()
    port = int(here.recv())
    try:
        raw = max(_rate(_raw(port), options) for _ in range(_TIMES))
        ours = max(_rate(_ours(port), options) for _ in range(_TIMES))
    finally:
        sink.terminate()
    print(f"raw:         {raw:6.0f} mails/s")
    print(f"handed over: {ours:6.0f} mails/s")
    print(f"ratio {ours / raw:.2f} (bar {BAR})")


def _serve(told: Connection) -> None:
    with smtp_server(SmtpAnswers()) as answers:
        told.send(answers.port)
        threading.Event().wait()


def _raw(port: int) -> Callable[[int], None]:
    mail = mime.sealed(_DRAFT, from_address=FROM, attempt_id="raw", now=_NOW)
    kept = threading.local()

    def put(_number: int) -> None:
        if not hasattr(kept, "server"):
            kept.server = smtplib.SMTP("127.0.0.1", port)
            kept.server.ehlo()
        kept.server.mail(mail.sender)
        kept.server.rcpt(mail.recipient)
        kept.server.data(mail.content)

    return put


def _ours(port: int) -> Callable[[int], None]:
    provider = SmtpProvider(f"smtp://127.0.0.1:{port}", from_address=FROM, now=lambda: _NOW)

    def put(number: int) -> None:
        draft = replace(_DRAFT, to_address=f"jane{number}@buyer.example", to_name=f"Jane {number}")
        provider.hand_over(draft, attempt_id=f"attempt{number}")

    return put


def _rate(put: Callable[[int], None], options: argparse.Namespace) -> float:
    started = time.perf_counter()
    with ThreadPoolExecutor(options.threads) as pool:
        list(pool.map(put, range(options.mails)))
    return float(options.mails / (time.perf_counter() - started))


if __name__ == "__main__":
    look_for_cycles_seldom()
    main()
