"""Delivering: what is due leaves once, what is not wanted stays, what ended is written down."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.jobs.deliver import Delivered, deliver_due
from survey.jobs.desk import Desk
from survey.kit.db import Database
from survey.mail import queries, rules
from survey.mail.actions import outbox
from survey.mail.models import Attempt, Claimed, Message
from survey.mail.types import (
    AttemptOutcome,
    Compose,
    Draft,
    Ending,
    KeyRefused,
    MayHaveBeenSent,
    MessageState,
    NeverSend,
    ProviderAway,
    Refused,
    TryLater,
)
from tests.factories import MOMENT, make_message, make_queue_stop, make_suppression
from tests.mail.providers.drafts import a_draft

NOW = MOMENT + timedelta(hours=1)


@dataclass
class Postbox:
    """A provider that keeps what it is given and answers as it is told, by address."""

    answers: dict[str, Refused | Exception] = field(default_factory=dict)
    taken: list[tuple[str, str]] = field(default_factory=list)
    mail_ids: list[str] = field(default_factory=list)
    before_each: Callable[[], None] = lambda: None
    their_id: str | None = None
    """Its id of every mail; else one that is made of the attempt's."""
    name: str = "postbox"

    def hand_over(self, draft: Draft, *, attempt_id: str) -> Ending:
        self.before_each()
        self.taken.append((draft.to_address, attempt_id))
        self.mail_ids.append(draft.mail_id)
        answer = self.answers.get(draft.to_address)
        if answer is not None:
            raise answer
        their_id = f"their-{attempt_id}" if self.their_id is None else self.their_id
        return Ending(AttemptOutcome.ACCEPTED, provider_message_id=their_id)


@dataclass
class Note:
    """A letter of the simplest kind."""

    reasons: dict[str, str] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    told: list[int] = field(default_factory=list)

    def ready(
        self, _session: Session, attempts: Sequence[Claimed], *, now: datetime
    ) -> dict[str, Compose | Ending]:
        return {attempt.attempt_id: self._ready(attempt.message.to_address) for attempt in attempts}

    def accepted(self, _session: Session, subjects: Sequence[int], *, now: datetime) -> None:
        self.told += subjects

    def _ready(self, to_address: str) -> Compose | Ending:
        if to_address in self.unreadable:
            raise KeyError("a fact is missing")
        if to_address in self.reasons:
            return Ending(AttemptOutcome.NOT_WANTED, self.reasons[to_address])
        return lambda: a_draft(to_address=to_address)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database, Postbox(), {"note": Note()}, threads=2, now=lambda: NOW)


def put(database: Database, *addresses: str, **columns: Any) -> None:
    with database.writing() as session:
        for address in addresses:
            make_message(session, kind="note", to_address=address, **columns)


def during_the_first_call(act: Callable[[], None]) -> Callable[[], None]:
    """What happens while the first mail is with the provider, and never again."""
    waiting = [act]
    return lambda: waiting.pop()() if waiting else None


def answering(desk: Desk, **by_name: Refused | Exception) -> Desk:
    answers = {f"{name}@b.example": answer for name, answer in by_name.items()}
    return replace(desk, provider=Postbox(answers))


def states(database: Database) -> dict[str, MessageState]:
    with database.reading() as session:
        return {m.to_address: m.state for m in session.scalars(select(Message))}


def test_what_is_due_is_handed_over_once(desk: Desk, database: Database):
    put(database, "a@b.example", "c@b.example")

    delivered = deliver_due(desk)
    again = deliver_due(desk)

    assert (delivered, again) == (Delivered(accepted=2), Delivered())
    assert sorted(address for address, _ in desk.provider.taken) == ["a@b.example", "c@b.example"]
    assert set(states(database).values()) == {MessageState.ACCEPTED}


def test_what_is_not_due_waits(desk: Desk, database: Database):
    put(database, "a@b.example", send_after_at=NOW + timedelta(seconds=1))

    assert deliver_due(desk) == Delivered()
    assert deliver_due(replace(desk, now=lambda: NOW + timedelta(seconds=1))).accepted == 1


