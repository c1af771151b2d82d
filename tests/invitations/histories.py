"""Random lives of a few buyers, asked and reminded by the real rules, day by day.

The world knows only facts, as the database would tell them; the rules decide. Everything that was
sent is kept in order, with what had happened before, so that a test can look for a broken promise.
"""

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from survey.deals.types import Outcome
from survey.invitations.rules import asking, planning, reminders
from survey.invitations.types import (
    AskedFacts,
    CampaignFacts,
    ContactFacts,
    DealFacts,
    Past,
    SkipReason,
)
from survey.invitations.verdicts import ReminderDue

HOME = ZoneInfo("Europe/Berlin")
COUNTRIES = (None, "NL", "GB", "US", "AU", "BR", "IN", "NZ", "IL", "CL")
# Around changes of the clocks on both halves of the earth, and the ends of months and years.
STARTS = tuple(
    datetime.fromisoformat(f"{day}T00:00:00+00:00")
    for day in (
        "2026-03-02", "2026-03-20", "2026-04-01", "2026-09-21", "2026-10-12", "2026-10-26",
        "2026-12-21", "2027-02-22", "2028-02-21",
    )
)  # fmt: skip
STOPS = ("answer", "decline", "opt_out", "bounce", "reopen", "outcome", "no_consent", "gone")


@dataclass(frozen=True, slots=True)
class Sent:
    """One mail that left: to whom, about what, when, and the campaign as it was then."""

    at: datetime
    contact: ContactFacts
    deal: DealFacts
    campaign: CampaignFacts
    number: int
    """0: the invitation; else which reminder."""
    promised: int
    """How many reminders its invitation spoke of."""
    closes_at: datetime
    has_stopped: bool
    """Whether something had happened before after which nobody may be written to."""


@dataclass(slots=True)
class Asked:
    """One invitation of the world."""

    deal_id: int
    contact_id: int
    promised: int
    closes_at: datetime
    send_after: datetime
    sent_at: datetime | None = None
    is_answered: bool = False
    is_declined: bool = False
    reminded_at: list[datetime | None] = field(default_factory=list)
    waits_until: datetime | None = None
    """From when on the reminder that waits in the outbox may leave."""


