"""Receipts: one signed batch taken in whole (verified, read, kept, folded, committed) against the
bare inserts of as many rows into the same table.

    python -m benchmarks.receipts [--events 1000] [--server postgresql://…]

The bar is a second per thousand events; batches of bounces also write suppressions.
"""

import argparse
import base64
import json
import tempfile
import time
from datetime import timedelta
from typing import Any

import structlog
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from sqlalchemy import insert

from survey.app import create_app
from survey.config import Environment, read_settings
from survey.kit import clock
from survey.kit.db import Database
from survey.kit.memory import look_for_cycles_seldom
from survey.mail.models import Attempt, Message, Receipt
from survey.mail.providers.events import ATTEMPT_ARGUMENT
from survey.mail.providers.signatures import SIGNATURE_HEADER, TIMESTAMP_HEADER
from survey.mail.types import AttemptOutcome, MessageState, ReceiptKind
from tests import databases

BAR_S = 1.0
_KINDS = ("delivered", "bounce", "blocked")
_TIMES = 3
_KEY = ec.generate_private_key(ec.SECP256R1())
_NO_CONTENT = 204


def main() -> None:
    options = _options()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with tempfile.TemporaryDirectory() as folder, databases.fresh_database(options.server) as url:
        database = Database(url)
        app = create_app(_settings(url, folder), database)
        ids = _fill(database, options.events)
        bare = min(_bare(database, options.events, run) for run in range(_TIMES))
        print(f"bare inserts of {options.events} rows: {bare:.3f} s")
        for kind in _KINDS:
            taken = min(_post(app, kind, ids, run) for run in range(_TIMES))
            verdict = "ok" if taken <= BAR_S * options.events / 1000 else "TOO SLOW"
            print(f"{kind:>10}: {taken:.3f} s, {taken / bare:.1f} x the bare inserts  {verdict}")
        database.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--server", default="", help="a PostgreSQL server; without it SQLite")
    return parser.parse_args()


def _settings(url: str, folder: str) -> Any:
    public = _KEY.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return read_settings(
        _env_file=None,
        environment=Environment.TEST,
        database_url=url,
        queue_url=f"sqlite:///{folder}/queue.db",
        log_level="ERROR",
        sendgrid_webhook_public_key=base64.b64encode(public).decode(),
    )


def _fill(database: Database, count: int) -> list[str]:
    """As many mails that the provider took, each with its one attempt."""
    now = clock.now()
    ids = [f"attempt{number}" for number in range(count)]
    with database.writing() as session:
        for number, attempt_id in enumerate(ids):
            message = Message(
                key=f"invitation:{number}",
                kind="invitation",
                to_address=f"buyer{number}@buyer.example",
                queued_at=now,
                send_after_at=now,
                state=MessageState.ACCEPTED,
                state_changed_at=now,
                attempts_made=1,
            )
            attempt = Attempt(
                message=message,
                attempt_id=attempt_id,
                provider="sendgrid",
                claimed_at=now,
                finished_at=now,
                outcome=AttemptOutcome.ACCEPTED,
            )
            session.add(attempt)
    return ids


def _bare(database: Database, count: int, run: int) -> float:
    now = clock.now()
    rows = [
        {
            "digest": f"bare{run}:{number}",
            "provider": "bench",
            "kind": ReceiptKind.DELIVERED,
            "happened_at": now,
            "received_at": now,
            "raw": {"event": "delivered", "email": f"buyer{number}@buyer.example"},
        }
        for number in range(count)
    ]
    started = time.perf_counter()
    with database.writing() as session:
        session.execute(insert(Receipt), rows)
    return time.perf_counter() - started


def _post(app: Flask, kind: str, ids: list[str], run: int) -> float:
    at = clock.now() - timedelta(seconds=run)
    event = {"event": "bounce", "type": "blocked"} if kind == "blocked" else {"event": kind}
    told = [
        event
        | {
            "email": f"buyer{number}@buyer.example",
            "timestamp": int(at.timestamp()),
            "sg_event_id": f"{kind}{run}:{number}",
            "sg_message_id": f"r3qu3st{number}.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0",
            "smtp-id": f"<{number}@ismtpd0039p1iad1.sendgrid.net>",
            "reason": "550 5.1.1 The email account that you tried to reach does not exist.",
            ATTEMPT_ARGUMENT: attempt_id,
        }
        for number, attempt_id in enumerate(ids)
    ]
    body = json.dumps(told).encode()
    signature = _KEY.sign(b"1600112502" + body, ec.ECDSA(hashes.SHA256()))
    headers = {
        SIGNATURE_HEADER: base64.b64encode(signature).decode(),
        TIMESTAMP_HEADER: "1600112502",
        "Content-Type": "application/json",
    }
    client = app.test_client()
    started = time.perf_counter()
    answer = client.post("/hooks/sendgrid", data=body, headers=headers)
    taken = time.perf_counter() - started
    assert answer.status_code == _NO_CONTENT
    return taken


if __name__ == "__main__":
    look_for_cycles_seldom()
    main()
