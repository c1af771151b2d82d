"""`survey invite` does what its dry run says."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.cli.main import main
from survey.deals.models import Deal
from survey.deals.types import Outcome
from survey.invitations.models import Invitation
from survey.invitations.types import CampaignState
from survey.questionnaires.documents import shipped_document
from tests.factories import (
    make_campaign,
    make_deal,
    make_deal_contact,
    make_invitation,
    make_user,
    make_version,
)

NOW = datetime(2026, 10, 15, 10, 30, tzinfo=UTC)

Run = Callable[..., str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, database_url: str, session: Session) -> Run:
    monkeypatch.setenv("SURVEY_DATABASE_URL", database_url)

    def called(*options: str) -> str:
        session.commit()
        with time_machine.travel(NOW, tick=False):
            result = CliRunner().invoke(main, ["invite", *options], catch_exceptions=False)
        assert result.exit_code == 0
        return result.output

    return called


def arrange(session: Session, **columns: Any) -> None:
    """A campaign about lost deals; one can be asked, one later, two never."""
    campaign = make_campaign(session, name="Lost deals", **columns)
    document = shipped_document("not_won")
    make_version(session, questionnaire=campaign.questionnaire, document=document)
    make_deal_contact(session, deal=make_deal(session, external_id="now"))
    later = make_deal(session, external_id="later", closed_on=date(2026, 10, 12))
    make_deal_contact(session, deal=later)
    make_deal(session, external_id="alone")
    make_deal(session, external_id="open", outcome=Outcome.OPEN, closed_on=None)


def test_dry_run_tells_the_true_reason_of_each_deal(session: Session, run: Run) -> None:
    arrange(session)

    told = json.loads(run("--dry-run", "--json"))

    assert told["counts"] == {
        "deals": 4,
        "now": 1,
        "later": 1,
        "skipped": 2,
        "skipped_by_reason": {"not_closed": 1, "no_contact": 1},
    }
    rows = {row["deal_id"]: row for row in told["deals"]}
    assert rows["now"]["decision"] == "now"
    assert rows["later"]["send_at"] == "2026-10-22T09:00:00+00:00"
    assert rows["alone"]["why"] == "The deal has no contact with an address."
    assert session.scalar(select(func.count()).select_from(Invitation)) == 0


def test_run_asks_whom_the_dry_run_named(session: Session, run: Run) -> None:
    arrange(session)

    told = run()

    assert told == "1 invitation put in the outbox.\n"
    invited = session.scalars(select(Invitation)).one()
    assert invited.deal.external_id == "now"


def test_run_again_asks_nobody(session: Session, run: Run) -> None:
    arrange(session)
    run()

    assert json.loads(run("--json")) == {"invitations": 0, "reminders": 0, "notices": 0}


def test_reminders_are_foretold_and_counted_apart(session: Session, run: Run) -> None:
    part = make_deal_contact(session, deal=make_deal(session, external_id="again"))
    make_invitation(
        session,
        deal=part.deal,
        contact=part.contact,
        campaign=make_campaign(session),
        sent_at=NOW - timedelta(days=8),
    )
    session.commit()

    foretold = json.loads(run("--dry-run", "--json"))["reminders"]
    readable = run("--dry-run")

    assert (foretold["now"], foretold["later"]) == (1, 0)
    assert foretold["rows"][0]["deal_id"] == "again"
    assert f"2026-10-15T10:30Z  {part.contact.name}" in readable
    assert run() == "0 invitations and 1 reminder put in the outbox.\n"
    assert json.loads(run("--json"))["reminders"] == 0


def test_dry_run_is_readable(session: Session, run: Run) -> None:
    arrange(session)

    told = run("--dry-run")

    assert "Lost deals (running): 1 would be asked now, 1 later, 2 not." in told
    assert "       1  The deal has no contact with an address." in told
    alone = session.scalars(select(Deal).where(Deal.external_id == "alone")).one()
    assert f"          {alone.account.name}: {alone.name} (alone)\n" in told


def test_dry_run_names_ten_deals_of_a_reason(session: Session, run: Run) -> None:
    arrange(session)
    for number in range(11):
        make_deal(session, external_id=f"alone-{number}")

    told = run("--dry-run")

    assert "      12  The deal has no contact with an address." in told
    assert "(alone-8)" in told
    assert "(alone-9)" not in told
    assert "          and 2 more, which --json names\n" in told


def test_draft_tells_whom_it_would_ask(session: Session, run: Run) -> None:
    arrange(session, state=CampaignState.DRAFT, started_at=None)

    counts = json.loads(run("--dry-run", "--json"))["counts"]

    assert counts["skipped_by_reason"] == {"not_closed": 1, "no_contact": 1, "campaign_paused": 2}


def test_sellers_are_told_of_first(session: Session, run: Run) -> None:
    arrange(session)
    make_deal_contact(session, deal=make_deal(session, seller=make_user(session)))

    assert run() == "1 invitation put in the outbox. Sellers can see 1 more to come.\n"


def test_without_a_campaign_it_says_where_to_make_one(run: Run) -> None:
    assert run() == "No campaign is running. Start one on the page “Campaigns”.\n"
    assert run("--dry-run") == "There is no campaign yet. Make one on the page “Campaigns”.\n"
