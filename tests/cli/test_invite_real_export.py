"""A real export as of a day of 2018: each skip has the reason that counting by hand finds."""

import csv
import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner

from survey.cli.main import main
from survey.kit.db import Database
from tests.others import at_hand

DEALS = "crm/stomita_salesforce_demo_org_Opportunity.csv"
MID_EXPORT = datetime(2018, 12, 20, 10, tzinfo=UTC)
LONG_AFTER = datetime(2026, 11, 28, 10, tzinfo=UTC)
MAPPING = """
[columns]
deal_id = "Id"
deal_name = "Name"
account = "AccountId"
outcome = "StageName"
amount = "Amount"
closed_on = "CloseDate"
[outcomes]
"Closed Won" = "won"
"Closed Lost" = "lost"
"*" = "open"
[defaults]
currency = "USD"
"""


def rows_of_the_file() -> list[dict[str, str]]:
    with at_hand(DEALS).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def reasons_by_hand(rows: list[dict[str, str]], today: date) -> dict[str, str]:
    """Deal → the first reason that holds, from the deal over its account to the person."""
    negotiating = {row["AccountId"] for row in rows if not row["StageName"].startswith("Closed")}
    bought: dict[str, str] = {}
    for row in rows:
        if row["StageName"] == "Closed Won":
            bought[row["AccountId"]] = max(bought.get(row["AccountId"], ""), row["CloseDate"])
    reasons = {}
    for row in rows:
        account, stage, closed = row["AccountId"], row["StageName"], row["CloseDate"]
        if not stage.startswith("Closed"):
            reason = "not_closed"
        elif (today - date.fromisoformat(closed)).days > 60:
            reason = "too_old"
        elif stage == "Closed Lost" and bought.get(account, "") >= closed:
            reason = "bought_since"
        elif account in negotiating:
            reason = "sibling_open"
        else:
            reason = "no_contact"
        reasons[row["Id"]] = reason
    return reasons


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (MID_EXPORT, {"not_closed", "too_old", "bought_since", "sibling_open", "no_contact"}),
        (LONG_AFTER, {"not_closed", "too_old"}),
    ],
    ids=["in 2018", "in 2026"],
)
def test_dry_run_gives_each_deal_the_reason_that_a_hand_count_finds(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    database: Database,
    today: datetime,
    expected: set[str],
) -> None:
    monkeypatch.setenv("SURVEY_DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("SURVEY_ENVIRONMENT", "test")
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(MAPPING, encoding="utf-8")

    def run(*words: str) -> str:
        result = CliRunner().invoke(main, list(words), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    with time_machine.travel(LONG_AFTER, tick=False):  # the file's last deals close in 2024
        run("db", "upgrade")
        taken = json.loads(run("import", str(at_hand(DEALS)), "--mapping", str(mapping), "--json"))
    with time_machine.travel(today, tick=False):
        answer = json.loads(run("invite", "--dry-run", "--json"))

    by_hand = reasons_by_hand(rows_of_the_file(), today.date())
    assert (taken["rows"], taken["added"], taken["refused"]) == (774, 774, 0)
    assert {row["deal_id"]: row["reason"] for row in answer["deals"]} == by_hand
    assert set(by_hand.values()) == expected
    assert answer["counts"]["deals"] == answer["counts"]["skipped"] == 774
    assert answer["counts"]["skipped_by_reason"] == Counter(by_hand.values())
    outcomes = Counter(row["outcome"] for row in answer["deals"])
    assert outcomes == {"won": 640, "lost": 39, "open": 95}
