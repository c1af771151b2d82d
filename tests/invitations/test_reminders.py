"""Who is asked again, when, and who is not and why. Nothing here touches a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from survey.deals.types import Outcome
from survey.invitations.rules.reminders import most_reminders, reminder_at_claim, reminder_due
from survey.invitations.types import (
    AskedFacts,
    CampaignFacts,
    ContactFacts,
    DealFacts,
    SkipReason,
)
from survey.invitations.verdicts import ReminderDue, Skip, Wait

CAMPAIGN = CampaignFacts(
    public_id="campaign",
    is_running=True,
    delay_days={Outcome.LOST: 10},
    stop_after_days=60,
    notice_days=3,
    sample_percent=100,
    person_quarantine_days=90,
    account_quarantine_days=90,
    zone=ZoneInfo("Europe/Berlin"),
)
BUYER = ContactFacts(id=7, address="ada@buyer.example")
DEAL = DealFacts(
    id=1,
    public_id="deal",
    account_id=3,
    outcome=Outcome.LOST,
    closed_on=date(2026, 10, 1),
    contacts=(BUYER,),
)
SENT_AT = datetime(2026, 10, 15, 10, 30, tzinfo=UTC)
"""A Thursday, half past twelve in Berlin."""
ASKED = AskedFacts(
    invitation_id=5,
    campaign_id=2,
    contact_id=7,
    address="ada@buyer.example",
    deal=DEAL,
    asked_as=Outcome.LOST,
    sent_at=SENT_AT,
    closes_at=SENT_AT + timedelta(days=30),
)
NEXT_DAY = SENT_AT + timedelta(days=1)
TWICE = replace(CAMPAIGN, reminders=2, reminder_gap_days=4)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due(asked: AskedFacts = ASKED, campaign: CampaignFacts = CAMPAIGN, now: datetime = NEXT_DAY):
    verdict = reminder_due(asked, campaign, now)
    assert isinstance(verdict, ReminderDue), verdict
    return verdict


def test_reminder_follows_five_working_days_later() -> None:
    verdict = due()

    assert verdict == ReminderDue(
        campaign_id=2,
        invitation_id=5,
        deal_id=1,
        contact_id=7,
        number=1,
        ready_at=at("2026-10-22T10:30"),
        send_at=at("2026-10-22T10:30"),
    )


@pytest.mark.parametrize(
    ("sent_at", "country", "send_at"),
    [
        # Summer time ends on Sunday, 25 October: the wall clock stays, the UTC hour moves.
        ("2026-10-21T10:30", "NL", "2026-10-28T11:30"),
        # Los Angeles and New York change a week later: both ends are at work at 17 hours UTC.
        ("2026-10-27T16:30", "US", "2026-11-03T17:30"),
        # Over the end of the month and of the year.
        ("2026-12-28T10:00", "NL", "2027-01-04T10:00"),
        # Sent late on a Friday by hand: the fifth working day's hour has passed by then.
        ("2026-10-16T18:00", "NL", "2026-10-26T08:00"),
        # New Zealand: 08:59 on their Monday is Sunday evening in UTC; nine is the next minute.
        ("2026-11-01T19:59", "NZ", "2026-11-08T20:00"),
    ],
)
def test_reminder_follows_the_readers_clock(sent_at: str, country: str, send_at: str) -> None:
    sent = at(sent_at)
    deal = replace(DEAL, country=country, closed_on=sent.date() - timedelta(days=12))
    asked = replace(ASKED, deal=deal, sent_at=sent, closes_at=sent + timedelta(days=30))

    assert due(asked, now=sent + timedelta(days=1)).send_at == at(send_at)


def test_overdue_reminder_waits_for_the_next_office_hour() -> None:
    saturday = at("2026-10-31T12:00")

    verdict = due(now=saturday)

    assert verdict.ready_at <= saturday
    assert verdict.send_at == at("2026-11-02T08:00")  # Monday, nine in Berlin, winter time


def test_second_reminder_counts_from_the_first() -> None:
    first_at = at("2026-10-22T10:30")
    asked = replace(ASKED, reminders_at_most=2, reminded_at=(first_at,))

    verdict = due(asked, TWICE, now=first_at)

    assert (verdict.number, verdict.ready_at) == (2, first_at + timedelta(days=4))
    assert verdict.send_at == at("2026-10-26T10:30")  # Monday


def test_gap_is_never_below_three_days() -> None:
    hurried = replace(TWICE, reminder_gap_days=1, reminder_days=1)

    assert due(ASKED, hurried).ready_at == SENT_AT + timedelta(days=3)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"sent_at": None}, SkipReason.NOT_SENT),
        ({"is_taken_back": True}, SkipReason.TAKEN_BACK),
        ({"is_answered": True}, SkipReason.ANSWERED),
        ({"is_declined": True}, SkipReason.DECLINED),
        ({"reminders_at_most": 0}, SkipReason.REMINDED_ENOUGH),
        ({"reminded_at": (None,)}, SkipReason.REMINDER_WAITS),
        ({"reminded_at": (SENT_AT + timedelta(days=7),)}, SkipReason.REMINDED_ENOUGH),
        ({"closes_at": SENT_AT + timedelta(days=9, hours=23)}, SkipReason.CLOSES_SOON),
        ({"address": "old@buyer.example"}, SkipReason.CONTACT_CHANGED),
        ({"deal": replace(DEAL, contacts=())}, SkipReason.CONTACT_CHANGED),
        ({"deal": replace(DEAL, outcome=Outcome.OPEN)}, SkipReason.NOT_CLOSED),
        ({"deal": replace(DEAL, outcome=Outcome.NO_DECISION)}, SkipReason.OUTCOME_CHANGED),
        ({"deal": replace(DEAL, has_open_sibling=True)}, SkipReason.SIBLING_OPEN),
        ({"deal": replace(DEAL, account_bought_on=date(2026, 10, 2))}, SkipReason.BOUGHT_SINCE),
        ({"deal": replace(DEAL, is_held=True)}, SkipReason.HELD),
        ({"deal": replace(DEAL, closed_on=date(2026, 8, 22))}, SkipReason.TOO_OLD),
    ],
)
def test_buyer_is_not_reminded_for_the_true_reason(
    change: dict[str, Any], reason: SkipReason
) -> None:
    asked = replace(ASKED, **change)

    assert reminder_due(asked, CAMPAIGN, NEXT_DAY) == Skip(1, reason, 7)


@pytest.mark.parametrize(
    ("contact", "reason"),
    [
        (replace(BUYER, barred_by=SkipReason.OPTED_OUT), SkipReason.OPTED_OUT),
        (replace(BUYER, barred_by=SkipReason.ADDRESS_BOUNCED), SkipReason.ADDRESS_BOUNCED),
        (replace(BUYER, may_ask=False), SkipReason.MAY_NOT_ASK),
    ],
)
def test_who_must_not_be_mailed_is_not_reminded(contact: ContactFacts, reason: SkipReason) -> None:
    asked = replace(ASKED, deal=replace(DEAL, contacts=(contact,)))

    assert reminder_due(asked, CAMPAIGN, NEXT_DAY) == Skip(1, reason, 7)


def test_paused_campaign_reminds_nobody() -> None:
    paused = replace(CAMPAIGN, is_running=False)

    assert reminder_due(ASKED, paused, NEXT_DAY) == Skip(1, SkipReason.CAMPAIGN_PAUSED, 7)


def test_what_the_mail_promised_is_never_exceeded() -> None:
    once = replace(ASKED, reminders_at_most=1)

    assert most_reminders(once, TWICE) == 1
    assert most_reminders(replace(ASKED, reminders_at_most=2), TWICE) == 2
    assert most_reminders(replace(ASKED, reminders_at_most=2), CAMPAIGN) == 1
    assert most_reminders(replace(ASKED, reminders_at_most=9), replace(TWICE, reminders=9)) == 2


def at_claim(asked: AskedFacts, now: datetime, campaign: CampaignFacts = CAMPAIGN):
    waiting = replace(asked, reminded_at=(*asked.reminded_at, None))
    number = len(waiting.reminded_at)
    return reminder_at_claim(waiting, campaign, number, BUYER.address, now)


def test_reminder_may_leave_at_its_hour() -> None:
    assert at_claim(ASKED, due().send_at) is None


def test_queue_released_at_night_waits_until_morning() -> None:
    midnight = at("2026-10-22T22:00")

    assert at_claim(ASKED, midnight) == Wait(at("2026-10-23T07:00"))


def test_clock_set_back_does_not_send_too_early() -> None:
    assert at_claim(ASKED, SENT_AT + timedelta(days=2)) == Wait(at("2026-10-22T10:30"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"is_answered": True}, SkipReason.ANSWERED),
        ({"is_declined": True}, SkipReason.DECLINED),
        ({"deal": replace(DEAL, outcome=Outcome.OPEN)}, SkipReason.NOT_CLOSED),
        ({"closes_at": SENT_AT + timedelta(days=9)}, SkipReason.CLOSES_SOON),
        ({"reminders_at_most": 0}, SkipReason.REMINDED_ENOUGH),
    ],
)
def test_what_happened_meanwhile_keeps_the_reminder_back(
    change: dict[str, Any], reason: SkipReason
) -> None:
    assert at_claim(replace(ASKED, **change), due().send_at) == reason
