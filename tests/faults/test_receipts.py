"""A provider's events, however often, late and out of order they come, tell the same story."""

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from survey.kit.db import Database
from survey.mail.actions.outbox import (
    claim_due,
    enqueue,
    hold_lapsed_claims,
    record_endings,
    start_attempts,
)
from survey.mail.actions.receipts import record_receipts
from survey.mail.models import Attempt, Message, Suppression
from survey.mail.providers.events import read_events
from survey.mail.types import AttemptOutcome, Ending
from tests.factories import MOMENT
from tests.faults.conftest import IS_WHOLE, Figures
from tests.faults.feed import MOST_COPIES, Event, Mail, clean_feed, wild_feed

PER_BATCH = 1000
NOW = MOMENT + timedelta(days=1)
QUICK_MAILS = 90
PER_FULL_MAILBOX = 9
MAILS = 3300 if IS_WHOLE else 400
SEEDS = 20 if IS_WHOLE else 2
_ACCEPTED = Ending(AttemptOutcome.ACCEPTED)
_UNHEARD = Ending(AttemptOutcome.MAY_HAVE_BEEN_SENT, "The answer was lost.")


@dataclass(frozen=True)
class Story:
    """Where all mails stand, what went wrong with them, and who is never mailed again."""

    mails: list[tuple[object, ...]]
    suppressed: list[tuple[str, str]]


@pytest.mark.parametrize("seed", range(3))
def test_a_wild_feed_tells_what_a_clean_one_tells(database: Database, seed: int):
    _compare(database, QUICK_MAILS, seed=seed)


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_long_wild_feed_tells_what_a_clean_one_tells(
    database: Database, figures: Figures, seed: int
):
    events, told, copies = _compare(database, MAILS, seed=seed)

    if IS_WHOLE:
        assert events >= 10_000
        assert copies == range(1, MOST_COPIES + 1)
    name = f"receipts, {'SQLite' if database.is_sqlite else 'PostgreSQL'}"
    figures(name, {"seeds from 0 on": 1, "events": events, "told": told, "other story": 0})


def _compare(database: Database, count: int, *, seed: int) -> tuple[int, int, range]:
    """The same mails twice in one outbox: one hears the clean feed, the other the wild one."""
    chance = random.Random(seed)
    calm = _send(database, count, "calm")
    torn = _send(database, count, "torn")
    since = int(MOMENT.timestamp())
    clean = clean_feed(calm, since=since, chance=random.Random(seed))
    wild = wild_feed(clean_feed(torn, since=since, chance=random.Random(seed)), chance=chance)

    _record(database, calm, chance=random.Random(seed))
    _hear(database, clean)
    early = len(wild) // 3  # some of it comes before our own record of the call
    _hear(database, wild[:early])
    _record(database, torn, chance=random.Random(seed))
    _hear(database, wild[early:])

    assert {event["event"] for event in clean} > {"deferred", "bounce", "dropped", "spamreport"}
    story = _story(database, "calm")
    assert _story(database, "torn") == story
    full = count // 3 // PER_FULL_MAILBOX
    assert 0 < sum(reason == "refused" for _, reason in story.suppressed) < full
    return len(clean), len(wild), _copies(wild)


def _copies(wild: Sequence[Event]) -> range:
    """From how few copies of an event to how many; those that lost their ids are left out."""
    told = Counter((e["survey_attempt"], e["timestamp"]) for e in wild if "survey_attempt" in e)
    return range(min(told.values()), max(told.values()) + 1)


def _send(database: Database, count: int, name: str) -> list[Mail]:
    """Mails that are being sent, and of which nothing more is known."""
    with database.writing() as session:
        for number in range(count):
            enqueue(
                session,
                key=f"{name}:{number}",
                kind="note",
                to_address=f"{_person(number, count)}@{name}.example",
                now=MOMENT,
            )
        attempts = claim_due(session, provider="sendgrid", limit=count, now=MOMENT)
        start_attempts(session, attempts, now=MOMENT)
        return [Mail(each.message.to_address, each.attempt_id) for each in attempts]


def _person(number: int, count: int) -> str:
    """A third of the mails go to mailboxes that are full most of the time, several to each."""
    if number % 3:
        return f"person{number}"
    return f"full{number // 3 % (count // 3 // PER_FULL_MAILBOX)}"


def _record(database: Database, mails: Sequence[Mail], *, chance: random.Random) -> None:
    """Nine in ten answers are known, some were lost, and of some the worker died."""
    endings = {
        mail.attempt_id: chance.choices([_ACCEPTED, _UNHEARD, None], [90, 5, 5])[0]
        for mail in mails
    }
    with database.writing() as session:
        attempts = session.scalars(select(Attempt).where(Attempt.attempt_id.in_(endings)))
        known = {each: ending for each in attempts if (ending := endings[each.attempt_id])}
        record_endings(session, known, now=MOMENT)
        hold_lapsed_claims(session, now=MOMENT + timedelta(hours=1), limit=len(mails))


def _hear(database: Database, events: Sequence[Event]) -> None:
    for start in range(0, len(events), PER_BATCH):
        body = json.dumps(events[start : start + PER_BATCH]).encode()
        with database.writing() as session:
            record_receipts(session, read_events(body, now=NOW), provider="sendgrid", now=NOW)


def _story(database: Database, name: str) -> Story:
    columns = (
        Message.state,
        Message.bounced_at,
        Message.dropped_at,
        Message.complained_at,
        Message.opted_out_at,
    )
    with database.reading() as session:
        mails = session.execute(
            select(*columns).where(Message.key.startswith(f"{name}:")).order_by(Message.id)
        )
        suppressed = session.execute(
            select(Suppression.address, Suppression.reason)
            .where(Suppression.address.endswith(f"@{name}.example"))
            .order_by(Suppression.address)
        )
        return Story(
            [tuple(row) for row in mails],
            [(address.partition("@")[0], reason.value) for address, reason in suppressed],
        )
