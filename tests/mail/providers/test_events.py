"""Reading what SendGrid tells: every event once, none lost, whatever one of them looks like."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.mail.providers.events import read_events
from survey.mail.types import ProviderEvent, ReceiptKind
from tests.others import at_hand

NOW = datetime(2026, 10, 15, 10, 30, tzinfo=UTC)


def read(*told: Any) -> list[ProviderEvent]:
    return read_events(json.dumps(told).encode(), now=NOW)


def one(**facts: Any) -> ProviderEvent:
    (event,) = read({"event": "delivered"} | facts)
    return event


def kinds(body: str) -> list[ReceiptKind]:
    return [event.kind for event in read_events(body.encode(), now=NOW)]


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("processed", ReceiptKind.PROCESSED),
        ("deferred", ReceiptKind.DEFERRED),
        ("delivered", ReceiptKind.DELIVERED),
        ("open", ReceiptKind.SEEN),
        ("click", ReceiptKind.SEEN),
        ("bounce", ReceiptKind.BOUNCED),
        ("dropped", ReceiptKind.DROPPED),
        ("spamreport", ReceiptKind.COMPLAINED),
        ("unsubscribe", ReceiptKind.OPTED_OUT),
        ("group_unsubscribe", ReceiptKind.OPTED_OUT),
        ("group_resubscribe", ReceiptKind.OTHER),
        ("a type of tomorrow", ReceiptKind.OTHER),
    ],
)
def test_an_event_is_told_in_our_words(event: str, kind: ReceiptKind) -> None:
    assert one(event=event).kind is kind


def test_a_bounce_that_only_blocks_is_soft() -> None:
    assert one(event="bounce", type="blocked").kind is ReceiptKind.BLOCKED
    assert one(event="bounce", type="bounce").kind is ReceiptKind.BOUNCED


def test_what_identifies_a_mail_is_found() -> None:
    event = one(
        survey_attempt="9f8e7d6c5b4a39281706f5e4d3c2b1",
        sg_message_id="14c5d75ce93.dfd.64b469.filter0001.16648",
        email=" Jane.Doe+deals@Buyer.Example ",
        timestamp=1792060200,
    )

    assert event.attempt_id == "9f8e7d6c5b4a39281706f5e4d3c2b1"
    assert event.provider_message_ids == (
        "14c5d75ce93",
        "14c5d75ce93.dfd",
        "14c5d75ce93.dfd.64b469",
        "14c5d75ce93.dfd.64b469.filter0001",
        "14c5d75ce93.dfd.64b469.filter0001.16648",
    )
    assert event.address == "jane.doe+deals@buyer.example"
    assert event.happened_at == datetime(2026, 10, 15, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "told", [None, "", 7, True, "two words", "é", "a" * 33, ["a"], {"a": 1}, "a.b"]
)
def test_an_attempt_id_that_is_none_of_ours_is_none(told: Any) -> None:
    assert one(survey_attempt=told).attempt_id is None


@pytest.mark.parametrize("told", [None, 7, "", "nobody", "a@b@c", "a@b\r\nBcc: c@d", "a" * 400])
def test_an_address_that_is_none_is_none(told: Any) -> None:
    assert one(email=told).address is None


@pytest.mark.parametrize(
    "told",
    [None, True, "1792060200", 0, -1, 1e30, 10**30, 1792060200000, [1792060200], 1792233001],
    ids=str,
)
def test_a_moment_that_cannot_be_is_none(told: Any) -> None:
    assert one(timestamp=told).happened_at is None


def test_the_reason_is_told_by_either_name() -> None:
    assert one(event="bounce", reason="550 unknown").reason == "550 unknown"
    assert one(event="deferred", response="451 later").reason == "451 later"
    assert one(reason={"code": 550}).reason == ""


def test_a_retry_is_the_same_event() -> None:
    first = one(sg_event_id="first", timestamp=1792060200)
    retry = one(timestamp=1792060200, sg_event_id="second")

    assert first.digest == retry.digest
    assert first.digest != one(sg_event_id="first", timestamp=1792060201).digest


DEEP = '{"event": "open", "x": ' + "[" * 99 + "]" * 99 + "}"
DEEPER = "[" * 5000 + "]" * 5000
HUGE = '{"event": "open", "x": ' + "9" * 5000 + "}"
BAD = ["7", "null", '"text"', "[]", "{}", '{"event": 7}', "{bad}", DEEP, DEEPER, HUGE]


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
def test_a_bad_event_stands_beside_the_good_ones(bad: str) -> None:
    assert kinds(f'[{{"event": "open", "u": "a,]\\"["}}, {bad}, {{"event": "delivered"}}]') == [
        ReceiptKind.SEEN,
        ReceiptKind.UNREADABLE,
        ReceiptKind.DELIVERED,
    ]


@pytest.mark.parametrize("body", ["", "hello", "7", '"text"', "nul", "[[[[", "{" * 9000])
def test_what_is_no_batch_is_one_unreadable_event(body: str) -> None:
    assert kinds(body) == [ReceiptKind.UNREADABLE]


def test_a_single_event_without_its_list_is_read() -> None:
    assert kinds('{"event": "open"}') == [ReceiptKind.SEEN]


def test_an_empty_batch_holds_no_event() -> None:
    assert kinds("[]\r\n") == []


def test_what_no_database_can_keep_is_marked_not_lost() -> None:
    event = one(event="bounce", reason="a\0b\ud800c", depth=[{"x\0": float("inf")}])

    assert event.kind is ReceiptKind.BOUNCED
    assert event.reason == "a\ufffdb\ufffdc"
    assert event.raw["depth"] == [{"x\ufffd": "Infinity"}]


def test_sendgrids_own_examples_are_read() -> None:
    examples = at_hand("sendgrid/example-event-notification.json")

    events = read_events(examples.read_bytes(), now=NOW)

    assert [event.kind.value for event in events] == [
        "processed",
        "deferred",
        "delivered",
        "seen",
        "seen",
        "bounced",
        "dropped",
        "complained",
        "opted_out",
        "opted_out",
        "other",
    ]
    assert {event.address for event in events} == {"example@test.com"}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(), inside, max_size=4),
    max_leaves=8,
)
READ = ("email", "timestamp", "reason", "sg_message_id", "survey_attempt", "type")
EVENTS = st.fixed_dictionaries(
    {"event": st.sampled_from(["bounce", "delivered"]) | VALUES},
    optional=dict.fromkeys(READ, VALUES),
)


def texts_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for each in pair for text in texts_in(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts_in(each)]
    return [value] if isinstance(value, str) else []


@settings(max_examples=25)
@given(told=st.lists(EVENTS | VALUES, max_size=5))
def test_any_batch_is_read_event_by_event_into_what_can_be_kept(told: list[Any]) -> None:
    events = read(*told)

    assert len(events) == len(told)
    for event in events:
        assert json.dumps(event.raw, ensure_ascii=False, allow_nan=False).encode()
        assert not any("\0" in text for text in [event.reason, *texts_in(event.raw)])


@settings(max_examples=60)
@given(body=st.binary() | st.text('[]{},"\\:ab1').map(str.encode))
def test_any_bytes_are_read_without_an_error(body: bytes) -> None:
    assert all(event.digest for event in read_events(body, now=NOW))
