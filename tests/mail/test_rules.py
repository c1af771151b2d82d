"""What follows from a provider's answer, and what may stand in a header."""

from datetime import UTC, datetime, timedelta

import pytest

from survey.mail import rules
from survey.mail.types import (
    AttemptOutcome,
    Heard,
    ReceiptKind,
    SuppressionReason,
    UncertainHour,
)

NOW = datetime(2026, 10, 15, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (400, AttemptOutcome.NEVER_SEND),
        (401, AttemptOutcome.QUEUE_STOPPED),
        (403, AttemptOutcome.QUEUE_STOPPED),
        (404, AttemptOutcome.QUEUE_STOPPED),
        (301, AttemptOutcome.QUEUE_STOPPED),
        (413, AttemptOutcome.NEVER_SEND),
        (429, AttemptOutcome.TRY_LATER),
        (500, AttemptOutcome.MAY_HAVE_BEEN_SENT),
        (502, AttemptOutcome.MAY_HAVE_BEEN_SENT),
        (503, AttemptOutcome.MAY_HAVE_BEEN_SENT),
        (504, AttemptOutcome.MAY_HAVE_BEEN_SENT),
    ],
)
def test_refusal_of_says_what_each_status_asks_of_us(status: int, outcome: AttemptOutcome):
    assert rules.refusal_of(status, "").outcome is outcome


@pytest.mark.parametrize(
    ("attempts_made", "minutes"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (500, 60)]
)
def test_next_try_waits_twice_as_long_each_time_up_to_an_hour(attempts_made: int, minutes: int):
    waited = rules.next_try_at(attempts_made, now=NOW, not_before=None)

    assert waited - NOW == timedelta(minutes=minutes)


def test_next_try_waits_for_the_moment_the_provider_named():
    named = NOW + timedelta(minutes=42)

    assert rules.next_try_at(1, now=NOW, not_before=named) == named


def test_next_try_does_not_believe_a_clock_that_is_years_ahead():
    waited = rules.next_try_at(1, now=NOW, not_before=NOW + timedelta(days=4000))

    assert waited - NOW == timedelta(days=1)


@pytest.mark.parametrize(
    "name",
    [
        "Ann\r\nBcc: all@example.com",
        "Ann\nBcc: all@example.com",
        "Ann\x00Bcc: all@example.com",
        "Ann\u2028Bcc: all@example.com",
        "Ann\u2029Bcc: all@example.com",
        "Ann\u0085Bcc: all@example.com",
        "Ann\u202eBcc: all@example.com",
        "Ann\x0b\x0c\x1cBcc: all@example.com",
    ],
)
def test_header_text_is_one_line_without_control_or_direction_characters(name: str):
    assert rules.header_text(name) == "Ann Bcc: all@example.com"


@pytest.mark.parametrize(
    "address",
    [
        "a@example.com\r\nBcc: b@example.com",
        "a@example.com,b@example.com",
        "a@example.com b@example.com",
        "<a@example.com>",
        "a@b@example.com",
        "a@example.com\u2028",
        "a@exam\u200bple.com",
        "a\uff20example.com",
        "\uff41@example.com",
        "nobody",
        "",
    ],
)
def test_is_one_address_refuses_what_is_more_or_less_than_one(address: str):
    assert not rules.is_one_address(address)


@pytest.mark.parametrize("address", ["a@example.com", "o'neil+deals@sub.example.co.uk"])
def test_is_one_address_takes_plain_addresses(address: str):
    assert rules.is_one_address(address)


def test_told_keeps_no_address_of_a_person():
    assert rules.told("550 5.1.1 <jane.doe@buyer.example> user unknown") == (
        "550 5.1.1 <…> user unknown"
    )


