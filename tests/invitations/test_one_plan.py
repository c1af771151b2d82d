"""The funnel, the campaign's page and the dry run say the same of every deal: one plan."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.cli.main import main
from survey.deals.models import Contact, Deal
from survey.deals.types import Outcome
from survey.insights.queries.skips import skipped
from survey.invitations.models import Campaign
from survey.invitations.types import CampaignState, SkipReason
from survey.mail.types import SuppressionReason
from survey.questionnaires.documents import shipped_document
from survey.questionnaires.models import Version
from survey.team.models import User
from survey.team.types import Role
from tests.factories import (
    make_campaign,
    make_company,
    make_contact,
    make_country_rule,
    make_deal,
    make_deal_contact,
    make_hold,
    make_invitation,
    make_suppression,
    make_version,
)
from tests.insights.world import scope
from tests.pages import CheckingClient

NOW = datetime(2026, 10, 15, 10, 30, tzinfo=UTC)
LATELY = date(2026, 10, 1)

CELLS = re.compile(r"<td[^>]*>(.*?)</td>", re.DOTALL)

SignIn = Callable[[Role], User]


@pytest.fixture
def campaign(session: Session) -> Campaign:
    """Asks about lost and undecided deals of the Benelux, in euros and not in Germany."""
    make_company(session)
    make_country_rule(session, country="DE")
    campaign = make_campaign(
        session,
        name="Losses",
        lost_delay_days=10,
        no_decision_delay_days=30,
        regions=["Benelux"],
        products=["Planner"],
        amount_from_minor=1000_00,
        amount_currency="EUR",
    )
    make_version(
        session, questionnaire=campaign.questionnaire, document=shipped_document("not_won")
    )
    return campaign


def one(
    session: Session,
    name: str,
    *,
    email: str = "",
    may_ask: bool | None = None,
    contact: Contact | None = None,
    **columns: object,
) -> Deal:
    """A deal with one contact that could be asked about, but for what is named."""
    fits = {"name": name, "closed_on": LATELY, "country": "NL"}
    money = {"amount_minor": 5000_00, "currency": "EUR"}
    deal = make_deal(session, **fits | money | columns)
    person = contact or make_contact(
        session,
        account=deal.account,
        email=email or f"{name}@buyer.example",
        name=f"Kim {name}",
        may_ask=may_ask,
    )
    make_deal_contact(session, deal=deal, contact=person)
    return deal


def seed(session: Session, campaign: Campaign) -> None:
    """One deal per reason, named for it."""
    one(session, "now")
    one(session, "later", closed_on=date(2026, 10, 12))
    one(session, "won", outcome=Outcome.WON)
    one(session, "old", closed_on=date(2026, 8, 10))
    one(session, "older", closed_on=date(2026, 2, 10))
    one(session, "region", region="Iberia")
    one(session, "product", product="Other")
    one(session, "amount", amount_minor=1)
    make_hold(session, deal=one(session, "held"), held_at=NOW - timedelta(days=1))
    make_deal(session, name="alone", closed_on=LATELY, amount_minor=5000_00, currency="EUR")
    make_deal_contact(session, deal=one(session, "several"))
    one(session, "shared", email="info@buyer.example")
    one(session, "refused", may_ask=False)
    one(session, "germany", country="DE")
    one(session, "nowhere", country=None, email="nowhere@buyer.com")
    seed_accounts(session)
    seed_suppressions(session)
    seed_quarantines(session, campaign)


def seed_accounts(session: Session) -> None:
    """Accounts that bought since, or are about to."""
    bought, sibling = one(session, "bought"), one(session, "sibling")
    won = {"outcome": Outcome.WON, "closed_on": date(2026, 10, 9)}
    make_deal(session, name="later-won", account=bought.account, **won)
    still = {"outcome": Outcome.OPEN, "closed_on": None}
    make_deal(session, name="still-open", account=sibling.account, **still)


def seed_suppressions(session: Session) -> None:
    for name, reason in (
        ("opted-out", SuppressionReason.OPTED_OUT),
        ("bounced", SuppressionReason.BOUNCED),
        ("suppressed", SuppressionReason.ADDED_BY_PERSON),
    ):
        one(session, name)
        make_suppression(session, address=f"{name}@buyer.example", reason=reason)


def seed_quarantines(session: Session, campaign: Campaign) -> None:
    """A person and an account that were asked twenty days ago, about other deals."""
    asked = {
        "campaign": campaign,
        "version": session.scalars(select(Version)).one(),
        "sent_at": NOW - timedelta(days=20),
    }
    known, colleague = make_contact(session), make_contact(session)
    for name, contact in (("asked-person", known), ("asked-account", colleague)):
        about = make_deal(session, name=name, account=contact.account, closed_on=LATELY)
        make_invitation(session, deal=about, contact=contact, **asked)
    one(session, "person-again", contact=known)
    one(session, "account-again", account=colleague.account)


BY_HAND = {
    "now": None,
    "later": None,
    "won": SkipReason.OUTCOME_NOT_ASKED,
    "later-won": SkipReason.OUTCOME_NOT_ASKED,
    "old": SkipReason.TOO_OLD,
    "older": SkipReason.TOO_OLD,
    "region": SkipReason.REGION_OUTSIDE,
    "product": SkipReason.PRODUCT_OUTSIDE,
    "amount": SkipReason.AMOUNT_OUTSIDE,
    "bought": SkipReason.BOUGHT_SINCE,
    "sibling": SkipReason.SIBLING_OPEN,
    "held": SkipReason.HELD,
    "alone": SkipReason.NO_CONTACT,
    "several": SkipReason.CONTACT_UNDECIDED,
    "shared": SkipReason.SHARED_ADDRESS,
    "opted-out": SkipReason.OPTED_OUT,
    "bounced": SkipReason.ADDRESS_BOUNCED,
    "suppressed": SkipReason.SUPPRESSED,
    "refused": SkipReason.MAY_NOT_ASK,
    "germany": SkipReason.COUNTRY_RULE,
    "nowhere": SkipReason.COUNTRY_UNKNOWN,
    "person-again": SkipReason.PERSON_QUARANTINED,
    "account-again": SkipReason.ACCOUNT_QUARANTINED,
}
"""Why nobody is asked about each deal of `seed`; None: somebody is."""

FOR_PAGES_ONLY = {
    "asked-person": SkipReason.ALREADY_ASKED,
    "asked-account": SkipReason.ALREADY_ASKED,
    "still-open": SkipReason.NOT_CLOSED,
}
"""Deals that the funnel counts as invited, or not at all because they have not closed."""

Foretold = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def foretold(monkeypatch: pytest.MonkeyPatch, database_url: str, session: Session) -> Foretold:
    """What `survey invite --dry-run --json` says of each deal."""
    monkeypatch.setenv("SURVEY_DATABASE_URL", database_url)

    def told() -> list[dict[str, Any]]:
        session.commit()
        result = CliRunner().invoke(main, ["invite", "--dry-run", "--json"], catch_exceptions=False)
        deals: list[dict[str, Any]] = json.loads(result.output)["deals"]
        return deals

    return told


@pytest.fixture(autouse=True)
def _in_october() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def of_funnel(session: Session) -> dict[str, str]:
    names = {deal.id: deal.name for deal in session.scalars(select(Deal))}
    return {names[number]: words for number, words in skipped(session, scope()).items()}


def in_words(moment: str | None) -> str:
    """A moment of the dry run by the company's clock, as a page writes it."""
    if moment is None:
        return "–"
    there = datetime.fromisoformat(moment).astimezone(ZoneInfo("Europe/Amsterdam"))
    return f"{there.day} {there:%B %Y, %H:%M}"