def test_the_attempt_is_committed_before_the_provider_is_called(desk: Desk, database: Database):
    put(database, "a@b.example")
    seen: list[tuple[MessageState, AttemptOutcome | None]] = []

    def look() -> None:
        with database.reading() as session:
            attempt = session.scalars(select(Attempt)).one()
            seen.append((attempt.message.state, attempt.outcome))

    deliver_due(replace(desk, provider=Postbox(before_each=look)))

    assert seen == [(MessageState.CLAIMED, None)]


def test_the_attempt_id_travels_and_their_id_is_kept(desk: Desk, database: Database):
    put(database, "a@b.example")

    deliver_due(desk)

    with database.reading() as session:
        attempt = session.scalars(select(Attempt)).one()
    assert desk.provider.taken == [("a@b.example", attempt.attempt_id)]
    assert attempt.provider_message_id == f"their-{attempt.attempt_id}"
    assert attempt.provider == "postbox"


@pytest.mark.parametrize("no_id", ["x" * 201, "an\x00id", "an id", ""])
def test_what_is_no_id_is_not_kept_and_the_mail_was_accepted_all_the_same(
    desk: Desk, database: Database, no_id: str
):
    put(database, "a@b.example")

    deliver_due(replace(desk, provider=Postbox(their_id=no_id)))

    with database.reading() as session:
        attempt = session.scalars(select(Attempt)).one()
    assert attempt.outcome is AttemptOutcome.ACCEPTED
    assert attempt.provider_message_id is None


def test_the_letter_hears_that_its_mail_was_accepted(desk: Desk, database: Database):
    put(database, "a@b.example", subject_id=7)
    put(database, "c@b.example", subject_id=8, attempts_made=1)  # refused for a while before

    deliver_due(desk)

    assert sorted(desk.letters["note"].told) == [7, 8]


def test_what_is_not_wanted_any_more_is_cancelled_and_makes_room(desk: Desk, database: Database):
    put(database, *(f"no{n}@b.example" for n in range(5)), "yes@b.example")
    note = Note(reasons={f"no{n}@b.example": "The deal was reopened." for n in range(5)})

    delivered = deliver_due(replace(desk, letters={"note": note}))

    assert delivered == Delivered(accepted=1, cancelled=5)
    assert [address for address, _ in desk.provider.taken] == ["yes@b.example"]
    with database.reading() as session:
        reasons = set(session.scalars(select(Message.state_reason)))
    assert reasons == {"The deal was reopened.", ""}


@pytest.mark.parametrize(
    ("answer", "state", "told"),
    [
        (TryLater("Wait."), MessageState.QUEUED, Delivered(accepted=1, try_later=1)),
        (NeverSend("No."), MessageState.FAILED, Delivered(accepted=1, failed=1)),
        (MayHaveBeenSent("?"), MessageState.UNCERTAIN, Delivered(accepted=1, uncertain=1)),
        (RuntimeError("a bug"), MessageState.UNCERTAIN, Delivered(accepted=1, uncertain=1)),
    ],
)
def test_one_mail_refused_does_not_keep_the_others(
    desk: Desk, database: Database, answer: Exception, state: MessageState, told: Delivered
):
    put(database, "a@b.example", "c@b.example")

    assert deliver_due(answering(desk, a=answer)) == told
    assert states(database) == {"a@b.example": state, "c@b.example": MessageState.ACCEPTED}


def test_a_refused_key_ends_the_run_and_stops_the_queue(desk: Desk, database: Database):
    put(database, *(f"{letter}@b.example" for letter in "abcdefgh"))
    refused = {letter: KeyRefused("401: bad key", status_code=401) for letter in "abcdefgh"}

    delivered = deliver_due(answering(desk, **refused))

    assert delivered.stopped <= 16
    assert set(states(database).values()) == {MessageState.QUEUED}
    with database.reading() as session:
        assert queries.queue_stop(session).reason == "401: bad key"