def test_address_digest_ignores_case():
    assert rules.address_digest(" Jane@Buyer.example") == rules.address_digest("jane@buyer.example")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Ada Lind, Vendor", "Ada Lind, Vendor"),
        ("Jané O’Neil-Doe", "Jané O’Neil-Doe"),
        ('<a href="x">Ann</a>', "a href= x Ann /a"),
        ("ann@evil.example (Ann)", "ann evil.example Ann"),
    ],
)
def test_display_name_holds_nothing_that_means_something_in_an_address(typed: str, name: str):
    assert rules.display_name(typed) == name


@pytest.mark.parametrize(
    ("kind", "reason", "suppressed_as"),
    [
        (ReceiptKind.BOUNCED, "550 unknown user", SuppressionReason.BOUNCED),
        (ReceiptKind.COMPLAINED, "", SuppressionReason.COMPLAINED),
        (ReceiptKind.OPTED_OUT, "", SuppressionReason.OPTED_OUT),
        (ReceiptKind.DROPPED, "Bounced Address", SuppressionReason.BOUNCED),
        (ReceiptKind.DROPPED, "Invalid", SuppressionReason.BOUNCED),
        (ReceiptKind.DROPPED, "Unsubscribed Address", SuppressionReason.OPTED_OUT),
        (ReceiptKind.DROPPED, "Spam Reporting Address", SuppressionReason.COMPLAINED),
        (ReceiptKind.DROPPED, "Recipient List over Package Quota", None),
        (ReceiptKind.DROPPED, "Invalid SMTPAPI header", None),
        (ReceiptKind.DROPPED, "Spam Content (if Spam Checker app is enabled)", None),
        (ReceiptKind.BLOCKED, "452 mailbox full", None),
        (ReceiptKind.DELIVERED, "", None),
        (ReceiptKind.OTHER, "", None),
    ],
)
def test_suppression_for_says_which_events_end_it(
    kind: ReceiptKind, reason: str, suppressed_as: SuppressionReason | None
):
    assert rules.suppression_for(kind, reason) is suppressed_as


def heard(*kinds: ReceiptKind) -> list[Heard]:
    return [Heard(kind, NOW + timedelta(days=day)) for day, kind in enumerate(kinds)]


def test_soft_bounces_in_a_row_are_the_longest_row_in_whatever_order_they_came():
    history = heard(
        ReceiptKind.BLOCKED, ReceiptKind.DELIVERED, ReceiptKind.BLOCKED, ReceiptKind.DEFERRED,
        ReceiptKind.BLOCKED, ReceiptKind.SEEN, ReceiptKind.BLOCKED,
    )  # fmt: skip

    assert rules.soft_bounces_in_a_row(history) == 2
    assert rules.soft_bounces_in_a_row(reversed(history)) == 2
    assert rules.soft_bounces_in_a_row([]) == 0


@pytest.mark.parametrize(
    ("others", "heard_of", "minutes_after", "proves"),
    [
        (5, 5, 60, True),
        (5, 5, 59, False),
        (5, 4, 600, False),
        (4, 4, 600, False),
        (0, 0, 600, False),
    ],
)
def test_feed_proves_only_when_every_other_mail_of_the_hour_was_heard_of(
    others: int, heard_of: int, minutes_after: int, proves: bool
):
    hour = UncertainHour(NOW.replace(minute=0), 3, others=others, heard_of=heard_of)

    now = hour.ended_at + timedelta(minutes=minutes_after)

    assert rules.feed_proves(hour, now=now) is proves


@pytest.mark.parametrize(
    "written",
    [
        "jane@buyer.example",
        " Jane@BUYER.example",
        "jane+deals@buyer.example",
        "JANE+@buyer.example",
    ],
)
def test_address_digest_is_the_same_however_a_mailbox_is_written(written: str):
    assert rules.address_digest(written) == rules.address_digest("jane@buyer.example")


def test_address_digest_tells_people_and_domains_apart():
    digests = {
        rules.address_digest(address)
        for address in ("jane@a.example", "john@a.example", "jane@b.example", "+jane@a.example")
    }

    assert len(digests) == 4
    assert rules.address_digest("jane@bücher.example") == rules.address_digest(
        "jane@xn--bcher-kva.example"
    )
