"""The limits hold over ten thousand random histories: nobody is asked too soon, late or twice."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from survey.deals.types import Outcome
from survey.invitations.hours import zones_of
from survey.invitations.rules.planning import plan_deals
from survey.invitations.types import CampaignFacts, ContactFacts, DealFacts, Past, SkipReason
from survey.invitations.verdicts import Due

HISTORIES = 10_000
START = datetime(2026, 1, 1, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")


def random_campaign(chance: random.Random) -> CampaignFacts:
    return CampaignFacts(
        public_id=f"c{chance.random()}",
        is_running=chance.random() < 0.95,
        delay_days={
            outcome: chance.choice([0, 10, 21, 30])
            for outcome in (Outcome.LOST, Outcome.WON, Outcome.NO_DECISION)
            if chance.random() < 0.8
        },
        stop_after_days=chance.choice([30, 60]),
        notice_days=chance.choice([0, 3]),
        sample_percent=chance.choice([40, 100]),
        person_quarantine_days=chance.choice([0, 30, 90]),
        account_quarantine_days=chance.choice([0, 30, 90]),
        zone=ZONE,
        may_ask_in={"DE": False},
        asks_unknown_countries=chance.random() < 0.7,
    )


def random_deal(chance: random.Random, number: int) -> DealFacts:
    closes = START.date() + timedelta(days=chance.randrange(-80, 120))
    contacts = tuple(
        ContactFacts(
            id=contact,
            address=f"{contact}@buyer.example",
            is_decider=chance.random() < 0.4,
            last_active_on=date(2025, 12, chance.randrange(1, 28)),
            may_ask=chance.choice([None, None, None, None, True, False]),
            barred_by=SkipReason.OPTED_OUT if chance.random() < 0.05 else None,
        )
        for contact in chance.sample(range(6), chance.randrange(0, 3))
    )
    return DealFacts(
        id=number,
        public_id=f"d{number}{chance.random()}",
        account_id=chance.randrange(4),
        outcome=chance.choice(list(Outcome)),
        closed_on=closes,
        country=chance.choice(["DE", "FR", "US", "NZ", None]),
        has_seller=chance.random() < 0.5,
        is_held=chance.random() < 0.05,
        contacts=contacts,
    )


def run(
    chance: random.Random, campaign: CampaignFacts, deals: list[DealFacts]
) -> list[tuple[DealFacts, Due, datetime]]:
    """Plan and ask on eight days, as the job does, and remember who was asked."""
    asked: list[tuple[DealFacts, Due, datetime]] = []
    persons: dict[int, datetime] = {}
    accounts: dict[int, datetime] = {}
    now = START
    for _ in range(8):
        now += timedelta(hours=chance.randrange(1, 400))
        plan = plan_deals(deals, campaign, Past(persons, accounts), now)
        by_id = {deal.id: deal for deal in deals}
        for due in plan.due:
            deal = by_id[due.deal_id]
            if due.ready_at <= now:
                asked.append((deal, due, now))
                persons[due.contact_id] = accounts[deal.account_id] = due.send_at
                by_id[deal.id] = replace(deal, was_asked=True)
            elif deal.has_seller and deal.noticed_at is None:
                by_id[deal.id] = replace(deal, noticed_at=now)
        deals = list(by_id.values())
    return asked


def check(campaign: CampaignFacts, asked: list[tuple[DealFacts, Due, datetime]]) -> None:
    assert len({deal.id for deal, _, _ in asked}) == len(asked)
    for place, (deal, due, _) in enumerate(asked):
        contact = next(contact for contact in deal.contacts if contact.id == due.contact_id)
        assert not deal.is_held
        assert contact.barred_by is None
        assert contact.may_ask is not False
        assert contact.may_ask or deal.country != "DE"
        assert contact.may_ask or deal.country or campaign.asks_unknown_countries
        assert deal.closed_on is not None
        age = due.send_at.astimezone(ZONE).date() - deal.closed_on
        assert campaign.delay_days[deal.outcome] <= age.days <= campaign.stop_after_days
        for zone in zones_of(deal.country, ZONE):
            local = due.send_at.astimezone(zone)
            assert local.weekday() < 5
            assert time(9) <= local.time() < time(16)
        for other_deal, other, _ in asked[:place]:
            apart = abs(due.send_at - other.send_at)
            if other.contact_id == due.contact_id:
                assert apart >= timedelta(days=campaign.person_quarantine_days)
            if other_deal.account_id == deal.account_id:
                assert apart >= timedelta(days=campaign.account_quarantine_days)


@pytest.mark.parametrize(
    "quarter", [0, *(pytest.param(later, marks=pytest.mark.slow) for later in (1, 2, 3))]
)
def test_limits_hold_over_random_histories(quarter: int) -> None:
    asked_in_all = 0
    for number in range(HISTORIES // 4):
        chance = random.Random(quarter * HISTORIES + number)  # noqa: S311 (a test's own dice)
        campaign = random_campaign(chance)
        deals = [random_deal(chance, deal) for deal in range(chance.randrange(2, 9))]

        asked = run(chance, campaign, deals)

        check(campaign, asked)
        asked_in_all += len(asked)
    assert asked_in_all > 600  # else the histories would prove little