def test_a_provider_that_is_away_ends_the_run_and_loses_nothing(desk: Desk, database: Database):
    put(database, *(f"{letter}@b.example" for letter in "abcdefgh"))
    away = {letter: ProviderAway("Out of reach.") for letter in "abcdefgh"}

    delivered = deliver_due(answering(desk, **away))

    assert 1 <= delivered.try_later <= 16
    assert set(states(database).values()) == {MessageState.QUEUED}


def test_a_provider_that_asks_for_rest_is_left_alone_until_then(desk: Desk, database: Database):
    names = [f"n{number}" for number in range(60)]
    put(database, *(f"{name}@b.example" for name in names))
    rests_until = NOW + timedelta(minutes=3)
    away = ProviderAway("429", status_code=429, not_before=rests_until)
    desk = answering(desk, **dict.fromkeys(names, away))
    deliver_due(desk)
    asked = len(desk.provider.taken)
    assert asked <= 16  # the others were never tried, and wait for the provider, not for themselves
    desk.provider.answers.clear()

    early = deliver_due(replace(desk, now=lambda: rests_until - timedelta(seconds=1)))
    late = deliver_due(replace(desk, now=lambda: rests_until))

    assert early == Delivered()
    assert late.accepted == len(desk.provider.taken) - asked == 60


def test_nothing_leaves_while_the_queue_is_stopped(desk: Desk, database: Database):
    put(database, "a@b.example")
    with database.writing() as session:
        make_queue_stop(session)

    assert deliver_due(desk) == Delivered()
    assert desk.provider.taken == []


def test_a_mail_that_cannot_be_written_is_tried_later_and_says_so(desk: Desk, database: Database):
    put(database, "a@b.example", "c@b.example")

    delivered = deliver_due(replace(desk, letters={"note": Note(unreadable={"a@b.example"})}))

    assert delivered == Delivered(accepted=1, try_later=1)
    assert states(database)["a@b.example"] is MessageState.QUEUED


def test_a_kind_this_version_does_not_know_waits(desk: Desk, database: Database):
    put(database, "a@b.example")

    assert deliver_due(replace(desk, letters={})) == Delivered(try_later=1)
    assert states(database) == {"a@b.example": MessageState.QUEUED}


def test_a_dead_workers_claim_is_held_not_sent(desk: Desk, database: Database):
    put(database, "a@b.example")
    with database.writing() as session:
        (attempt,) = outbox.claim_due(session, provider="postbox", limit=1, now=NOW)
        outbox.start_attempts(session, [attempt], now=NOW)

    before = deliver_due(desk)
    after = deliver_due(replace(desk, now=lambda: NOW + rules.LEASE))

    assert (before, after) == (Delivered(), Delivered(held=1))
    assert states(database) == {"a@b.example": MessageState.UNCERTAIN}
    assert desk.provider.taken == []


def test_what_a_dead_worker_had_not_begun_goes_back_and_is_sent(desk: Desk, database: Database):
    put(database, "a@b.example")
    with database.writing() as session:
        outbox.claim_due(session, provider="postbox", limit=1, now=NOW)

    after = deliver_due(replace(desk, now=lambda: NOW + rules.LEASE))

    assert after == Delivered(accepted=1)
    assert [address for address, _ in desk.provider.taken] == ["a@b.example"]


def test_what_was_claimed_and_not_sent_is_given_back_at_the_end(desk: Desk, database: Database):
    names = [f"n{number}" for number in range(60)]
    put(database, *(f"{name}@b.example" for name in names))

    deliver_due(answering(desk, **dict.fromkeys(names, ProviderAway("Out of reach."))))

    with database.reading() as session:
        messages = session.scalars(select(Message)).all()
        tried = [message for message in messages if message.attempts_made]
        assert {message.state for message in messages} == {MessageState.QUEUED}
        assert {message.lease_until_at for message in messages} == {None}
        assert session.scalar(select(func.count()).select_from(Attempt)) == len(tried) <= 16