def rows_on(page: str) -> set[tuple[str, str, str]]:
    """Deal, contact and moment of each row of the campaign's list."""
    found = set()
    for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)[1:]:
        texts = [" ".join(re.sub("<[^>]+>", " ", cell).split()) for cell in CELLS.findall(row)]
        name = re.findall(r"<small>(.*?)</small>", row)[0]
        found.add((name, unescape(texts[0]), unescape(texts[-1])))
    return found


def test_funnel_gives_the_reason_of_the_dry_run(
    session: Session, campaign: Campaign, foretold: Foretold
) -> None:
    seed(session, campaign)

    dry = {row["deal"]: row.get("why") for row in foretold()}

    by_hand = {name: reason and reason.sentence for name, reason in BY_HAND.items()}
    assert dry == by_hand | {name: why.sentence for name, why in FOR_PAGES_ONLY.items()}
    assert of_funnel(session) == {name: why for name, why in by_hand.items() if why}


def test_page_lists_the_names_dates_and_reasons_of_the_dry_run(
    session: Session,
    campaign: Campaign,
    foretold: Foretold,
    client: CheckingClient,
    sign_in: SignIn,
) -> None:
    sign_in(Role.ANALYST)
    seed(session, campaign)
    told = defaultdict(set)
    for row in foretold():
        when = row["until"] if row["decision"] == "skipped" else row["send_at"]
        told[row.get("reason", "")].add((row["deal"], row["contact"] or "–", in_words(when)))

    shown = {
        reason: rows_on(client.get(f"/campaigns/{campaign.public_id}?reason={reason}").text)
        for reason in told
    }

    assert shown == told
    assert len(told) == 1 + 21


def test_all_say_that_a_deal_was_not_drawn(
    session: Session,
    campaign: Campaign,
    foretold: Foretold,
    client: CheckingClient,
    sign_in: SignIn,
) -> None:
    sign_in(Role.ANALYST)
    # SHA-256 of “oneplan:drawnout” begins with byte 95 of 256: far above one per cent.
    campaign.public_id, campaign.sample_percent = "oneplan", 1
    one(session, "not-drawn", public_id="drawnout")

    dry = [(row["deal"], row["reason"]) for row in foretold()]
    page = client.get("/campaigns/oneplan?reason=not_sampled").text

    assert dry == [("not-drawn", "not_sampled")]
    assert rows_on(page) == {("not-drawn", "–", "–")}
    assert of_funnel(session) == {"not-drawn": SkipReason.NOT_SAMPLED.sentence}


def test_all_say_that_the_campaign_is_paused(
    session: Session,
    campaign: Campaign,
    foretold: Foretold,
    client: CheckingClient,
    sign_in: SignIn,
) -> None:
    sign_in(Role.ANALYST)
    seed(session, campaign)
    campaign.state = CampaignState.PAUSED

    dry = {row["deal"] for row in foretold() if row.get("reason") == "campaign_paused"}
    page = client.get(f"/campaigns/{campaign.public_id}?reason=campaign_paused").text
    funnel = of_funnel(session)

    assert dry == {"now", "later"}
    assert {name for name, _, _ in rows_on(page)} == dry
    paused = SkipReason.CAMPAIGN_PAUSED.sentence
    assert {name for name, why in funnel.items() if why == paused} == dry
