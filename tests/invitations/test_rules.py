"""Who is asked when, and who is not and why. Nothing here touches a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.deals.types import Outcome
from survey.invitations.rules.asking import at_claim, decide, is_sampled, takes_answers
from survey.invitations.rules.contacts import choose_contact
from survey.invitations.rules.planning import plan_deals, verdicts
from survey.invitations.types import CampaignFacts, ContactFacts, DealFacts, Past, SkipReason
from survey.invitations.verdicts import Due, Plan, Skip, Wait

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 10, 15, 10, 30, tzinfo=UTC)
"""A Thursday."""
CAMPAIGN = CampaignFacts(
    public_id="campaign",
    is_running=True,
    delay_days={Outcome.LOST: 10, Outcome.NO_DECISION: 30},
    stop_after_days=60,
    notice_days=3,
    sample_percent=100,
    person_quarantine_days=90,
    account_quarantine_days=90,
    zone=BERLIN,
    may_ask_in={"DE": False},
    asks_unknown_countries=True,
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
WHOM = (DEAL.id, DEAL.account_id, BUYER.id)
AS = (Outcome.LOST, BUYER.address)


def test_lost_deal_is_due_ten_days_after_its_close() -> None:
    friday = datetime(2026, 10, 2, 8, tzinfo=UTC)

    due = decide(DEAL, CAMPAIGN, friday)

    assert due == Due(
        deal_id=1,
        account_id=DEAL.account_id,
        contact_id=7,
        ready_at=datetime(2026, 10, 10, 22, tzinfo=UTC),  # midnight in Berlin: Sunday the 11th
        send_at=datetime(2026, 10, 12, 7, tzinfo=UTC),  # Monday, nine in Berlin
        asked_as=Outcome.LOST,
        to_address="ada@buyer.example",
    )


def test_overdue_deal_is_due_now() -> None:
    since = datetime(2026, 10, 10, 22, tzinfo=UTC)

    assert decide(DEAL, CAMPAIGN, NOW) == Due(*WHOM, since, NOW, *AS)


def test_recipient_country_decides_the_hour() -> None:
    evening_in_berlin = datetime(2026, 10, 15, 17, tzinfo=UTC)

    due = decide(replace(DEAL, country="US"), CAMPAIGN, evening_in_berlin)

    assert isinstance(due, Due)
    assert due.send_at == evening_in_berlin  # one in New York, ten in Los Angeles


def test_seller_has_three_working_days_from_the_notice() -> None:
    noticed = replace(DEAL, has_seller=True, noticed_at=datetime(2026, 10, 9, 14, tzinfo=UTC))

    due = decide(noticed, CAMPAIGN, NOW)

    assert isinstance(due, Due)
    assert due.ready_at == datetime(2026, 10, 14, 14, tzinfo=UTC)  # Friday → Wednesday


def test_seller_without_notice_gets_it_from_now() -> None:
    due = decide(replace(DEAL, has_seller=True), CAMPAIGN, NOW)

    assert isinstance(due, Due)
    assert due.ready_at == datetime(2026, 10, 20, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("deal", "reason"),
    [
        (replace(DEAL, outcome=Outcome.OPEN, closed_on=None), SkipReason.NOT_CLOSED),
        (replace(DEAL, outcome=Outcome.WON), SkipReason.OUTCOME_NOT_ASKED),
        (replace(DEAL, was_asked=True), SkipReason.ALREADY_ASKED),
        (replace(DEAL, closed_on=date(2026, 8, 15)), SkipReason.TOO_OLD),
        (replace(DEAL, account_bought_on=date(2026, 10, 1)), SkipReason.BOUGHT_SINCE),
        (replace(DEAL, has_open_sibling=True), SkipReason.SIBLING_OPEN),
        (replace(DEAL, is_held=True), SkipReason.HELD),
        (replace(DEAL, contacts=()), SkipReason.NO_CONTACT),
        (
            replace(DEAL, contacts=(BUYER, replace(BUYER, id=8, address="bo@buyer.example"))),
            SkipReason.CONTACT_UNDECIDED,
        ),
        (
            replace(DEAL, contacts=(replace(BUYER, address="info@buyer.example"),)),
            SkipReason.SHARED_ADDRESS,
        ),
        (replace(DEAL, contacts=(replace(BUYER, accounts=3),)), SkipReason.SHARED_ADDRESS),
        (
            replace(DEAL, contacts=(replace(BUYER, barred_by=SkipReason.OPTED_OUT),)),
            SkipReason.OPTED_OUT,
        ),
        (replace(DEAL, contacts=(replace(BUYER, may_ask=False),)), SkipReason.MAY_NOT_ASK),
        (replace(DEAL, country="DE"), SkipReason.COUNTRY_RULE),
    ],
)
def test_deal_is_skipped_for_its_true_reason(deal: DealFacts, reason: SkipReason) -> None:
    verdict = decide(deal, CAMPAIGN, NOW)

    assert isinstance(verdict, Skip)
    assert verdict.reason == reason


def test_deal_is_too_old_the_day_after_the_sixtieth() -> None:
    last_day = decide(replace(DEAL, closed_on=date(2026, 8, 16)), CAMPAIGN, NOW)

    assert isinstance(last_day, Due)


def test_days_at_the_ends_of_the_calendar_are_borne() -> None:
    first, last = replace(DEAL, closed_on=date.min), replace(DEAL, closed_on=date.max)

    assert decide(first, CAMPAIGN, NOW) == Skip(1, SkipReason.TOO_OLD)
    assert isinstance(decide(last, CAMPAIGN, NOW), Due)


def test_deal_whose_notice_ends_too_late_is_too_old() -> None:
    late = replace(DEAL, closed_on=date(2026, 8, 17), has_seller=True)

    assert decide(late, CAMPAIGN, NOW) == Skip(1, SkipReason.TOO_OLD, 7)


def test_person_who_agreed_is_asked_in_a_country_that_is_off() -> None:
    agreed = replace(DEAL, country="DE", contacts=(replace(BUYER, may_ask=True),))

    assert isinstance(decide(agreed, CAMPAIGN, NOW), Due)


@pytest.mark.parametrize(
    ("address", "country", "asks_unknown", "reason"),
    [
        ("ada@buyer.de", None, True, SkipReason.COUNTRY_RULE),
        ("ada@buyer.de", "FR", True, None),  # the CRM goes before the address
        ("ada@buyer.fr", None, False, None),
        ("ada@buyer.example", None, True, None),
        ("ada@buyer.example", None, False, SkipReason.COUNTRY_UNKNOWN),
        ("ada@buyer.io", None, False, SkipReason.COUNTRY_UNKNOWN),
    ],
)
def test_country_that_the_crm_lacks_is_read_from_the_address(
    address: str, country: str | None, *, asks_unknown: bool, reason: SkipReason | None
) -> None:
    campaign = replace(CAMPAIGN, asks_unknown_countries=asks_unknown)
    deal = replace(DEAL, country=country, contacts=(replace(BUYER, address=address),))

    verdict = decide(deal, campaign, NOW)

    assert (verdict.reason if isinstance(verdict, Skip) else None) == reason


def test_unknown_country_matters_only_where_some_country_is_off() -> None:
    free = replace(CAMPAIGN, asks_unknown_countries=False, may_ask_in={"DE": True})

    assert isinstance(decide(DEAL, free, NOW), Due)


def test_invitation_waits_at_the_claim_for_its_readers_morning() -> None:
    night = datetime(2026, 10, 15, 22, tzinfo=UTC)

    verdict = at_claim(DEAL, 7, BUYER.address, Outcome.LOST, CAMPAIGN, night)

    assert verdict == Wait(datetime(2026, 10, 16, 7, tzinfo=UTC))
    assert at_claim(DEAL, 7, BUYER.address, Outcome.LOST, CAMPAIGN, NOW) is None


@pytest.mark.parametrize(
    ("amount", "currency", "is_asked"),
    [(10_000, "EUR", True), (9_999, "EUR", False), (50_001, "EUR", False), (20_000, "USD", False)],
)
def test_amount_counts_in_the_currency_of_the_range(
    amount: int, currency: str, is_asked: bool
) -> None:
    ranged = replace(
        CAMPAIGN, amount_from_minor=10_000, amount_to_minor=50_000, amount_currency="EUR"
    )

    verdict = decide(replace(DEAL, amount_minor=amount, currency=currency), ranged, NOW)

    assert isinstance(verdict, Due) is is_asked


def test_region_and_product_outside_are_skipped() -> None:
    north = replace(CAMPAIGN, regions=frozenset({"North"}))
    cloud = replace(CAMPAIGN, products=frozenset({"Cloud"}))

    assert decide(replace(DEAL, region="South"), north, NOW) == Skip(1, SkipReason.REGION_OUTSIDE)
    assert decide(replace(DEAL, product="Box"), cloud, NOW) == Skip(1, SkipReason.PRODUCT_OUTSIDE)
    assert isinstance(decide(replace(DEAL, region="North"), north, NOW), Due)


def test_chosen_contact_goes_before_the_decider_and_the_decider_before_the_active() -> None:
    active = ContactFacts(1, "a@b.example", last_active_on=date(2026, 10, 1))
    decider = ContactFacts(2, "c@b.example", is_decider=True)
    chosen = ContactFacts(3, "d@b.example", is_chosen=True)

    assert choose_contact([active, decider, chosen]) == chosen
    assert choose_contact([active, decider]) == decider
    assert choose_contact([active, ContactFacts(4, "e@b.example")]) == active
    primary = ContactFacts(5, "f@b.example", is_primary=True)
    assert choose_contact([active, primary]) == primary
    assert choose_contact([primary, decider]) == decider


def test_two_deciders_without_dates_are_left_to_a_person() -> None:
    deciders = [ContactFacts(n, f"{n}@b.example", is_decider=True) for n in (1, 2)]

    assert choose_contact(deciders) is None


def test_second_deal_of_an_account_waits_for_the_quarantine() -> None:
    second = replace(DEAL, id=2, closed_on=date(2026, 10, 2), contacts=(replace(BUYER, id=8),))

    plan = plan_deals([second, DEAL], CAMPAIGN, Past(), NOW)

    assert [due.deal_id for due in plan.due] == [1]
    ends_at = NOW + timedelta(days=90)
    assert plan.skipped == (Skip(2, SkipReason.ACCOUNT_QUARANTINED, 8, ends_at),)


def test_person_asked_by_any_campaign_is_left_alone() -> None:
    asked_at = NOW - timedelta(days=89)

    plan = plan_deals([DEAL], CAMPAIGN, Past(person_asked_at={7: asked_at}), NOW)

    ends_at = asked_at + timedelta(days=90)
    assert plan.skipped == (Skip(1, SkipReason.PERSON_QUARANTINED, 7, ends_at),)


def test_paused_campaign_names_only_those_it_would_have_asked() -> None:
    paused = replace(CAMPAIGN, is_running=False)
    held = replace(DEAL, id=2, is_held=True)

    plan = plan_deals([DEAL, held], paused, Past(), NOW)

    assert plan.due == ()
    assert plan.skips_by_reason() == {SkipReason.HELD: 1, SkipReason.CAMPAIGN_PAUSED: 1}


def test_verdict_is_the_one_that_comes_closest_to_asking() -> None:
    due = Due(*WHOM, NOW, NOW, *AS)
    asks = Plan(due=(due,), skipped=(Skip(2, SkipReason.HELD),))
    other = Plan(
        due=(), skipped=(Skip(1, SkipReason.ALREADY_ASKED), Skip(2, SkipReason.OUTCOME_NOT_ASKED))
    )

    for plans, place in (([asks, other], 0), ([other, asks], 1)):
        found = verdicts(plans)
        assert found == {1: (place, asks.due[0]), 2: (place, asks.skipped[0])}


def test_link_takes_answers_until_it_closes() -> None:
    assert takes_answers(closes_at=NOW, now=NOW - timedelta(seconds=1))
    assert not takes_answers(closes_at=NOW, now=NOW)


def test_every_reason_has_a_sentence() -> None:
    assert all(reason.sentence.endswith(".") for reason in SkipReason)


@given(st.integers(0, 10**6).map(str), st.integers(1, 99), st.integers(0, 99))
def test_sample_only_grows_with_its_share(deal: str, percent: int, more: int) -> None:
    larger = min(percent + more, 100)

    assert is_sampled("campaign", deal, percent) <= is_sampled("campaign", deal, larger)
    assert is_sampled("campaign", deal, 100)


def test_sample_draws_about_its_share() -> None:
    drawn = sum(is_sampled("campaign", f"deal{n}", 30) for n in range(10_000))

    assert 2_850 < drawn < 3_150  # three standard deviations of a fair draw: ± 137