def test_stopping_lets_what_is_under_way_end_and_takes_no_more(desk: Desk, database: Database):
    put(database, *(f"n{number}@b.example" for number in range(60)))

    delivered = deliver_due(desk, go_on=lambda: not desk.provider.taken)

    left = list(states(database).values()).count(MessageState.QUEUED)
    assert delivered.accepted == len(desk.provider.taken) == 60 - left
    assert left >= 60 - 16


def test_two_workers_at_once_send_each_mail_once(desk: Desk, database: Database):
    put(database, *(f"n{n}@b.example" for n in range(40)))
    other = Database(str(database.url.render_as_string(hide_password=False)), pool_size=4)
    results: list[Delivered] = []
    workers = [
        threading.Thread(
            target=lambda d=each: results.append(deliver_due(replace(desk, database=d)))
        )
        for each in (database, other)
    ]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    addresses = [address for address, _ in desk.provider.taken]
    assert len(addresses) == len(set(addresses)) == 40
    assert sum(result.accepted for result in results) == 40
    with other.reading() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 40
    other.close()


def test_a_check_does_not_hold_for_longer_than_some_minutes(desk: Desk, database: Database):
    put(database, *(f"n{n:02}@b.example" for n in range(40)))
    note = desk.letters["note"]
    passed = [NOW]

    def three_minutes_later_nobody_wants_them() -> None:
        passed.append(NOW + timedelta(minutes=3))
        note.reasons |= {f"n{n:02}@b.example": "No." for n in range(40)}

    desk.provider.before_each = during_the_first_call(three_minutes_later_nobody_wants_them)

    delivered = deliver_due(replace(desk, threads=1, now=lambda: passed[-1]))

    assert delivered.accepted == len(desk.provider.taken) == 16
    assert delivered.cancelled == 40 - 16


def test_every_attempt_of_a_mail_bears_the_same_mail_id(desk: Desk, database: Database):
    put(database, "a@b.example")
    desk = answering(desk, a=TryLater("Not now."))

    deliver_due(desk)
    deliver_due(replace(desk, now=lambda: NOW + timedelta(hours=1)))

    with database.reading() as session:
        (message,) = session.scalars(select(Message))
    assert desk.provider.mail_ids == [message.public_id] * 2


def test_a_pile_of_mails_not_wanted_is_gone_through_and_does_not_hold_up_the_rest(
    desk: Desk, database: Database
):
    unwanted = [f"n{number}@b.example" for number in range(600)]
    put(database, *unwanted)
    put(database, "last@b.example")
    letters = {"note": Note(reasons=dict.fromkeys(unwanted, "The deal was reopened."))}

    delivered = deliver_due(replace(desk, letters=letters))

    assert delivered == Delivered(accepted=1, cancelled=600)


def test_a_queue_that_is_stopped_keeps_what_was_claimed_and_not_begun(
    desk: Desk, database: Database
):
    put(database, *(f"a{number}@b.example" for number in range(60)))

    def stop() -> None:
        with database.writing() as session:
            make_queue_stop(session)

    postbox = Postbox(before_each=during_the_first_call(stop))
    delivered = deliver_due(replace(desk, provider=postbox, threads=1))

    begun = delivered.accepted
    assert begun == len(postbox.taken) <= 16
    kept = [state for state in states(database).values() if state is MessageState.QUEUED]
    assert len(kept) == 60 - begun


def test_an_address_suppressed_after_the_claim_is_looked_at_anew(desk: Desk, database: Database):
    put(database, *(f"a{number}@b.example" for number in range(60)))
    note = Note()

    def opt_out() -> None:
        note.reasons["a59@b.example"] = "Never to mail."
        with database.writing() as session:
            make_suppression(session, address="a59@b.example")

    postbox = Postbox(before_each=during_the_first_call(opt_out))
    one_by_one = replace(desk, provider=postbox, letters={"note": note}, threads=1)
    delivered = deliver_due(one_by_one)

    assert (delivered.accepted, delivered.cancelled) == (59, 1)
    assert "a59@b.example" not in {address for address, _ in postbox.taken}
    assert states(database)["a59@b.example"] is MessageState.CANCELLED
