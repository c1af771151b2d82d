"""What happened to a deal, in its order: composed from what each package knows of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from survey.audit.models import AuditEntry
from survey.deals.models import Deal
from survey.deals.types import Outcome
from survey.invitations.models import ErasureRequest, Hold, Invitation, Referral, Reminder
from survey.invitations.types import ReferralState, SkipReason
from survey.kit.words import day_in_words
from survey.responses.models import Response
from survey.responses.types import Channel, Doubt, ResponseState

_ENDED = {
    Outcome.WON: "Won",
    Outcome.LOST: "Lost",
    Outcome.NO_DECISION: "Closed without a decision",
}
_FIELD_WORDS = {
    "amount_minor": "amount",
    "closed_on": "closing day",
    "opened_on": "opening day",
    "decided_on": "day of decision",
    "deal_type": "type",
    "lead_source": "source",
    "crm_reason": "reason",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `at` orders; `day` is shown."""

    at: datetime
    title: str
    note: str = ""
    tone: str = "quiet"
    day: str = ""


def timeline(
    deal: Deal,
    *,
    entries: Sequence[AuditEntry],
    invitations: Sequence[Invitation],
    reminders: Sequence[Reminder],
    responses: Sequence[Response],
    requests: tuple[Sequence[Referral], Sequence[ErasureRequest]] | None,
    hold: Hold | None,
    zone: ZoneInfo,
) -> list[Event]:
    """Everything that happened to a deal, the latest first. Days are those of `zone`.

    `responses` are those that the reader may see with names; `requests` is None for who may not
    know what buyers said when they declined.
    """
    happened = [
        *_days(deal, zone),
        *_imports(deal, entries),
        *(event for asked in invitations for event in _asking(asked)),
        *(event for again in reminders for event in _reminding(again)),
        *(event for told in responses for event in _answer(told)),
        *_declines(invitations, may_say_why=requests is not None),
        *_requests(*(requests or ((), ()))),
    ]
    if hold is not None:
        note = f"{hold.held_by.name}: {hold.reason}"
        happened.append(Event(hold.held_at, "Held: the buyer is not asked", note, "warn"))
    in_order = sorted(happened, key=lambda event: event.at, reverse=True)
    return [
        Event(e.at, e.title, e.note, e.tone, day_in_words(e.at.astimezone(zone).date()))
        for e in in_order
    ]


def _days(deal: Deal, zone: ZoneInfo) -> Iterator[Event]:
    if deal.opened_on:
        yield Event(_start_of(deal.opened_on, zone), "Opened")
    if deal.decided_on:
        yield Event(_start_of(deal.decided_on, zone), "The buyer decided")
    if deal.closed_on and deal.outcome in _ENDED:
        note = f"Last stage: {deal.stage}" if deal.stage else ""
        tone = {Outcome.WON: "good", Outcome.LOST: "bad"}.get(deal.outcome, "open")
        yield Event(_start_of(deal.closed_on, zone), _ENDED[deal.outcome], note, tone)


def _start_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _imports(deal: Deal, entries: Sequence[AuditEntry]) -> Iterator[Event]:
    yield Event(deal.created_at, "Imported")
    for entry in entries:
        if entry.action == "deal_changed":
            yield Event(entry.at, "Changed in the CRM", _told_change(entry.details))


def _told_change(details: dict[str, Any]) -> str:
    fields = [str(name) for name in details.get("fields", [])]
    words = [_FIELD_WORDS.get(name, name) for name in fields if name != "outcome"]
    if "outcome_to" in details:
        was, is_now = (
            str(details[key]).replace("_", " ") for key in ("outcome_from", "outcome_to")
        )
        words.insert(0, f"outcome from {was} to {is_now}")
    return ", ".join(words).capitalize()


def _declines(invitations: Sequence[Invitation], *, may_say_why: bool) -> Iterator[Event]:
    for asked in invitations:
        if asked.declined_at and asked.decline_reason:
            who = asked.contact.name or asked.contact.email
            note = asked.decline_reason.sentence if may_say_why else ""
            yield Event(asked.declined_at, f"{who} would rather not answer", note, "warn")


def _requests(referrals: Sequence[Referral], erasures: Sequence[ErasureRequest]) -> Iterator[Event]:
    for referral in referrals:
        named = referral.name or referral.email
        yield Event(referral.referred_at, f"{named} was named as the one to ask")
        if referral.settled_at:
            how = "will be asked" if referral.state is ReferralState.CONFIRMED else "is not asked"
            yield Event(referral.settled_at, f"{named} {how}")
    for erasure in erasures:
        who = erasure.contact.name or erasure.contact.email
        yield Event(erasure.requested_at, f"{who} asked to be forgotten", tone="warn")


def _asking(asked: Invitation) -> Iterator[Event]:
    who = asked.contact.name or asked.contact.email
    yield Event(asked.invited_at, f"Invitation to {who} put in the outbox", asked.campaign.name)
    if asked.sent_at:
        yield Event(asked.sent_at, f"Invitation to {who} sent", tone="brand")
    if asked.cancelled_at:
        note = SkipReason(asked.cancel_reason).sentence
        yield Event(asked.cancelled_at, f"Invitation to {who} taken back", note, "warn")


def _reminding(again: Reminder) -> Iterator[Event]:
    asked = again.invitation
    who = asked.contact.name or asked.contact.email
    yield Event(again.reminded_at, f"Reminder to {who} put in the outbox")
    if again.sent_at:
        yield Event(again.sent_at, f"Reminder to {who} sent", tone="brand")
    if again.cancelled_at:
        note = SkipReason(again.cancel_reason).sentence
        yield Event(again.cancelled_at, f"Reminder to {who} taken back", note, "warn")


def _answer(told: Response) -> Iterator[Event]:
    if told.state is ResponseState.HELD:
        reasons = " ".join(Doubt(reason).sentence for reason in told.hold_reasons)
        yield Event(told.submitted_at, "An answer came and is held", reasons, "warn")
        return
    by_reply = " by a reply to the mail" if told.channel is Channel.REPLY else ""
    yield Event(told.submitted_at, f"Answered{by_reply}", tone="good")
    if told.edited_at:
        yield Event(told.edited_at, "The answer was changed by the buyer")
