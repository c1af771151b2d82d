"""Who is let in at the webhook: whoever signed the raw body with the key that is set. Nobody else,
and never with an error of our own.
"""

import json
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.app import create_app
from survey.config import Settings
from survey.kit.db import Database
from survey.mail.models import Receipt
from tests.others import at_hand
from tests.pages import CheckingClient
from tests.web.hooks.signing import SIGNATURE, TIMESTAMP, batch, headers_for, told

BODY = batch(told("delivered", email="jane@buyer.example"))


@pytest.fixture
def vectors() -> list[dict[str, Any]]:
    vectors = at_hand("sendgrid/event_webhook_signature_vectors.json")
    found: list[dict[str, Any]] = json.loads(vectors.read_text("utf-8"))["vectors"]
    return found


def kept(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Receipt)) or 0


def post(client: CheckingClient, body: bytes, headers: dict[str, str]) -> int:
    return client.post("/hooks/sendgrid", data=body, headers=headers, csrf=False).status_code


@pytest.mark.parametrize("number", range(8))
def test_sendgrids_own_vectors_are_judged_as_they_say(
    number: int, vectors: list[dict[str, Any]], settings: Settings, database: Database
) -> None:
    vector = vectors[number]
    given = settings.model_copy(update={"sendgrid_webhook_public_key": vector["public_key"]})
    client = create_app(given, database).test_client()

    answer = client.post(
        "/hooks/sendgrid", data=vector["raw_body"].encode(), headers=vector["headers"]
    )

    assert answer.status_code == (204 if vector["valid"] else 403)


def test_a_signed_batch_is_kept(client: CheckingClient, session: Session) -> None:
    assert post(client, BODY, headers_for(BODY)) == 204
    assert kept(session) == 1


def test_a_batch_signed_long_ago_is_kept(client: CheckingClient) -> None:
    assert post(client, BODY, headers_for(BODY, signed_at="1000000000")) == 204


def test_machines_are_given_no_cookie(client: CheckingClient) -> None:
    answer = client.post("/hooks/sendgrid", data=BODY, headers=headers_for(BODY), csrf=False)

    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "body", [BODY.rstrip(), BODY + b" ", b"", b"[]", BODY.replace(b":", b": ")]
)
def test_another_body_than_the_signed_one_is_refused(
    body: bytes, client: CheckingClient, session: Session
) -> None:
    assert post(client, body, headers_for(BODY)) == 403
    assert kept(session) == 0


@pytest.mark.parametrize("left_out", [SIGNATURE, TIMESTAMP])
def test_a_missing_header_is_refused(left_out: str, client: CheckingClient) -> None:
    headers = {name: value for name, value in headers_for(BODY).items() if name != left_out}

    assert post(client, BODY, headers) == 403


OF_ANOTHER_BODY = headers_for(b"[]")[SIGNATURE]


@pytest.mark.parametrize(
    "signature",
    ["", "a", "!!!!", "AAAA", "MEUCIGHQVtGj", "é", "===", "A" * 20_000, OF_ANOTHER_BODY],
    ids=["none", "odd", "marks", "short", "cut", "foreign", "empty", "long", "of another body"],
)
def test_a_signature_that_is_none_is_refused(signature: str, client: CheckingClient) -> None:
    assert post(client, BODY, {**headers_for(BODY), SIGNATURE: signature}) == 403


@pytest.mark.parametrize("timestamp", ["", "now", "1600112503", "é", "1" * 99])
def test_another_moment_than_the_signed_one_is_refused(
    timestamp: str, client: CheckingClient
) -> None:
    assert post(client, BODY, {**headers_for(BODY), TIMESTAMP: timestamp}) == 403


@pytest.mark.parametrize("body", [b"\xff\xfe[]", b'[{"event":"\xe9"}]', b"\x80"])
def test_what_is_no_text_is_refused_even_if_signed(body: bytes, client: CheckingClient) -> None:
    assert post(client, body, headers_for(body)) == 403


@pytest.mark.parametrize("key", ["", "no key", "AAAA", "é", "MFkwEwYHKoZIzj0CAQ=="])
def test_without_a_readable_key_nobody_is_let_in(
    key: str, settings: Settings, database: Database
) -> None:
    given = settings.model_copy(update={"sendgrid_webhook_public_key": key})
    client = create_app(given, database).test_client()

    answer = client.post("/hooks/sendgrid", data=BODY, headers=headers_for(BODY))

    assert answer.status_code == 403


def test_a_body_beyond_all_batches_is_refused(client: CheckingClient, session: Session) -> None:
    body = b"[" + b" " * (8 * 1024 * 1024) + b"]"

    assert post(client, body, headers_for(body)) == 413
    assert kept(session) == 0


def test_reading_the_address_shows_nothing(client: CheckingClient) -> None:
    assert client.get("/hooks/sendgrid").status_code == 405
