"""How fast answers come in, beside a bare Flask and Core handler doing the same three writes.

    python -m benchmarks.answer                           SQLite, 32 clients: p50 and p99
    python -m benchmarks.answer --server postgresql://…   PostgreSQL, 8 clients: and the ratio

A completion is one press of Send: the response and its answers are written, the draft is deleted.
Both sides run on waitress in a process of their own; the clients press over real HTTP.
"""

import argparse
import http.client
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[1]))

from flask import Flask, redirect, request
from sqlalchemy import create_engine, delete, insert, select
from waitress import serve

from survey.app import create_app
from survey.config import Environment, read_settings
from survey.invitations.models import Invitation, Link
from survey.kit import clock
from survey.kit.db import Database
from survey.kit.ids import new_public_id
from survey.kit.tokens import digest
from survey.responses.models import Answer, Response, ResponseDraft
from tests import databases
from tests.factories.asked import make_asked

_START_TRIES = 600  # one each tenth of a second: a busy machine starts slowly
THREADS = CLIENTS = 32
CLIENTS_ON_POSTGRESQL = 8
DRAFT = {"weighed": "price", "ended": "put_off", "different": "A smaller first package."}
FORM = urlencode({"screen": "readers", "then": "send", "readers": "sender_team"})


@dataclass(frozen=True)
class Measured:
    """One side's figures: completions a second, CPU a completion, and how long a press took."""

    per_second: float
    cpu_ms: float
    p50_ms: float
    p99_ms: float


def seed(url: str, count: int) -> None:
    """Buyers who have come to the last screen, with the tokens 0, 1, 2, …"""
    database = Database(url)
    with database.writing() as session:
        first = make_asked(session)
        now = clock.now()
        for number in range(count):
            invitation = make_asked(session, token=str(number), version=first.version)
            session.add(
                ResponseDraft(
                    invitation=invitation,
                    answers=DRAFT,
                    screen="different",
                    started_at=now,
                    saved_at=now,
                )
            )
    database.close()


def bare_app(url: str) -> Flask:
    """The least that stores the same: find the link, three writes, redirect."""
    engine = create_engine(url, pool_size=THREADS)
    app = Flask("bare")

    @app.post("/s/<token>")
    def submit(token: str) -> object:
        with engine.begin() as connection:
            invitation_id, deal_id = connection.execute(
                select(Invitation.id, Invitation.deal_id)
                .join(Link, Link.invitation_id == Invitation.id)
                .where(Link.token_digest == digest(token))
            ).one()
            draft = connection.scalars(
                select(ResponseDraft.answers).where(ResponseDraft.invitation_id == invitation_id)
            ).one()
            values = bare_response(invitation_id, deal_id)
            response_id = connection.scalar(insert(Response).values(values).returning(Response.id))
            rows = [
                {"response_id": response_id, "question_key": key, "position": 0, "text": value}
                for key, value in (*draft.items(), ("readers", request.form["readers"]))
            ]
            connection.execute(insert(Answer), rows)
            connection.execute(
                delete(ResponseDraft).where(ResponseDraft.invitation_id == invitation_id)
            )
        return redirect(f"/s/{token}/thanks", 303)

    return app


def bare_response(invitation_id: int, deal_id: int) -> dict[str, object]:
    now = clock.now()
    return {
        "public_id": new_public_id(),
        "invitation_id": invitation_id,
        "deal_id": deal_id,
        "state": "counted",
        "hold_reasons": [],
        "channel": "web",
        "audience": request.form["readers"],
        "may_ask_back": False,
        "may_tell_changes": False,
        "may_write_about_product": False,
        "started_at": now,
        "submitted_at": now,
        "month_index": 0,
    }


def our_app(url: str) -> Flask:
    settings = read_settings(
        _env_file=None,
        environment=Environment.TEST,
        database_url=url,
        log_level="ERROR",
        queue_url=f"sqlite:///{tempfile.mkdtemp()}/queue.db",
    )
    return create_app(settings, Database(url))


@contextmanager
def served(side: str, url: str, port: int) -> Iterator[int]:
    """One side in a process of its own; gives its number."""
    server = subprocess.Popen([sys.executable, __file__, "serve", side, url, str(port)])
    for _ in range(_START_TRIES):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
            break
        except OSError:
            time.sleep(0.1)
    try:
        yield server.pid
    finally:
        server.terminate()
        server.wait(10)


def cpu_s(pid: int) -> float:
    """CPU seconds a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def press_all(port: int, tokens: list[str], clients: int) -> tuple[float, list[float]]:
    """Press Send once for each token; how long all took, and each."""
    kept = threading.local()

    def press(token: str) -> float:
        connection = getattr(kept, "connection", None)
        if connection is None:
            connection = kept.connection = http.client.HTTPConnection("127.0.0.1", port)
        began = time.perf_counter()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", f"/s/{token}", FORM, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 303, (answer.status, token)
        assert answer.headers["Location"].endswith("/thanks")
        return time.perf_counter() - began

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        took = list(pool.map(press, tokens))
    return time.perf_counter() - began, sorted(took)


def measure(side: str, url: str, count: int, clients: int, port: int) -> Measured:
    with served(side, url, port) as pid:
        warm = count // 10
        press_all(port, [str(number) for number in range(warm)], clients)
        before = cpu_s(pid)
        whole, took = press_all(port, [str(number) for number in range(warm, count)], clients)
        used = cpu_s(pid) - before
    number = len(took)
    return Measured(
        per_second=round(number / whole, 1),
        cpu_ms=round(used / number * 1000, 2),
        p50_ms=round(took[number // 2] * 1000, 1),
        p99_ms=round(took[int(number * 0.99)] * 1000, 1),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default="", help="a PostgreSQL server; without it SQLite")
    parser.add_argument("--count", type=int, default=600)
    options = parser.parse_args()
    clients = CLIENTS_ON_POSTGRESQL if options.server else CLIENTS
    figures = {}
    for at, side in enumerate(("ours", "bare") if options.server else ("ours",)):
        with databases.fresh_database(options.server) as url:
            seed(url, options.count)
            figures[side] = measure(side, url, options.count, clients, 18_950 + at)
            print(side, json.dumps(figures[side].__dict__))
    if "bare" in figures:
        ours, bare = figures["ours"], figures["bare"]
        print(f"completions: {ours.per_second / bare.per_second:.2f} × bare (bar: at least 0.5)")
        print(f"server CPU: {ours.cpu_ms / bare.cpu_ms:.2f} × bare (bar: at most 2)")
    else:
        ours = figures["ours"]
        print(f"p99: {ours.p99_ms / ours.p50_ms:.1f} × p50 (bar: at most 5)")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        _, _, side, url, port = sys.argv
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # clients may wait in line
        app = our_app(url) if side == "ours" else bare_app(url)
        serve(app, listen=f"127.0.0.1:{port}", threads=THREADS)
    else:
        main()
