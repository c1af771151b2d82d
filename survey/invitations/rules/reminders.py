"""Who is asked again, when, and who is not and why. Pure.

A draft keeps nobody from being reminded: a mail scanner that presses “Continue” leaves one too.
Public holidays are not known: a working day is a day from Monday to Friday.
"""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from survey.invitations.hours import add_working_days, next_office_hour
from survey.invitations.rules.asking import claim_reason, first_of, stops_at, zones_for
from survey.invitations.types import AskedFacts, CampaignFacts, SkipReason
from survey.invitations.verdicts import ReminderDue, Skip, Wait

MOST_REMINDERS: Final = 2
"""Reminders bring 11, 4 and 2.5 points of answers, and opt-outs grow at the third (practice)."""
SHORTEST_GAP: Final = timedelta(days=3)
TIME_TO_ANSWER: Final = timedelta(days=3)
"""A reminder that leaves its reader less than this presses; it does not invite."""


def reminder_due(asked: AskedFacts, campaign: CampaignFacts, now: datetime) -> ReminderDue | Skip:
    """When this buyer is reminded next, or why not."""
    number = len(asked.reminded_at) + 1
    is_waiting = asked.sent_at is not None and None in asked.reminded_at
    reason = SkipReason.REMINDER_WAITS if is_waiting else None
    reason = reason or reminder_reason(asked, campaign, number, asked.address, now)
    if reason:
        return Skip(asked.deal.id, reason, asked.contact_id)
    zones = _zones(asked, campaign)
    ready_at = _ready_at(asked, campaign, number, zones[0])
    send_at = next_office_hour(max(ready_at, now), zones)
    reason = _too_late(asked, campaign, send_at)
    if reason:
        return Skip(asked.deal.id, reason, asked.contact_id)
    return ReminderDue(
        campaign_id=asked.campaign_id,
        invitation_id=asked.invitation_id,
        deal_id=asked.deal.id,
        contact_id=asked.contact_id,
        number=number,
        ready_at=ready_at,
        send_at=send_at,
    )


def reminder_at_claim(
    asked: AskedFacts, campaign: CampaignFacts, number: int, address: str, now: datetime
) -> SkipReason | Wait | None:
    """Why the reminder of that number must not leave for that address now, or until when it has
    to wait; None when it may leave.
    """
    reason = reminder_reason(asked, campaign, number, address, now)
    if reason:
        return reason
    zones = _zones(asked, campaign)
    opens = next_office_hour(max(_ready_at(asked, campaign, number, zones[0]), now), zones)
    return None if opens <= now else Wait(opens)


def reminder_reason(
    asked: AskedFacts, campaign: CampaignFacts, number: int, address: str, now: datetime
) -> SkipReason | None:
    """Why the reminder of that number should not be sent, whatever the hour of the day."""
    return (
        first_of(
            (asked.sent_at is None, SkipReason.NOT_SENT),
            (asked.is_taken_back, SkipReason.TAKEN_BACK),
            (asked.is_answered, SkipReason.ANSWERED),
            (asked.is_declined, SkipReason.DECLINED),
            (number > most_reminders(asked, campaign), SkipReason.REMINDED_ENOUGH),
        )
        or claim_reason(asked.deal, asked.contact_id, address, asked.asked_as, campaign, now)
        or _too_late(asked, campaign, now)
    )


def most_reminders(asked: AskedFacts, campaign: CampaignFacts) -> int:
    """How many reminders this buyer gets in all: what its mails promised is never exceeded."""
    return min(campaign.reminders, asked.reminders_at_most, MOST_REMINDERS)


def _ready_at(asked: AskedFacts, campaign: CampaignFacts, number: int, zone: ZoneInfo) -> datetime:
    """From when on nothing stands in the way but the hour of the day."""
    sent = [at for at in (asked.sent_at, *asked.reminded_at) if at is not None]
    last_sent_at = max(sent)
    ready_at = last_sent_at + timedelta(days=campaign.reminder_gap_days)
    if number == 1:
        ready_at = add_working_days(last_sent_at, campaign.reminder_days, zone)
    return max(ready_at, last_sent_at + SHORTEST_GAP)


def _too_late(asked: AskedFacts, campaign: CampaignFacts, at: datetime) -> SkipReason | None:
    return first_of(
        (at >= stops_at(asked.deal, campaign), SkipReason.TOO_OLD),
        (at + TIME_TO_ANSWER > asked.closes_at, SkipReason.CLOSES_SOON),
    )


def _zones(asked: AskedFacts, campaign: CampaignFacts) -> tuple[ZoneInfo, ...]:
    contact = next(each for each in asked.deal.contacts if each.id == asked.contact_id)
    return zones_for(asked.deal, contact, campaign)
