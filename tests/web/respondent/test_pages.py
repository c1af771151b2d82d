"""What holds for all of the buyer's pages: light, safe to open, and safe with hostile words."""

import gzip
import hashlib
import json
import re
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.deals.types import Outcome
from survey.kit.db import Base, Database
from survey.responses.models import Answer
from tests.databases import queries_counted
from tests.factories.asked import make_asked
from tests.others import at_hand
from tests.pages import CheckingClient

LIGHT = 14_000
"""Bytes, compressed, all in all: DESIGN §8."""
SCREENS = list(product((Outcome.LOST, Outcome.WON), ("weighed", "about", "readers")))
HOSTILE = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "{company}{sender_name}",
    "'; DROP TABLE response; --",
    "=cmd|' /C calc'!A0",
    "null\x00byte\x1b[31m\x07",
    "\u202ereversed\u202c \u200b zero width \ufeff.",
    "ﷺ" * 40 + "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
    "田中さんにあげて下さい 👾 🙇🏿‍♀️ العربية",
    "line\r\none\rtwo\nthree",
    "%s%n%x %00 %0d%0aSet-Cookie: a=b",
]


def answer(client: CheckingClient, **given: str) -> None:
    fields = {name.replace("__", "."): value for name, value in given.items()}
    for screen in ("weighed", "ended", "about", "different"):
        client.post("/s/answer-token", data={"screen": screen, **fields})
    client.post(
        "/s/answer-token",
        data={"screen": "readers", "then": "send", "readers": "sender_team", **fields},
    )


@pytest.mark.parametrize(
    ("outcome", "address"),
    [
        *((outcome, f"/s/answer-token?screen={key}") for outcome, key in SCREENS),
        (Outcome.NO_DECISION, "/s/answer-token"),
        (Outcome.LOST, "/s/answer-token/thanks"),
        (Outcome.LOST, "/o/out-answer-token"),
    ],
)
def test_a_page_weighs_little_all_in_all(
    client: CheckingClient, session: Session, outcome: Outcome, address: str
) -> None:
    make_asked(session, outcome=outcome)
    client.post("/s/answer-token", data={"screen": "weighed", "weighed": "price"})
    if outcome is Outcome.LOST:
        client.post("/s/answer-token", data={"screen": "ended", "ended": "chose_supplier"})
    if address.endswith("thanks"):
        answer(client)

    packed = client.get(address, headers={"Accept-Encoding": "gzip"}, unchecked="compressed")
    page = gzip.decompress(packed.data).decode()
    rest = re.findall(r'<(?:link|script|img)[^>]+(?:href|src)="([^"]+)"', page)
    weight = len(packed.data)
    for linked in rest:
        with client.get(linked) as file:
            weight += len(gzip.compress(file.data))

    assert packed.headers["Content-Encoding"] == "gzip"
    assert rest
    assert all(linked.startswith("/") for linked in rest)
    assert weight < LIGHT


def test_nothing_about_readers_or_getting_in_touch_is_chosen_beforehand(
    client: CheckingClient, session: Session
) -> None:
    make_asked(session)
    client.post("/s/answer-token", data={"screen": "weighed", "weighed": "price"})
    client.post("/s/answer-token", data={"screen": "ended", "ended": "chose_supplier"})

    page = client.get("/s/answer-token?screen=readers").text

    offered = re.findall(r'<input[^>]+name="(?:readers|contact)"[^>]*>', page)
    assert len(offered) == 6
    assert not [each for each in offered if "checked" in each]


def test_opening_changes_nothing(
    client: CheckingClient, session: Session, database: Database
) -> None:
    make_asked(session, token="fresh")
    make_asked(session, token="begun")
    make_asked(session, token="sent")
    make_asked(session, token="deleted")
    client.post("/s/begun", data={"screen": "weighed", "weighed": "price"})
    for token in ("sent", "deleted"):
        client.post(f"/s/{token}", data={"screen": "ended", "then": "stop", "ended": "put_off"})
    client.post("/s/deleted/delete")
    before = fingerprint(database)

    for token in ("fresh", "begun", "sent", "deleted", "unknown"):
        for path in ("", "?choice=price", "?screen=readers", "/thanks", "/deleted", "/delete"):
            client.get(f"/s/{token}{path}")
            client.head(f"/s/{token}{path}", unchecked="no body")
            client.options(f"/s/{token}{path}", unchecked="no body")
        client.get(f"/o/out-{token}")
        client.head(f"/o/out-{token}", unchecked="no body")
    client.get("/privacy")

    assert fingerprint(database) == before


def fingerprint(database: Database) -> str:
    """A hash of every row of every table but those to which opening a page may add."""
    whole = hashlib.sha256()
    with database.reading() as reading:
        for table in Base.metadata.sorted_tables:
            if table.name in {"visit", "audit_entry"}:
                continue
            rows = sorted(repr(tuple(row)) for row in reading.execute(select(table)))
            whole.update(json.dumps([table.name, rows]).encode())
    return whole.hexdigest()


def test_hostile_words_are_kept_and_shown_as_words(
    client: CheckingClient, session: Session
) -> None:
    make_asked(session)

    for words in HOSTILE:
        keeps(client, session, words)


def keeps(client: CheckingClient, session: Session, words: str) -> None:
    """Put the words into every field, and find them kept and shown."""
    answer(client, weighed="people", ended="chose_supplier", ended__chose_supplier=words,
           about="mistake", about__mistake=words, different=words, well=words)  # fmt: skip
    client.post("/s/answer-token/thanks", data={"about_us": words})
    page = client.get("/s/answer-token/thanks")

    assert page.status_code == 200
    kept = session.scalars(select(Answer.text).where(Answer.question_key == "about_us")).one()
    plain = words.replace("\r\n", "\n").replace("\r", "\n")
    assert kept == "".join(sign for sign in plain if sign == "\n" or ord(sign) >= 32).strip()


@pytest.mark.slow
def test_the_known_hostile_strings_break_nothing(client: CheckingClient, session: Session) -> None:
    strings = json.loads(at_hand("hostile/blns.json").read_text(encoding="utf-8"))
    make_asked(session)

    for words in strings:
        answer(client, weighed="people", ended="chose_supplier", ended__chose_supplier=words,
               about="mistake", about__mistake=words, different=words, well=words)  # fmt: skip
        assert client.post("/s/answer-token/thanks", data={"about_us": words}).status_code == 303
        assert client.get("/s/answer-token/thanks").status_code == 200
        for screen in ("ended", "about", "different"):
            page = client.get(f"/s/answer-token?screen={screen}", unchecked="checked with others")
            assert page.status_code == 200
        assert client.get("/s/answer-token", query_string={"choice": words}).status_code == 303


def test_a_screen_asks_the_database_little(
    client: CheckingClient, session: Session, database: Database
) -> None:
    make_asked(session)
    client.post("/s/answer-token", data={"screen": "weighed", "weighed": "price"})

    with queries_counted(database) as statements:
        client.get("/s/answer-token")

    assert len(statements) <= 4, statements


def test_pages_are_served_plain_to_those_who_cannot_unpack(
    client: CheckingClient, session: Session, app: Flask
) -> None:
    make_asked(session)

    page = client.get("/s/answer-token")

    assert "Content-Encoding" not in page.headers
    assert "Accept-Encoding" in page.headers["Vary"]