@dataclass(slots=True)
class World:
    """Everything there is: a campaign, deals, people, a clock, and an outbox."""

    chance: random.Random
    now: datetime
    campaign: CampaignFacts
    deals: dict[int, DealFacts]
    asked: dict[int, Asked] = field(default_factory=dict)
    stopped: set[int] = field(default_factory=set)
    """Deals after whose story nobody may be written to about them."""
    silenced: set[int] = field(default_factory=set)
    """People who may never be written to again."""
    sent: list[Sent] = field(default_factory=list)
    is_queue_stopped: bool = False

    def past(self) -> Past:
        """When each person and account was last asked, as `facts.deals.past` reads it."""
        persons: dict[int, datetime] = {}
        accounts: dict[int, datetime] = {}
        for one in self.asked.values():
            at = one.sent_at or one.send_after
            account = self.deals[one.deal_id].account_id
            persons[one.contact_id] = max(at, persons.get(one.contact_id, at))
            accounts[account] = max(at, accounts.get(account, at))
        return Past(persons, accounts)

    def facts(self, one: Asked) -> AskedFacts:
        return AskedFacts(
            invitation_id=one.deal_id,
            campaign_id=1,
            contact_id=one.contact_id,
            address=f"{one.contact_id}@buyer.example",
            deal=self.deals[one.deal_id],
            asked_as=Outcome.LOST,
            sent_at=one.sent_at,
            closes_at=one.closes_at,
            is_answered=one.is_answered,
            is_declined=one.is_declined,
            reminders_at_most=one.promised,
            reminded_at=tuple(one.reminded_at),
        )

    def live(self, steps: int) -> None:
        """Let that many things happen, and everything that runs by itself between them."""
        for _ in range(steps):
            self._pass_time()
            self._something_happens()
            self.invite()
            self.remind()
            self.deliver()

    def invite(self) -> None:
        plan = planning.plan_deals(list(self.deals.values()), self.campaign, self.past(), self.now)
        for due in plan.due:
            if due.ready_at <= self.now:
                self.asked[due.deal_id] = Asked(
                    deal_id=due.deal_id,
                    contact_id=due.contact_id,
                    promised=self.campaign.reminders,
                    closes_at=due.send_at + timedelta(days=self.chance.choice((10, 14, 30))),
                    send_after=due.send_at,
                )
                self.deals[due.deal_id] = replace(self.deals[due.deal_id], was_asked=True)

    def remind(self) -> None:
        for one in self.asked.values():
            verdict = reminders.reminder_due(self.facts(one), self.campaign, self.now)
            if isinstance(verdict, ReminderDue) and verdict.ready_at <= self.now:
                one.reminded_at.append(None)
                one.waits_until = verdict.send_at

    def deliver(self) -> None:
        if self.is_queue_stopped:
            return
        for one in list(self.asked.values()):
            if one.sent_at is None and one.send_after <= self.now:
                self._deliver_invitation(one)
            elif one.waits_until is not None and one.waits_until <= self.now:
                self._deliver_reminder(one)

    def _deliver_invitation(self, one: Asked) -> None:
        address = f"{one.contact_id}@buyer.example"
        verdict = asking.at_claim(
            self.deals[one.deal_id],
            one.contact_id,
            address,
            Outcome.LOST,
            self.campaign,
            self.now,
        )
        if one.is_answered or one.is_declined or one.closes_at <= self.now:
            return
        if isinstance(verdict, SkipReason):  # taken back: it may be made anew
            del self.asked[one.deal_id]
            self.deals[one.deal_id] = replace(self.deals[one.deal_id], was_asked=False)
        elif verdict is None and self.chance.random() > 0.1:  # else the provider is away
            self._send(one, 0)
            one.sent_at = self.now

    def _deliver_reminder(self, one: Asked) -> None:
        number = len(one.reminded_at)
        address = f"{one.contact_id}@buyer.example"
        verdict = reminders.reminder_at_claim(
            self.facts(one), self.campaign, number, address, self.now
        )
        if isinstance(verdict, SkipReason):
            one.reminded_at.pop()
            one.waits_until = None
        elif verdict is None and self.chance.random() > 0.1:
            self._send(one, number)
            if number >= reminders.most_reminders(self.facts(one), self.campaign):
                one.promised = min(one.promised, number)
            one.reminded_at[-1] = self.now
            one.waits_until = None

    def _send(self, one: Asked, number: int) -> None:
        deal = self.deals[one.deal_id]
        contact = next(each for each in deal.contacts if each.id == one.contact_id)
        self.sent.append(
            Sent(
                at=self.now,
                contact=contact,
                deal=deal,
                campaign=self.campaign,
                number=number,
                promised=one.promised,
                closes_at=one.closes_at,
                has_stopped=one.deal_id in self.stopped or one.contact_id in self.silenced,
            )
        )

    def _pass_time(self) -> None:
        """Mostly hours, sometimes days; now and then the machine's clock is set back an hour."""
        if self.chance.random() < 0.03:
            self.now -= timedelta(hours=1)
        else:
            self.now += timedelta(minutes=self.chance.choice((20, 60, 120, 300, 600, 1500, 3000)))

    def _something_happens(self) -> None:
        roll = self.chance.random()
        if roll < (0.03 if self.campaign.is_running else 0.3):
            is_running = not self.campaign.is_running
            self.campaign = replace(self.campaign, is_running=is_running)
        elif roll > (0.5 if self.is_queue_stopped else 0.96):
            self.is_queue_stopped = not self.is_queue_stopped
        elif 0.40 < roll < 0.43:
            self.campaign = replace(self.campaign, reminders=self.chance.randrange(3))
        elif 0.43 < roll < 0.47 and self.asked:
            self._buyer_or_crm_acts(self.chance.choice(list(self.asked.values())))

    def _buyer_or_crm_acts(self, one: Asked) -> None:
        what = self.chance.choice(STOPS)
        deal = self.deals[one.deal_id]
        if what == "answer":
            one.is_answered = True
        elif what == "decline":
            one.is_declined = True
        elif what == "reopen":
            deal = replace(deal, outcome=Outcome.OPEN)
        elif what == "outcome":
            deal = replace(deal, outcome=Outcome.WON)
        elif what == "gone":
            deal = replace(deal, contacts=())
        else:
            self._silence(one.contact_id, what)
            return
        self.deals[one.deal_id] = deal
        self.stopped.add(one.deal_id)

    def _silence(self, contact_id: int, what: str) -> None:
        """The person's word counts for every deal they are part of."""
        change = {
            "opt_out": {"barred_by": SkipReason.OPTED_OUT},
            "bounce": {"barred_by": SkipReason.ADDRESS_BOUNCED},
            "no_consent": {"may_ask": False},
        }[what]
        self.silenced.add(contact_id)
        for deal in self.deals.values():
            contacts = tuple(
                replace(each, **change) if each.id == contact_id else each for each in deal.contacts
            )
            self.deals[deal.id] = replace(deal, contacts=contacts)


def random_world(seed: int) -> World:
    """A world at its beginning: two to five deals of up to three people at up to three accounts."""
    chance = random.Random(seed)  # noqa: S311 (a test's own dice)
    start = chance.choice(STARTS).replace(tzinfo=UTC)
    campaign = CampaignFacts(
        public_id=f"c{seed}",
        is_running=True,
        delay_days={Outcome.LOST: chance.choice((0, 10))},
        stop_after_days=chance.choice((30, 60)),
        notice_days=0,
        sample_percent=100,
        person_quarantine_days=90,
        account_quarantine_days=chance.choice((0, 90)),
        zone=HOME,
        reminders=chance.choice((0, 1, 1, 2, 2)),
        reminder_days=chance.choice((3, 5, 8)),
        reminder_gap_days=chance.choice((3, 5)),
    )
    deals = [
        DealFacts(
            id=number,
            public_id=f"d{number}",
            account_id=chance.randrange(3),
            outcome=Outcome.LOST,
            closed_on=start.date() - timedelta(days=chance.randrange(40)),
            country=chance.choice(COUNTRIES),
            contacts=(ContactFacts(person := chance.randrange(3), f"{person}@buyer.example"),),
        )
        for number in range(chance.randrange(2, 6))
    ]
    return World(chance, start, campaign, {deal.id: deal for deal in deals})
